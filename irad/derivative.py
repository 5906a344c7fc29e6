"""`Derivative`: what every operator returns. Numba's own dispatcher, whose compiler differentiates.

Being a dispatcher, it is called, typed, inspected and linked as any njit function is, and costs what such a call costs.
What it computes is a `Form`; the forms are in `irad.forms`.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from numba import _dispatcher, cfunc, njit
from numba.core import dispatcher, sigutils, types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import OmittedArg
from numba.core.registry import CPUDispatcher

from irad.errors import ArgumentTypeError, UnsupportedError
from irad.numba_ import fallback, link
from irad.numba_.cache import DerivativeCache, is_cached
from irad.numba_.glue import Glue, Typed
from irad.numba_.kinds import check_returned
from irad.numba_.parameters import OUT, with_out
from irad.numba_.specialise import Subject
from irad.numba_.sweep import Sweep


@dataclass(frozen=True)
class Plan:
    """How one specialisation of a `Derivative` is made.

    Attributes
    ----------
    returns
        Numba type of what it returns.
    sweeps
        The derivatives that it calls.
    write
        ``write(glue, arguments)`` writes the body and returns the result.
    """

    returns: Any
    sweeps: tuple[Sweep, ...]
    write: Callable[[Glue, list[Typed]], Any]


@dataclass(frozen=True)
class Form(ABC):
    """What a `Derivative` computes from its function: equal forms of one function are one `Derivative`.

    ``vector_math``: see `irad.numba_.specialise.Subject`.
    """

    operator: ClassVar[str]
    diverts: ClassVar[bool] = False
    """Whether it can also be had of arguments that share memory while one of them is written: its sweep runs once, and what it returns
    is all that comes of the shadows."""
    fills: ClassVar[bool] = False
    """Whether it is also called with ``out``, an array to fill, which then stands behind the arguments of a plan."""

    vector_math: bool | None = field(default=None, kw_only=True)

    @abstractmethod
    def signature(self, function: Any) -> inspect.Signature:
        """How the derivative is called, but for ``out``."""

    @abstractmethod
    def check(self, function: Any) -> Form:
        """The form with its options resolved against the function's parameters.

        Raises
        ------
        ValueError
            They do not fit them.
        """

    @abstractmethod
    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        """Differentiate for arguments of these Numba types; what is not ``executed`` is differentiated again."""


class _Compiler(dispatcher._FunctionCompiler):
    """Compiles one signature of a `Derivative`, for whichever target it belongs to."""

    def __init__(self, subject: Subject, form: Form, base: Any) -> None:
        super().__init__(base.py_func, base.targetdescr, base.targetoptions, base.locals, base.pipeline_class)
        self.subject = subject
        self.form = form
        self.fills = form.fills and OUT not in form.signature(subject.function).parameters

    def fold_argument_types(self, args: Any, kws: Any) -> Any:
        """As Numba does, but that an ``out`` that is left out is no argument."""
        signature, folded = super().fold_argument_types(args, kws)
        if self.fills and isinstance(folded[-1], types.Omitted):
            return signature.replace(parameters=list(signature.parameters.values())[:-1]), folded[:-1]
        return signature, folded

    def _compile_core(self, args: tuple[Any, ...], return_type: Any) -> Any:
        executed = self.targetdescr is Derivative.targetdescr
        plan = self.form.plan(self.subject, args, executed=executed)
        check_returned(self.subject, plan.returns)

        def emit(context: Any, builder: Any, values: list[Any]) -> Any:
            glue = Glue(context, builder)
            if executed and self.form.diverts and not self.subject.shared:
                resolve = partial(_shared_address, self.subject.function, self.form, args, plan.returns)
                glue.divert = lambda: fallback.divert(context, builder, resolve)
            result = plan.write(glue, [Typed(type_, value) for type_, value in zip(args, values, strict=True)])
            glue.release()
            return result

        modules = [sweep.module(executed=executed) for sweep in plan.sweeps]
        reload = {start for sweep in plan.sweeps for start in sweep.reload} if executed else ()
        result = link.compiled(self.targetdescr, self.py_func, args, plan.returns, emit, modules, self.targetoptions, wrapper=executed,
                             ignored=self.fills and len(args) < len(self.pysig.parameters), reload=reload)
        if not executed:
            result.library.parallel = any(sweep.parallel is not None for sweep in plan.sweeps)
        return result


class Derivative(CPUDispatcher):
    """A compiled derivative of a function.

    Made by `irad.gradient` and its kind; called as they say. It is a Numba dispatcher, so it may also be called from njit
    functions, passed to them, inspected with ``inspect_llvm`` and ``inspect_asm``, compiled ahead with ``compile(signature)``, and
    differentiated again.

    Attributes
    ----------
    __wrapped__
        The function.
    py_func
        A Python function with the parameters and defaults of the derivative, that calls it.
    """

    def __init__(self, function: Any, form: Form, *, shared: bool = False) -> None:
        self._compiler: Any
        super().__init__(_entry(self, function, form), targetoptions={
            "nopython": True, **{name: value for name, value in function.targetoptions.items() if name == "nogil"}})
        self._compiler = _Compiler(Subject(form.operator, function, shared, form.vector_math), form, self._compiler)
        self._irad_signature = form.signature(function)
        if self._compiler.fills:
            self._pass_none_for_out()
        self.__wrapped__ = function
        self._addresses: dict[Any, Any] = {}
        if is_cached(function):
            self._cache = DerivativeCache(function, form, self._texts, shared=shared)

    def _pass_none_for_out(self) -> None:
        """Have Python pass None, whose type is found at once, for an ``out`` that is left out: Numba's own mark takes as long as two
        arguments. The entry is called with it, and does not look at it."""
        defaults = tuple(map(OmittedArg, self.__defaults__[:-1]))
        _dispatcher.Dispatcher.__init__(self, self._tm.get_pointer(), len(self._compiler.pysig.parameters), self._fold_args,
                                        tuple(self._compiler.pysig.parameters), (*defaults, None), False, False, False)

    def add_overload(self, cres: Any) -> None:
        """Keep a compiled entry, for calls from Python too; one without ``out`` for calls with None."""
        if not self._compiler.fills:
            super().add_overload(cres)
            return
        arguments = tuple(cres.signature.args)
        self.overloads[arguments] = cres
        if arguments[-1:] != (types.none,) or len(arguments) < len(self._compiler.pysig.parameters):
            given = [*arguments, types.none][:len(self._compiler.pysig.parameters)]
            self._insert([type_._code for type_ in given], cres.entry_point, cres.objectmode)

    def _compile_for_args(self, *args: Any, **kws: Any) -> Any:
        return super()._compile_for_args(*args[:-1] if self._compiler.fills and args[-1] is None else args, **kws)

    def _texts(self, signature: Any) -> list[str]:
        """The LLVM texts of the sweeps of one signature."""
        arguments, _ = sigutils.normalize_signature(signature)
        plan = self._compiler.form.plan(self._compiler.subject, arguments, executed=True)
        return [sweep.executed.text.replace(sweep.answer.name, f"{self.__wrapped__.__name__}.{sweep.suffix}") for sweep in plan.sweeps]

    def inspect_llvm(self, signature: Any = None) -> Any:
        """The derivative as LLVM IR, as it was written: before optimisation, with the names of the primal's values.

        Parameters
        ----------
        signature : tuple of Numba types, optional
            One of `signatures`; left out, all.

        Returns
        -------
        str or dict
            ``%x.dot`` is the tangent of ``%x``, ``%x.bar`` its adjoint, ``%x.shadow`` the memory beside it. The tape stands in it as calls
            of ``irad.tape.…``. The machine code is what ``inspect_asm`` shows.
        """
        if signature is None:
            return {known: self.inspect_llvm(known) for known in self.signatures}
        return "\n".join([f"; {self.__name__}{tuple(signature)}", *self._texts(signature)])

    def address(self, signature: Any) -> int:
        """Address of the derivative as a C function, for `ctypes` and ``scipy.LowLevelCallable``.

        Parameters
        ----------
        signature : tuple of Numba types
            Of numbers only: what C passes as Numba does.

        Raises
        ------
        ArgumentTypeError
            The derivative takes or returns more than numbers.

        Notes
        -----
        Compiled once for each signature, and valid as long as the derivative. An exception prints a message and returns 0, as Numba's
        `cfunc` does.

        Examples
        --------
        >>> import ctypes, irad, numba
        >>> slope = irad.derivative(lambda x: x**3)
        >>> call = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(slope.address((numba.float64,)))
        >>> call(2.0)
        12.0
        """
        arguments, _ = sigutils.normalize_signature(signature)
        if arguments not in self._addresses:
            self.compile(arguments)
            returns = self.overloads[arguments].signature.return_type
            if not all(isinstance(type_, (types.Number, types.Boolean)) for type_ in (*arguments, returns)):
                raise ArgumentTypeError(f"{self._compiler.subject}: address{arguments} -> {returns}: C passes numbers as Numba does, and "
                                        f"nothing else. Write a numba.cfunc that takes pointers, and calls {self.__name__} with "
                                        f"numba.carray of them.")
            called = _calling(self, self.__wrapped__, self.__name__, list(self._irad_signature.parameters)[:len(arguments)])
            self._addresses[arguments] = cfunc(returns(*arguments))(called)
        return int(self._addresses[arguments].address)

    @property
    def _irad_shared(self) -> Derivative:
        """The version whose arguments may share memory while one of them is written."""
        return differentiated(self.__wrapped__, self._compiler.form, shared=True)

    def _irad_twin(self, twin_class: Any) -> Any:
        """The same derivative for the target that captures: with the tape still abstract, for a higher derivative to see."""
        twin = twin_class(self.py_func, targetoptions=dict(self.targetoptions))
        twin._compiler = _Compiler(self._compiler.subject, self._compiler.form, twin._compiler)
        return twin

    def _reduce_states(self) -> dict[str, Any]:
        return {"function": self.__wrapped__, "form": self._compiler.form, "shared": self._compiler.subject.shared}

    @classmethod
    def _rebuild(cls, function: Any, form: Form, shared: bool) -> Derivative:
        return differentiated(function, form, shared=shared)


def _entry(derivative: Derivative, function: Any, form: Form) -> Callable[..., Any]:
    """A Python function with the parameters of ``derivative``, that calls it."""
    signature = with_out(form.signature(function)) if form.fills else form.signature(function)
    names = [("*" if parameter.kind is parameter.VAR_POSITIONAL else "") + name for name, parameter in signature.parameters.items()]
    entry = _calling(derivative, function, f"{form.operator}_of_{function.__name__}", names)
    entry.__defaults__ = tuple(p.default for p in signature.parameters.values() if p.default is not p.empty)
    entry.__signature__ = signature
    entry.__wrapped__ = function
    entry.__doc__ = f"{form.operator.replace('_', ' ').capitalize()} of `{function.__name__}`.\n\n{function.__doc__ or ''}"
    return entry  # type: ignore[no-any-return]


def _calling(derivative: Derivative, function: Any, name: str, parameters: list[str]) -> Any:
    """A Python function of that name and parameters, in the module of ``function``, that calls ``derivative``."""
    scope: dict[str, Any] = {"__name__": function.__module__ or "dynamic", "__irad_derivative__": derivative}
    exec(f"def entry({', '.join(parameters)}):\n    return __irad_derivative__({', '.join(parameters)})", scope)
    entry: Any = scope["entry"]
    entry.__name__ = entry.__qualname__ = name
    return entry


def differentiated(function: Any, form: Form, *, shared: bool = False) -> Derivative:
    """The derivative of ``function`` of that form: made once. ``shared``: of arguments that may share memory while one is written."""
    function = jitted(function, form.operator)
    form = form.check(function)
    with global_compiler_lock:
        memo: dict[tuple[Form, bool], Derivative] = function.__dict__.setdefault("_irad_derivatives", {})
        if (form, shared) not in memo:
            memo[form, shared] = Derivative(function, form, shared=shared)
        return memo[form, shared]


def _shared_address(function: Any, form: Form, arguments: tuple[Any, ...], returns: Any) -> int:
    """The address of the entry, in the version for arguments that share memory."""
    derivative = differentiated(function, form, shared=True)
    derivative.compile(arguments)
    found = derivative.overloads[arguments]
    if found.signature.return_type != returns:
        raise UnsupportedError(f"{derivative._compiler.subject}: arguments share memory while one of them is written, and the result would "
                               f"be {found.signature.return_type}, not {returns}. Pass contiguous arrays, or a copy of one of them.")
    return int(found.library.get_pointer_to_function(found.fndesc.llvm_func_name))


def jitted(function: Any, operator: str) -> Any:
    """The njit function behind ``function``: itself, or made once from a Python function.

    Raises
    ------
    TypeError
        It is no function.
    UnsupportedError
        It is compiled for Python objects.
    """
    if isinstance(function, types.Dispatcher):
        function = function.dispatcher
    if inspect.isfunction(function):
        with global_compiler_lock:
            made = function.__dict__.get("_irad_jitted")
            if made is None or made.py_func is not function:
                made = function.__dict__["_irad_jitted"] = njit(function)
            return made
    if not isinstance(function, CPUDispatcher):
        raise TypeError(f"{operator} takes an njit function, not {type(function).__name__}: {function!r}. "
                        f"Write the call in a function decorated with numba.njit.")
    if function.targetoptions.get("forceobj"):
        raise UnsupportedError(f"{operator}({function.__name__}): `{function.__name__}` is compiled in object mode, which has no LLVM "
                               f"code to differentiate. Decorate it with numba.njit.")
    return function
