"""``vjp`` as a gradient: the function whose value is the sum of a function's output times a cotangent."""

from __future__ import annotations

import inspect
from typing import Any

from numba import njit
from numba.core import types
from numba.core.compiler_lock import global_compiler_lock
from numba.extending import overload

from irad.errors import ArgumentTypeError


def contracted(function: Any) -> Any:
    """The njit function ``(*arguments, cotangent) -> (sum(f(*arguments) * cotangent), f(*arguments))``: made once."""
    with global_compiler_lock:
        if "_irad_contracted" not in function.__dict__:
            names = list(inspect.signature(function.py_func).parameters)
            last = unused("cotangent", names)
            scope = {"__name__": function.__module__, "__irad_function__": function, "__irad_contract__": contract}
            exec(f"def contracted({', '.join([*names, last])}):\n"
                 f"    __irad_value__ = __irad_function__({', '.join(names)})\n"
                 f"    return __irad_contract__(__irad_value__, {last}), __irad_value__\n", scope)
            made: Any = scope["contracted"]
            made.__name__ = made.__qualname__ = f"contracted_{function.__name__}"
            function.__dict__["_irad_contracted"] = njit(made)
        return function.__dict__["_irad_contracted"]


def unused(name: str, names: list[str]) -> str:
    """``name``, or one like it that is not in ``names``."""
    while name in names:
        name += "_"
    return name


def contract(value: Any, cotangent: Any) -> Any:
    """The sum of the products of the floats in ``value`` with those in ``cotangent``: for njit code."""
    raise NotImplementedError("irad's contract is for njit functions")


@overload(contract)
def _contract(value, cotangent):  # type: ignore[no-untyped-def]
    if isinstance(cotangent, types.NoneType) or not isinstance(value, (types.Float, types.Array, types.BaseTuple)):
        return lambda value, cotangent: 0.0
    if isinstance(value, types.Float):
        return lambda value, cotangent: value * cotangent
    if isinstance(value, types.Array):
        return _contract_flat if {value.layout, cotangent.layout} == {"C"} else _contract_any
    scope = {"contract": contract}
    terms = " + ".join(f"contract(value[{index}], cotangent[{index}])" for index in range(len(value)))
    exec(f"def implementation(value, cotangent):\n    return {terms}\n", scope)
    return scope["implementation"]


def _contract_flat(value, cotangent):  # type: ignore[no-untyped-def]
    if value.shape != cotangent.shape:
        raise ArgumentTypeError("vjp: the cotangent has another shape than the output.")
    values, weights = value.reshape(value.size), cotangent.reshape(cotangent.size)
    total = values.dtype.type(0)
    for index in range(values.shape[0]):
        total += values[index] * weights[index]
    return total


def _contract_any(value, cotangent):  # type: ignore[no-untyped-def]
    if value.shape != cotangent.shape:
        raise ArgumentTypeError("vjp: the cotangent has another shape than the output.")
    total = 0.0
    for left, right in zip(value.flat, cotangent.flat):  # noqa: B905 - njit has no strict
        total += left * right
    return total
