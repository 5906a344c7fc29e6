"""Rows of a Jacobian as gradients: the function whose values are some floats of a function's output, counted as in `irad.numba_.parts`."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import njit
from numba.core import types
from numba.extending import overload

from irad.numba_.contraction import in_memory_order, reduced


def picked(function: Any, width: int = 1) -> Any:
    """The njit function ``(*arguments, number) -> (the float of that number in f(*arguments), f(*arguments))``: made once. With a
    ``width``, a tuple of so many, from that number on."""
    if width == 1:
        return reduced(function, "picked", element, "number")
    return reduced(function, f"picked_{width}", row_of(width), "number")


@cache
def row_of(width: int) -> Any:
    """The njit function ``(value, number) -> so many elements``."""
    scope = {"element": element}
    exec(f"def row(value, number):\n    return ({''.join(f'element(value, number + {k}), ' for k in range(width))})\n", scope)
    return njit(scope["row"])


def element(value: Any, number: int) -> Any:
    """The float of that number in ``value``; 0 if there is none: for njit code."""
    raise NotImplementedError("irad's element is for njit functions")


def size(value: Any) -> int:
    """How many floats there are in ``value``: for njit code."""
    raise NotImplementedError("irad's size is for njit functions")


@overload(element)
def _element(value, number):  # type: ignore[no-untyped-def]
    if isinstance(value, types.BaseTuple):
        lines = ["def implementation(value, number):"]
        for index in range(len(value)):
            lines += [f"    if number < size(value[{index}]):", f"        return element(value[{index}], number)",
                      f"    number -= size(value[{index}])"]
        scope = {"element": element, "size": size}
        exec("\n".join([*lines, "    return 0.0"]), scope)
        return scope["implementation"]
    if isinstance(value, types.Array) and isinstance(value.dtype, types.Float):
        return _of_contiguous if value.layout == "C" else _of_any(value.ndim)
    if isinstance(value, types.Float):
        return lambda value, number: value
    return lambda value, number: 0.0


def _of_contiguous(value, number):  # type: ignore[no-untyped-def]
    flat = in_memory_order(value)
    return flat[number] if number < flat.size else flat.dtype.type(0)


def _of_any(ndim):  # type: ignore[no-untyped-def]
    """Take the number apart into indices, the last one first."""
    lines = ["def implementation(value, number):", "    if number >= value.size:", "        return value.dtype.type(0)"]
    for axis in reversed(range(ndim)):
        lines += [f"    i{axis} = number % value.shape[{axis}]", f"    number //= value.shape[{axis}]"]
    scope: dict[str, Any] = {}
    exec("\n".join([*lines, f"    return value[({''.join(f'i{axis}, ' for axis in range(ndim))})]"]), scope)
    return scope["implementation"]


@overload(size)
def _size(value):  # type: ignore[no-untyped-def]
    if isinstance(value, types.BaseTuple):
        scope = {"size": size}
        terms = " + ".join(["0", *(f"size(value[{index}])" for index in range(len(value)))])
        exec(f"def implementation(value):\n    return {terms}\n", scope)
        return scope["implementation"]
    if isinstance(value, types.Array) and isinstance(value.dtype, types.Float):
        return lambda value: value.size
    number = int(isinstance(value, types.Float))
    return lambda value: number
