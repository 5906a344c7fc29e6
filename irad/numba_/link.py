"""From LLVM text to a function that Numba calls: links the text into a code library and compiles the entry for it.

The entry is written with llvmlite, not as Python source: it has no bytecode to analyse and no types to infer, so
a derivative costs little more to compile than its sweep. What the entry does is decided by `irad.numba_.sweep` and `irad.derivative`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import compiler, config, funcdesc, types, typing
from numba.core.codegen import JITCodeLibrary
from numba.core.environment import Environment
from numba.core.targetconfig import ConfigStack

from irad.numba_ import boxing, environments
from irad.numba_.library import generic_machine, optimise

PROCESS = int.from_bytes(os.urandom(5), "little")
"""Part of the names of what is compiled: what another process has stored on disk has other names."""
UNIQUE = itertools.count(PROCESS << 20)


class DerivativeLibrary(JITCodeLibrary):
    """A library of the CPU target that is simplified as a whole before it is vectorised.

    Numba vectorises and unrolls twice. What the first round finds in a derivative is not ready for it: adjoints are on the stack
    still, and what one iteration adds to a shadow is loaded again by the next. Once unrolled, the second round cannot mend it.
    """

    def _optimize_functions(self, module: llvm.ModuleRef) -> None:
        """Leave functions as they are until all is there: to simplify each by itself first takes time and changes nothing."""
        module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        optimise(self._final_module, generic_machine(), level=2)
        optimise(self._final_module, self._codegen._tm, level=config.OPT, final=True)


def linkable(text: str, entry: str, *, inlined: bool) -> Any:
    """Parse ``text`` and hide what it exports except ``entry``; have that ``inlined`` whatever it costs.

    Functions of two derivatives may have one name and two bodies; what is internal is never confused. What is shared by
    intention, such as Numba's reference counting, is discardable already.
    """
    module = llvm.parse_assembly(text)
    for function in module.functions:
        if not function.is_declaration and function.linkage == llvm.Linkage.external:
            function.linkage = "linkonce_odr" if function.name == entry else "internal"
        if function.name == entry and inlined:
            function.add_function_attribute("alwaysinline")
    return module


def compiled(target: Any, function: Callable[..., Any], arguments: tuple[Any, ...], returns: Any,
             emit: Callable[[Any, ir.IRBuilder, list[Any]], Any], modules: Iterable[Any], options: dict[str, Any], *,
             wrapper: bool = True, ignored: bool = False, reload: Iterable[Callable[[], None]] = ()) -> Any:
    """Compile a function whose body is what ``emit`` writes, and return Numba's compile result.

    Parameters
    ----------
    target
        Numba's description of the target: the CPU's, or the one that captures.
    function
        The Python function that the result stands for: its name, module and parameters.
    arguments, returns
        Numba types.
    emit
        ``emit(context, builder, values)`` writes the body and gives the value to return.
    modules
        What the body calls: LLVM modules.
    options
        Numba's own options (``nogil``).
    wrapper
        Whether Python calls it too.
    ignored
        Whether Python passes one more argument, that is ignored.
    reload
        What has to be called before the code is loaded, from a cache too.
    """
    target.typing_context.refresh()
    target.target_context.refresh()
    flags = compiler.Flags()
    target.options.parse_as_flags(flags, options)
    names = tuple(function.__code__.co_varnames[:len(arguments)])
    unique = next(UNIQUE)
    with ConfigStack().enter(flags.copy()):
        context = compiler._make_subtarget(target.target_context, flags)
        described = funcdesc.PythonFunctionDescriptor(
            True, function.__module__, function.__qualname__, f"{function.__qualname__}${unique}", function.__doc__, {}, returns, {},
            names, (), mangler=context.mangler, argtypes=arguments, abi_tags=("irad",), uid=unique, global_dict=function.__globals__)
        environment = Environment.from_fndesc(described)
        codegen = context.codegen()
        library = DerivativeLibrary(codegen, described.qualname) if wrapper else codegen.create_library(described.qualname)
        library.enable_object_caching()
        library._reload_init.update(reload)
        with context.push_code_library(library):
            inside = context.subtarget(environment=environment, fndesc=described)
            _write_body(inside, described, library, emit)
            for module in modules:  # behind the body: LLVM links a discardable function only where it is called
                library.add_llvm_module(module)
            if wrapper:
                seen = copy(described)
                seen.argtypes, seen.restype = (*arguments, *[types.Omitted(None)] * ignored), boxing.returned(returns)
                if seen.restype != returns:
                    library._reload_init.add(boxing.start)
                    boxing.start()
                inside.create_cpython_wrapper(library, seen, environment, None, release_gil=flags.release_gil)
        entry_point = context.get_executable(library, described, environment)
        context.insert_user_function(entry_point, described, [library])
    referenced = environments.bind(library) if wrapper else ()
    return compiler.compile_result(
        typing_context=target.typing_context, target_context=context, entry_point=entry_point, typing_error=None, type_annotation=None,
        library=library, call_helper=None, signature=typing.signature(returns, *arguments), objectmode=False, lifted=(),
        fndesc=described, environment=environment, metadata={}, reload_init=list(library._reload_init),
        referenced_envs=referenced)


def _write_body(context: Any, described: Any, library: Any, emit: Callable[..., Any]) -> None:
    """Write the function itself into ``library``."""
    module = library.create_ir_module(described.unique_name)
    context.declare_env_global(module, context.get_env_name(described))
    function = context.declare_function(module, described)
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    values = context.call_conv.decode_arguments(builder, described.argtypes, function)
    value = emit(context, builder, values)
    context.call_conv.return_value(builder, context.get_return_value(builder, described.restype, value))
    context.post_lowering(module, library)
    library.add_ir_module(module)
