"""What goes into the rules of a function's own derivative and what comes out of them, for njit code: tangents that are not there are
zeros, what a rule returns gets the type that it stands for, adjoints are added to what is there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import cgutils, imputils, types
from numba.extending import intrinsic, overload

from irad.errors import ArgumentTypeError
from irad.numba_.glue import make_array

WRONG_SHAPE = "an adjoint or tangent that a rule returned has another shape than what it belongs to."


@intrinsic
def is_null(typing_context: Any, array: Any) -> Any:
    """Whether an array has no memory: the shadow of one that is constant."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return cgutils.is_null(builder, make_array(array)(context, builder, values[0]).data)

    return types.boolean(array), codegen


@intrinsic
def typed(typing_context: Any, array: Any, like: Any) -> Any:
    """An array under the type of another of its dtype and rank."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        source = make_array(array)(context, builder, values[0])
        made = make_array(like)(context, builder)
        for field in ("meminfo", "parent", "nitems", "itemsize", "data", "shape", "strides"):
            setattr(made, field, getattr(source, field))
        return imputils.impl_ret_borrowed(context, builder, like, made._getvalue())

    return like(array, like), codegen


def filled(tangent: Any, primal: Any) -> Any:
    """The tangent of ``primal``: zeros where there is none."""
    raise NotImplementedError("for njit functions")


def settled(value: Any, like: Any) -> Any:
    """A tangent that a rule returned, of the type of its primal: a copy, of its own."""
    raise NotImplementedError("for njit functions")


def accumulate(shadow: Any, adjoint: Any) -> Any:
    """Add an adjoint to the shadow that is there for it."""
    raise NotImplementedError("for njit functions")


def spoil(shadow: Any) -> Any:
    """Make a shadow nan: its adjoint could not be computed."""
    raise NotImplementedError("for njit functions")


def blank(primal: Any) -> Any:
    """Zeros in the structure of ``primal``; None where it holds no floats."""
    raise NotImplementedError("for njit functions")


def is_float_array(type_: Any) -> bool:
    return isinstance(type_, types.Array) and isinstance(type_.dtype, types.Float)


def _of_parts(name: str, count: int, parameters: str, terms: list[str]) -> Any:
    """An implementation for tuples, part by part."""
    scope = {"filled": filled, "settled": settled, "blank": blank}
    exec(f"def implementation({parameters}):\n    return ({''.join(f'{term}, ' for term in terms)})\n", scope)
    return scope["implementation"]


def zeros_like(array: Any) -> Any:
    """Zeros of the type of ``array``, in its layout."""
    raise NotImplementedError("for njit functions")


@overload(zeros_like)
def _zeros_like(array):  # type: ignore[no-untyped-def]
    if array.layout == "F":
        return lambda array: typed(np.zeros(array.shape[::-1], array.dtype).T, array)
    return lambda array: typed(np.zeros(array.shape, array.dtype), array)


@overload(filled)
def _filled(tangent, primal):  # type: ignore[no-untyped-def]
    if is_float_array(primal):
        return lambda tangent, primal: zeros_like(primal) if is_null(tangent) else tangent
    if isinstance(primal, types.BaseTuple):
        return _of_parts("filled", len(primal), "tangent, primal", [f"filled(tangent[{k}], primal[{k}])" for k in range(len(primal))])
    if isinstance(primal, types.Float):
        return lambda tangent, primal: tangent
    return lambda tangent, primal: None


@overload(settled)
def _settled(value, like):  # type: ignore[no-untyped-def]
    if isinstance(like, types.Array):
        if not isinstance(value, types.Array) or value.dtype != like.dtype or value.ndim != like.ndim:
            raise ArgumentTypeError(f"the tangent that a rule returned is {value}; its primal is {like}.")

        def copied(value, like):  # type: ignore[no-untyped-def]
            if value.shape != like.shape:
                raise ArgumentTypeError(WRONG_SHAPE)
            made = zeros_like(like)
            made[...] = value
            return made

        return copied
    if isinstance(like, types.BaseTuple):
        return _of_parts("settled", len(like), "value, like", [f"settled(value[{k}], like[{k}])" for k in range(len(like))])
    if isinstance(like, types.Float):
        real = like
        return lambda value, like: real(value)
    return lambda value, like: like


@overload(accumulate)
def _accumulate(shadow, adjoint):  # type: ignore[no-untyped-def]
    if not isinstance(adjoint, types.Array) or adjoint.ndim != shadow.ndim or not isinstance(adjoint.dtype, types.Float):
        raise ArgumentTypeError(f"the adjoint that a backward rule returned is {adjoint}; its argument is {shadow}.")

    def add(shadow, adjoint):  # type: ignore[no-untyped-def]
        if not is_null(shadow):
            if shadow.shape != adjoint.shape:
                raise ArgumentTypeError(WRONG_SHAPE)
            for index in np.ndindex(shadow.shape):
                shadow[index] += adjoint[index]

    return add


@overload(spoil)
def _spoil(shadow):  # type: ignore[no-untyped-def]
    def fill(shadow):  # type: ignore[no-untyped-def]
        if not is_null(shadow):
            for index in np.ndindex(shadow.shape):
                shadow[index] = np.nan

    return fill


@overload(blank)
def _blank(primal):  # type: ignore[no-untyped-def]
    if is_float_array(primal):
        return lambda primal: np.zeros(primal.shape, primal.dtype)
    if isinstance(primal, types.BaseTuple):
        return _of_parts("blank", len(primal), "primal", [f"blank(primal[{k}])" for k in range(len(primal))])
    if isinstance(primal, types.Float):
        real = primal
        return lambda primal: real(0.0)
    return lambda primal: None
