"""A Numba target that types and lowers like the CPU's, but stops at clean LLVM IR: what irad differentiates.

What the function calls is compiled for this target too, then inlined: the dispatchers of the CPU target are replaced by *twins*.
How modules are optimised is in `library`; run-time integer powers are lowered in `powers`, ranges in `ranges`, `@vectorize` and its
kind in `ufuncs`, what is left where a function raises in `unwinding`; `capture` is the way in.

Two attributes of a dispatcher steer what happens to it here:

``_irad_noinline``
    True keeps calls to the function calls, instead of inlining it. It is read when the twin is made.
``_irad_twin(twin_class)``
    A method that returns the twin, an instance of ``twin_class`` (`ADDispatcher`), where one made from ``py_func`` and the
    target options does not do.

An intrinsic that lowers differently for a derivative asks `is_capturing` about its context.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numba
from numba import njit
from numba.core import cgutils, cpu, dispatcher, externals, fastmathpass, imputils, types, typing, utils
from numba.core.ccallback import CFunc
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher, CPUTarget, cpu_target
from numba.core.runtime import nrtdynmod, rtsys
from numba.core.target_extension import CPU, JitDecorator, dispatcher_registry, jit_registry, target_registry
from numba.core.typing.context import CallFrame

from irad.errors import UnsupportedError
from irad.numba_ import foreign, parfors, ported, powers, python, ranges, records, ufuncs, unwinding
from irad.numba_.library import NAME, ADCodegen, ADLibrary

LINELESS = tuple(os.path.dirname(path) + os.sep for path in (numba.__file__, __file__))
"""Folders of code whose lines are never shown: an instruction from there has the line of the call. Lines cost as much as compiling."""
OWNED: dict[str, tuple[Any, Any]] = {}
"""Functions that bring their derivative along, with the signature, by their symbols."""


class ADContext(cpu.CPUContext):
    """Lowers for differentiation."""

    def init(self) -> None:
        self.is32bit = utils.MACHINE_BITS == 32
        self._internal_codegen = ADCodegen("irad.exec")
        self.runtime: ADLibrary | None = None
        externals.c_math_functions.install(self)

    @property
    def call_conv(self) -> unwinding.ADCallConv:
        return unwinding.ADCallConv(self)

    def load_additional_registries(self) -> None:
        rtsys.initialize(cpu_target.target_context)  # the first to come must be a context that can compile
        super().load_additional_registries()

    def refresh(self) -> None:
        super().refresh()
        if self.runtime is None:
            self.runtime = nrtdynmod.compile_nrt_functions(self)
            powers.install(self)  # behind Numba's own, which it replaces
            foreign.install(self)
            ranges.install(self)

    def post_lowering(self, mod: Any, library: ADLibrary) -> None:
        """Finish a module as Numba does, with a runtime whose IR no code generator has seen."""
        if self.fastmath:
            fastmathpass.rewrite_module(mod, self.fastmath)
        records.move_as_blocks(mod)
        library.add_linking_library(self.runtime)
        library.add_linking_library(ported.library(self.codegen()))

    def compile_subroutine(self, *arguments: Any, **options: Any) -> Any:
        """Compile what Numba's own lowering calls, without line numbers."""
        context = self.subtarget(enable_debuginfo=False) if self.enable_debuginfo else self
        return cpu.CPUContext.compile_subroutine(context, *arguments, **options)

    def get_function(self, fn: Any, sig: Any, _firstcall: bool = True) -> Any:
        """Lower calls to dispatchers that reached us by their type (arguments, methods) through their twins."""
        if (own := parfors.thread_number(self, fn) or ported.lowering(self, fn, sig)) is not None:
            return own
        if is_foreign(fn):
            fn = types.Dispatcher(twin(fn.dispatcher))
            fn.dispatcher.compile(tuple(sig.as_function().args))
        return super().get_function(fn, sig, _firstcall)

    def call_unresolved(self, builder: Any, name: str, sig: Any, args: Any) -> Any:
        """Call a function that is still being compiled by its name: it is in the module when that is complete."""
        function = cgutils.get_or_insert_function(builder.module, self.call_conv.get_function_type(sig.return_type, sig.args), name)
        status, result = self.call_conv.call_function(builder, function, sig.return_type, sig.args, args)
        with cgutils.if_unlikely(builder, status.is_error):
            self.call_conv.return_status_propagate(builder, status)
        return imputils.fix_returning_optional(self, builder, sig, status, result)

    def get_executable(self, library: ADLibrary, fndesc: Any, env: Any) -> object:
        """Return a token: Numba keys the lowering of calls on it, and nothing else asks for it."""
        if not fndesc.native:
            raise object_mode(fndesc.qualname)
        library._ensure_finalized()
        return object()


