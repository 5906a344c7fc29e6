"""Functions of other languages, which Numba calls by their address: those of C's libm by name, so that their rules are found, and the
names of others, for error messages."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from functools import cache
from typing import Any

from llvmlite import ir
from numba.core import cgutils, imputils, types

from irad_passes.rules.table import LIBRARY

_registry = imputils.Registry("irad.foreign")


def install(context: Any) -> None:
    """Lower the addresses of foreign functions this way in ``context``."""
    context.install_registry(_registry)


@_registry.lower_constant(types.ExternalFunctionPointer)
def address(context: Any, builder: Any, type_: Any, function: Any) -> Any:
    """The address of a foreign function: that of a function of libm itself, or a variable whose name says which function it is."""
    number = type_.get_pointer(function)
    kind = context.get_value_type(types.voidptr)
    name, rule = mathematics().get(number, ("", None))
    if rule is not None and fits(type_.sig, rule):
        signature = [context.get_value_type(part) for part in (type_.sig.return_type, *type_.sig.args)]
        declared = cgutils.get_or_insert_function(builder.module, ir.FunctionType(signature[0], signature[1:]), name)
        return builder.bitcast(declared, context.get_value_type(type_))
    variable = cgutils.add_global_variable(builder.module, kind, f"{name_of(function, number)} at 0x{number:x}")
    variable.linkage = "linkonce"  # its value is not seen, and the same function has the same variable
    variable.initializer = context.get_constant(types.uintp, number).inttoptr(kind)
    return builder.bitcast(builder.load(variable), context.get_value_type(type_))


@cache
def mathematics() -> dict[int, tuple[str, Any]]:
    """The functions of libm with a rule, by their addresses in this process: symbol and rule."""
    if os.name != "posix":
        return {}
    process = ctypes.CDLL(None)
    found = {name + suffix: rule for name, rule in LIBRARY.items() for suffix in ("", "f") if hasattr(process, name + suffix)}
    return {ctypes.cast(process[name], ctypes.c_void_p).value or 0: (name, rule) for name, rule in found.items()}


def fits(signature: Any, rule: Any) -> bool:
    """Whether a function of that signature takes and returns floats of one type, as many as its rule says."""
    kinds = {signature.return_type, *signature.args}
    return len(signature.args) == getattr(rule, "arity", 1) and len(kinds) == 1 and isinstance(kinds.pop(), types.Float)


def name_of(function: Any, number: int) -> str:
    """The name of a function as ctypes, cffi or SciPy know it; that of its type where they know none."""
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else special().get(number, type(function).__name__)


def special() -> dict[int, str]:
    """The functions of SciPy that Numba code can call, by address, where they are loaded."""
    module = sys.modules.get("scipy.special.cython_special")
    return {} if module is None else _special(module)


@cache
def _special(module: Any) -> dict[int, str]:
    from numba.extending import get_cython_function_address

    return {get_cython_function_address(module.__name__, name): "scipy.special." + re.sub(r"^(__pyx_fuse_[\d_]*\d)", "", name)
            for name in module.__pyx_capi__}
