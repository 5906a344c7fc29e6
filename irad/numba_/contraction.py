"""``vjp`` as a gradient: the function whose value is the sum of a function's output times a cotangent."""

from __future__ import annotations

from typing import Any

from numba import njit
from numba.core import imputils, types
from numba.core.compiler_lock import global_compiler_lock
from numba.extending import intrinsic, overload

from irad.errors import ArgumentTypeError
from irad.numba_.glue import make_array, populate_array
from irad.numba_.parameters import signature
from irad.numba_.records import has_floats


def contracted(function: Any, *, has_aux: bool = False) -> Any:
    """The njit function ``(*arguments, cotangent) -> (sum(f(*arguments) * cotangent), f(*arguments))``: made once."""
    return reduced(function, "contracted", contract, "cotangent", has_aux=has_aux)


def halved(function: Any, *, has_aux: bool = False) -> Any:
    """The njit function ``(*arguments) -> (sum(f(*arguments)**2) / 2, f(*arguments))``: made once."""
    return reduced(function, "halved", half_square, has_aux=has_aux)


def reduced(function: Any, name: str, reduction: Any, extra: str = "", *, has_aux: bool = False) -> Any:
    """The njit function ``(*arguments, extra) -> (reduction(f(*arguments), extra), f(*arguments))``: made once. ``has_aux``: the first
    of the pair that f returns is what is reduced."""
    attribute = f"_irad_{name}{'_first' if has_aux else ''}"
    with global_compiler_lock:
        if attribute not in function.__dict__:
            names = list(signature(function).parameters)
            more = [unused(extra, names)] if extra else []
            value = "__irad_value__[0]" if has_aux else "__irad_value__"
            scope = {"__name__": function.__module__, "__irad_function__": function, "__irad_reduction__": reduction}
            exec(f"def {name}({', '.join([*names, *more])}):\n"
                 f"    __irad_value__ = __irad_function__({', '.join(names)})\n"
                 f"    return __irad_reduction__({', '.join([value, *more])}), __irad_value__\n", scope)
            made: Any = scope[name]
            made.__name__ = made.__qualname__ = f"{name}_{function.__name__}"
            function.__dict__[attribute] = njit(made)
        return function.__dict__[attribute]


def unused(name: str, names: list[str]) -> str:
    """``name``, or one like it that is not in ``names``."""
    while name in names:
        name += "_"
    return name


@intrinsic
def in_memory_order(typing_context: Any, array: Any) -> Any:
    """The elements of a contiguous array as a vector, without a copy. (Numba's reshape is a call that hides where its result points.)"""
    vector = types.Array(array.dtype, 1, "C", readonly=not array.mutable)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        source = make_array(array)(context, builder, values[0])
        view = make_array(vector)(context, builder)
        populate_array(view, source.data, [source.nitems], [source.itemsize], source.itemsize, source.meminfo)
        return imputils.impl_ret_borrowed(context, builder, vector, view._getvalue())

    return vector(array), codegen


def contract(value: Any, cotangent: Any) -> Any:
    """The sum of the products of the floats in ``value`` with those in ``cotangent``: for njit code."""
    raise NotImplementedError("irad's contract is for njit functions")


def half_square(value: Any) -> Any:
    """Half the sum of the squares of the floats in ``value``: for njit code."""
    raise NotImplementedError("irad's half_square is for njit functions")


@overload(half_square)
def _half_square(value):  # type: ignore[no-untyped-def]
    return lambda value: contract(value, value) * 0.5


@overload(contract)
def _contract(value, cotangent):  # type: ignore[no-untyped-def]
    if isinstance(cotangent, types.NoneType) or not has_floats(value):
        return lambda value, cotangent: 0.0
    if isinstance(value, types.Complex):
        return lambda value, cotangent: value.real * cotangent.real + value.imag * cotangent.imag
    if isinstance(value, types.Float):
        return lambda value, cotangent: value * cotangent
    if isinstance(value, types.Array):
        if value.layout == "A" or value.layout != cotangent.layout or not isinstance(value.dtype, (types.Float, types.Complex)):
            return _contract_any
        return _contract_flat
    scope = {"contract": contract}
    keys = value.fields if isinstance(value, types.Record) else range(len(value))
    terms = " + ".join(f"contract(value[{key!r}], cotangent[{key!r}])" for key in keys)
    exec(f"def implementation(value, cotangent):\n    return {terms}\n", scope)
    return scope["implementation"]


def _contract_flat(value, cotangent):  # type: ignore[no-untyped-def]
    if value.shape != cotangent.shape:
        raise ArgumentTypeError("vjp: the cotangent has another shape than the output.")
    values, weights = in_memory_order(value), in_memory_order(cotangent)
    total = values.dtype.type(0).real
    for index in range(values.size):
        total += contract(values[index], weights[index])
    return total


def _contract_any(value, cotangent):  # type: ignore[no-untyped-def]
    if value.shape != cotangent.shape:
        raise ArgumentTypeError("vjp: the cotangent has another shape than the output.")
    total = 0.0
    for left, right in zip(value.flat, cotangent.flat):  # noqa: B905 - njit has no strict
        total += contract(left, right)
    return total