class ADTyping(typing.Context):
    """Types for differentiation: as for the CPU, with twins for its dispatchers."""

    def init(self) -> None:
        """Make all that is resolved here be for this target, whoever asks: where nothing is on this stack, Numba takes that of the thread.

        Types of methods are shared between contexts and resolve in the one that met them first, in the midst of the other's work.
        """
        self.callstack._stack.append(CallFrame(AD, None, SimpleNamespace(func=None), ()))

    def load_additional_registries(self) -> None:
        from irad.numba_ import linalg  # noqa: F401 it only has to be there: its overloads, and those of products, register themselves

        super().load_additional_registries()

    def resolve_value_type(self, val: Any) -> Any:
        if isinstance(val, CFunc):  # else a pointer to machine code
            val = val.__dict__.setdefault("_irad_jitted", njit(val._sig)(val._pyfunc))
        if isinstance(val, dispatcher.ObjModeLiftedWith):
            return python.type_of(val, ADDispatcher.targetdescr.target_context)
        if isinstance(val, CPUDispatcher) and not isinstance(val, ADDispatcher):
            val = twin(val)
        return super().resolve_value_type(val)

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        if is_foreign(func):
            func = types.Dispatcher(twin(func.dispatcher))
        return super().resolve_function_type(func, args, kws)

    def _get_global_type(self, gv: Any) -> Any:
        """Find what registered itself with the CPU target alone when it was made."""
        found = super()._get_global_type(gv)
        if found is None and ufuncs.install(gv, self, ADDispatcher.targetdescr.target_context, ADDispatcher):
            found = super()._get_global_type(gv)
        return cpu_target.typing_context._get_global_type(gv) if found is None else found


class ADTarget(CPUTarget):
    @utils.threadsafe_cached_property
    def _toplevel_target_context(self) -> ADContext:
        return ADContext(self.typing_context, self._target_name)

    @utils.threadsafe_cached_property
    def _toplevel_typing_context(self) -> ADTyping:
        return ADTyping()


class AD(CPU):
    """Token of the target: below the CPU's, so all overloads and intrinsics for the CPU hold."""


class ADCompiler(dispatcher._FunctionCompiler):
    """Compiles with the function's own options, less those that are about running it."""

    debug = parallel = False

    def _customize_flags(self, flags: Any) -> Any:
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        flags.debuginfo = flags.dbg_directives_only = self.debug and not self.py_func.__code__.co_filename.startswith(LINELESS)
        flags.dbg_optnone = flags.dbg_extend_lifetimes = False
        if not self.parallel:
            flags.auto_parallel = cpu.ParallelOptions(False)
        return flags


class ADDispatcher(CPUDispatcher):
    """A function of this target: it has overloads, and cannot be called from Python.

    Parameters
    ----------
    py_func, locals, targetoptions, pipeline_class
        As for Numba's dispatchers.
    noinline
        Keep calls to it calls.
    owner
        The function, if it brings its derivative along.
    """

    targetdescr = ADTarget(NAME)

    def __init__(self, py_func: Callable[..., Any], locals: dict[str, Any] | None = None, targetoptions: dict[str, Any] | None = None,
                 pipeline_class: type = dispatcher.compiler.Compiler, noinline: bool = False, owner: Any = None) -> None:
        options = {**(targetoptions or {}), "nopython": True}
        super().__init__(py_func, locals, options, pipeline_class)
        self._compiler = ADCompiler(py_func, self.targetdescr, options, self.locals, unwinding.releasing(pipeline_class))
        self._compiler.debug, self._compiler.parallel = _state.debug, _state.parallel
        self.noinline = noinline
        self.owner = owner

    def add_overload(self, cres: Any) -> None:
        """Keep the result; Numba's would also register an entry point."""
        if self.noinline:
            cres.library.get_function(cres.fndesc.llvm_func_name).add_function_attribute("noinline")
        cres.library.parallel |= bool(self.targetoptions.get("parallel"))
        if self.owner is not None:
            OWNED[cres.fndesc.llvm_func_name] = self.owner, cres.signature
        self.overloads[tuple(cres.signature.args)] = cres


