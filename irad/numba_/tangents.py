"""Tangents and seeds in LLVM code: what goes into a sweep beside the primals, and what comes out beside the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba.core import cgutils, types

from irad.errors import ArgumentTypeError
from irad.numba_.glue import Glue, Typed, shadow_type
from irad.numba_.records import move_floats
from irad.numba_.sweep import Sweep, Written


def members(glue: Glue, value: Typed) -> list[Typed]:
    """The members of a tuple."""
    return [Typed(*member) for member in zip(value.type, glue.items(value.value), strict=True)]


def spread(glue: Glue, given: Typed, inputs: Sequence[Any]) -> list[Typed]:
    """The arguments of a function of which a tuple holds the first; the others are their defaults."""
    own = members(glue, given)
    return own + [Typed(type_, None) for type_ in inputs[len(own):]]


def seed(glue: Glue, returns: Any) -> Any:
    """The adjoint of a result that is a float, or whose first member is: 1 there, 0 elsewhere."""
    if isinstance(returns, types.BaseTuple):
        null = cgutils.get_null_value(glue.context.get_value_type(returns))
        return glue.builder.insert_value(null, glue.context.get_constant(returns[0], 1.0), 0)
    return glue.context.get_constant(returns, 1.0)


def direction(glue: Glue, sweep: Sweep, index: int, primal: Typed, given: Typed) -> Any:
    """The tangent of argument ``index`` or of a member of it, laid out as the sweep has its primal: a copy where it is not, or where
    the function writes to an argument, which may share memory with the tangent."""
    if isinstance(given.type, types.NoneType):
        return glue.zeros(*primal)
    if isinstance(primal.type, types.Array):
        for length, other in zip(glue.shape(*primal), glue.shape(*given), strict=True):
            glue.raise_if(glue.builder.icmp_signed("!=", length, other), ArgumentTypeError,
                          f"the tangent of argument '{sweep.names[index]}' of {sweep.place} has another shape than the argument.")
        layout = "F" if primal.type.layout == "F" else "C"
        if given.type.layout == layout and not sweep.written_arrays():
            return given.value
        return glue.contiguous(*given, layout)
    if isinstance(primal.type, types.BaseTuple):
        parts = zip(members(glue, primal), members(glue, given), strict=True)
        values = [direction(glue, sweep, index, own, other) for own, other in parts]
        return glue.together(shadow_type(primal.type), values)
    if isinstance(primal.type, types.Record):  # which the function may write
        return glue.own_record(*given)
    return glue.context.cast(glue.builder, given.value, given.type, primal.type)


def moved(glue: Glue, sweep: Sweep, written: Written, *, has_aux: bool = False, result: bool = True) -> Typed:
    """The tangent of a sweep's result, kept as a ``result`` of the entry; with ``has_aux`` that of the first member."""
    found = Typed(sweep.returns, tangent(glue, sweep.returns, written.result, glue.returned(sweep.returns, written.shadow)))
    first, *others = members(glue, found) if has_aux else [found]
    for other in others:
        glue.keep(*other)
    glue.keep(*first, result=result)
    return first


def tangent(glue: Glue, type_: Any, result: Any, shadow: Any) -> Any:
    """The tangent of a result from its shadow: an array's extents are those of the result, and what is no float is zero.

    The shadow of an array that does not depend on the inputs is null: its tangent is a new array of zeros.
    """
    if isinstance(type_, types.Array):
        return _array_tangent(glue, type_, result, shadow)
    if isinstance(type_, types.BaseTuple):
        parts = zip(type_, glue.items(result), glue.items(shadow), strict=True)
        return glue.together(type_, [tangent(glue, *part) for part in parts])
    if isinstance(type_, (types.Float, types.Complex)):
        return shadow
    if isinstance(type_, types.Record):
        made = glue.own_record(type_)
        move_floats(glue.context, glue.builder, type_, shadow, made)
        return made
    return cgutils.get_null_value(glue.context.get_value_type(type_))


def _array_tangent(glue: Glue, type_: Any, result: Any, shadow: Any) -> Any:
    builder, primal, moved = glue.builder, glue.array(type_, result), glue.array(type_, shadow)
    for field in ("nitems", "itemsize", "shape", "strides"):
        setattr(moved, field, getattr(primal, field))
    moved.parent = cgutils.get_null_value(moved.parent.type)
    slot = cgutils.alloca_once_value(builder, moved._getvalue())
    with builder.if_then(cgutils.is_null(builder, moved.data), likely=False), glue.branch():
        builder.store(glue.zeros(type_, result, result=True), slot)
    return builder.load(slot)
