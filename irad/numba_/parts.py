"""The floats in a value, flat: its arrays and numbers one after the other, each in C order, counted through.

This is how columns and rows of a Jacobian are numbered. `Lanes` reads the shadow of a result, in which each float is a vector of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from llvmlite import ir
from numba.core import cgutils, types

from irad.numba_.glue import INTP, Glue, make_array

Path = tuple[int, ...]


class Part(NamedTuple):
    """An array of floats, or a float, within a value: ``path`` leads to it through tuples."""

    path: Path
    type: Any

    @property
    def dtype(self) -> Any:
        return self.type.dtype if isinstance(self.type, types.Array) else self.type

    @property
    def ndim(self) -> int:
        return self.type.ndim if isinstance(self.type, types.Array) else 0


def is_part(type_: Any) -> bool:
    """Whether a value of this type is a float or an array of floats."""
    return isinstance(type_.dtype if isinstance(type_, types.Array) else type_, types.Float)


def parts(type_: Any, path: Path = ()) -> Iterator[Part]:
    """The parts of values of a type, in order."""
    if isinstance(type_, types.BaseTuple):
        for index, item in enumerate(type_):
            yield from parts(item, (*path, index))
    elif is_part(type_):
        yield Part(path, type_)


def get(glue: Glue, value: Any, path: Path) -> Any:
    """What is at ``path`` in a value."""
    return glue.builder.extract_value(value, list(path)) if path else value


def count(glue: Glue, part: Part, value: Any) -> Any:
    """How many floats a part of ``value`` has."""
    if isinstance(part.type, types.Array):
        return glue.array(part.type, get(glue, value, part.path)).nitems
    return INTP(1)


def static_count(type_: Any) -> int | None:
    """How many floats values of a type have, if that is always the same."""
    found = list(parts(type_))
    return None if any(isinstance(part.type, types.Array) for part in found) else len(found)


@contextmanager
def elements(glue: Glue, part: Part, value: Any) -> Iterator[tuple[Any, Any]]:
    """Write a loop over the elements of a part of ``value``: the position of each in C order, and its offset in bytes."""
    if not isinstance(part.type, types.Array):
        yield INTP(0), INTP(0)
        return
    builder, array = glue.builder, get(glue, value, part.path)
    shape = glue.shape(part.type, array)
    strides = cgutils.unpack_tuple(builder, glue.array(part.type, array).strides, part.ndim)
    with cgutils.loop_nest(builder, shape, INTP) as indices:
        position = offset = INTP(0)
        for index, length, stride in zip(indices, shape, strides, strict=True):
            position = builder.add(builder.mul(position, length), index)
            offset = builder.add(offset, builder.mul(index, stride))
        yield position, offset


class Lanes:
    """The shadow of a result: each part has its layout, with ``width`` numbers in place of one. Parts are those of what is at ``inside``
    in the result."""

    def __init__(self, glue: Glue, returns: Any, slot: Any, width: int, inside: Path = ()) -> None:
        self.glue = glue
        self.width = width
        self.inside = inside
        self._struct = slot.type.pointee
        self._returns = returns
        self._base = glue.builder.bitcast(slot, cgutils.voidptr_t)

    def data(self, part: Part) -> Any:
        """Address of the first number of a part; null where it does not depend on the inputs."""
        if isinstance(part.type, types.Array):
            return self._field(part.type, (*self.inside, *part.path), "data")
        return self.glue.builder.gep(self._base, [self._offset((*self.inside, *part.path))])

    def keep(self) -> None:
        """Own the arrays that hold the numbers."""
        for part in parts(self._returns):
            if isinstance(part.type, types.Array):
                array = make_array(part.type)(self.glue.context, self.glue.builder)
                array.meminfo = self._field(part.type, part.path, "meminfo")
                self.glue.keep(part.type, array._getvalue())

    def _field(self, type_: Any, path: Path, name: str) -> Any:
        """A pointer in the shadow of an array."""
        model = self.glue.context.data_model_manager[type_]
        place = self._offset((*path, model.get_field_position(name)))
        pointer = self.glue.builder.bitcast(self.glue.builder.gep(self._base, [place]), cgutils.voidptr_t.as_pointer())
        return self.glue.builder.load(pointer)

    def _offset(self, path: Path) -> Any:
        """Where a member of the result is in the shadow, in bytes."""
        type_, total = self._struct, 0
        target = self.glue.context.target_data
        for index in path:
            if isinstance(type_, ir.ArrayType):
                type_ = type_.element
                total += index * type_.get_abi_size(target)
            else:
                total += type_.get_element_offset(target, index)
                type_ = type_.elements[index]
        return INTP(total * self.width)