class ADJit(JitDecorator):
    """What ``jit`` is on this target: the way in for implementations of overloads."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.locals = options.get("locals")
        self.options = {k: v for k, v in options.items() if k not in ("target", "locals", "cache", "pipeline_class")}

    def __call__(self, function: Any) -> ADDispatcher:
        return ADDispatcher(getattr(function, "py_func", function), self.locals, self.options)


class _State:
    """Twins by dispatcher, apart for those with line numbers, and for those with parallel loops; under the global compiler lock."""

    def __init__(self) -> None:
        self.debug = self.parallel = False
        self.twins: dict[tuple[bool, bool], weakref.WeakKeyDictionary[CPUDispatcher, ADDispatcher]] = {
            (debug, parallel): weakref.WeakKeyDictionary() for debug in (False, True) for parallel in (False, True)}


_state = _State()


@contextmanager
def line_numbers() -> Iterator[None]:
    """Within it, twins are made with line numbers. Hold the global compiler lock."""
    before, _state.debug = _state.debug, True
    try:
        yield
    finally:
        _state.debug = before


@contextmanager
def parallel_loops(kept: bool) -> Iterator[None]:
    """Within it, twins are made with the parallel loops of ``parallel=True``, if they are ``kept``. Hold the global compiler lock."""
    before, _state.parallel = _state.parallel, kept
    try:
        yield
    finally:
        _state.parallel = before


def keeps_parallel_loops() -> bool:
    """Whether twins are made with parallel loops now."""
    return _state.parallel


def twin(function: CPUDispatcher) -> ADDispatcher:
    """The dispatcher of this target for the same Python function, made once."""
    with global_compiler_lock:
        twins = _state.twins[_state.debug, _state.parallel]
        if function not in twins:
            twins[function] = made = _make_twin(function)
            if not function._can_compile:  # explicit signatures: the twin takes the same, and no others
                for signature in function.nopython_signatures:
                    made.compile(signature)
                made.disable_compile()
        return twins[function]


def _make_twin(function: CPUDispatcher) -> ADDispatcher:
    if isinstance(function, ADDispatcher):
        return function
    if hasattr(function, "_irad_twin"):
        return function._irad_twin(ADDispatcher)  # type: ignore[no-any-return]
    if function.targetoptions.get("forceobj"):
        raise object_mode(function.py_func.__qualname__)
    options = {k: v for k, v in function.targetoptions.items() if k != "looplift"}
    return ADDispatcher(function.py_func, function.locals, options, function._compiler.pipeline_class,
                        noinline=getattr(function, "_irad_noinline", False))


def object_mode(name: str) -> UnsupportedError:
    return UnsupportedError(f"`{name}` is compiled in object mode (`forceobj=True`): what Python computes, irad cannot differentiate. "
                            f"Compute it before the call and pass it as an argument, or in a `with objmode` block, where it counts as "
                            f"constant.")


def is_foreign(type_: Any) -> bool:
    """Whether it is the type of a dispatcher of the CPU target."""
    return (isinstance(type_, types.Dispatcher) and isinstance(type_.dispatcher, CPUDispatcher)
            and not isinstance(type_.dispatcher, ADDispatcher))


def is_capturing(context: Any) -> bool:
    """Whether code is lowered for differentiation: for intrinsics, which get the target context."""
    return isinstance(context, ADContext)


target_registry[NAME] = AD
dispatcher_registry[AD] = ADDispatcher
jit_registry[AD] = ADJit
