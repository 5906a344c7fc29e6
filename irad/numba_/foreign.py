"""Functions of other languages, which Numba calls by their address: their names, for error messages."""

from __future__ import annotations

from typing import Any

from numba.core import cgutils, imputils, types

_registry = imputils.Registry("irad.foreign")


def install(context: Any) -> None:
    """Lower the addresses of foreign functions this way in ``context``."""
    context.install_registry(_registry)


@_registry.lower_constant(types.ExternalFunctionPointer)
def address(context: Any, builder: Any, type_: Any, function: Any) -> Any:
    """The address of a foreign function, in a variable whose name says which function it is."""
    number = type_.get_pointer(function)
    kind = context.get_value_type(types.voidptr)
    variable = cgutils.add_global_variable(builder.module, kind, f"{name_of(function)} at 0x{number:x}")
    variable.linkage = "linkonce"  # its value is not seen, and the same function has the same variable
    variable.initializer = context.get_constant(types.uintp, number).inttoptr(kind)
    return builder.bitcast(builder.load(variable), context.get_value_type(type_))


def name_of(function: Any) -> str:
    """The name of a function as ctypes or cffi know it; that of its type where they know none."""
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__
