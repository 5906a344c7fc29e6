"""What a matrix of derivatives becomes: a block for each part of the output and each part of the arguments, and its filling.

`Blocks` holds a whole Jacobian, `Diagonal` the diagonal of a square one. Both are filled column by column (forward mode), `Blocks` also
row by row (reverse mode).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba.core import cgutils, types

from irad.numba_.glue import INTP, Glue, Typed
from irad.numba_.parameters import check_shape
from irad.numba_.parts import Lanes, Part, count, elements, get, is_part, parts


def block_type(output: Any, argument: Any) -> Any:
    """The type of the derivative of ``output`` with respect to ``argument``: the structure of the output, in each place that of the
    argument, and there the extents of both; where either is no float, an integer 0."""
    for outer, build in ((output, lambda item: block_type(item, argument)), (argument, lambda item: block_type(output, item))):
        if isinstance(outer, types.BaseTuple):
            return types.BaseTuple.from_types([build(item) for item in outer], getattr(outer, "instance_class", None))
    if not (is_part(output) and is_part(argument)):
        return types.intp
    part, other = Part((), output), Part((), argument)
    return types.Array(part.dtype, part.ndim + other.ndim, "C") if part.ndim + other.ndim else part.dtype


class Blocks:
    """The blocks of a Jacobian.

    Parameters
    ----------
    output
        Type of what is differentiated.
    arguments
        What it is differentiated by.
    given
        The array to fill, instead of one that is allocated: for a Jacobian that is a single array.
    """

    @staticmethod
    def types(output: Any, arguments: Sequence[Any]) -> list[Any]:
        """The types of the derivatives by each argument."""
        return [block_type(output, argument) for argument in arguments]

    def __init__(self, glue: Glue, output: Any, arguments: Sequence[Typed], given: Typed | None = None) -> None:
        self.glue = glue
        self.output = output
        self.arguments = arguments
        self.rows = list(parts(output))
        self.columns = [(index, part) for index, argument in enumerate(arguments) for part in parts(argument.type)]
        self.starts, self.total = offsets(glue, [(part, arguments[index].value) for index, part in self.columns])
        self._given = given
        self._slots = {(row, column): glue.slot(block_type(row.type, column[1].type)) for row in self.rows for column in self.columns}
        if given is not None:
            glue.context.nrt.incref(glue.builder, *given)
            glue.builder.store(given.value, next(iter(self._slots.values())))

    def allocate(self, result: Any) -> None:
        """Make the blocks, of zeros, for an output like ``result``."""
        glue = self.glue
        for (row, (index, column)), slot in self._slots.items():
            type_ = block_type(row.type, column.type)
            if not isinstance(type_, types.Array):
                continue
            shape = [extent for part, value in ((row, result), (column, self.arguments[index].value)) if part.ndim
                     for extent in glue.shape(part.type, get(glue, value, part.path))]
            prepare(glue, type_, shape, slot, self._given)

    def store_columns(self, start: Any, result: Any, lanes: Lanes) -> None:
        """Store the columns from ``start`` on that ``lanes`` holds, of an output like ``result``."""
        builder = self.glue.builder
        for row in self.rows:
            source = lanes.data(row)
            for column, (low, high) in self._ranges(start, lanes.width):
                with builder.if_then(builder.and_(cgutils.is_not_null(builder, source), builder.icmp_signed("<", low, high))):
                    self._store(row, column, builder.sub(start, self.starts[column[1]]), low, high, result, lanes.width, source)

    def _ranges(self, start: Any, width: int) -> list[Any]:
        """For each part of the arguments, the first lane that belongs to it, and the one behind the last."""
        builder = self.glue.builder
        found = []
        for place, (index, part) in enumerate(self.columns):
            low = builder.sub(self.starts[place], start)
            high = builder.add(low, count(self.glue, part, self.arguments[index].value))
            negative, beyond = builder.icmp_signed("<", low, INTP(0)), builder.icmp_signed(">", high, INTP(width))
            found.append((((index, part), place), (builder.select(negative, INTP(0), low), builder.select(beyond, INTP(width), high))))
        return found

    def _store(self, row: Part, column: Any, first: Any, low: Any, high: Any, result: Any, width: int, source: Any) -> None:
        glue, builder = self.glue, self.glue.builder
        key, _ = column
        target = self._data(row, key)
        length = count(glue, key[1], self.arguments[key[0]].value)
        with elements(glue, row, result) as (position, offset):
            numbers = builder.bitcast(builder.gep(source, [builder.mul(offset, INTP(width))]), target.type)
            place = builder.add(builder.mul(position, length), first)
            with cgutils.for_range_slice(builder, low, high, INTP(1)) as (lane, _):
                builder.store(builder.load(builder.gep(numbers, [lane])), builder.gep(target, [builder.add(place, lane)]))

    def store_row(self, number: Any, result: Any, adjoints: Sequence[Any], width: int = 1, lane: Any = None) -> None:
        """Store row ``number`` of an output like ``result``, if it has so many: the adjoints of the arguments, of which arrays hold
        ``width`` numbers for each element, and this is the one in ``lane``."""
        glue, builder = self.glue, self.glue.builder
        starts, _ = offsets(glue, [(row, result) for row in self.rows])
        for row, start in zip(self.rows, starts, strict=True):
            local = builder.sub(number, start)
            inside = builder.icmp_unsigned("<", local, count(glue, row, result))
            with builder.if_then(inside):
                for key in self.columns:
                    self._store_row(row, key, local, get(glue, adjoints[key[0]], key[1].path), width, lane)

    def _store_row(self, row: Part, key: tuple[int, Part], local: Any, adjoint: Any, width: int, lane: Any) -> None:
        glue, builder, column = self.glue, self.glue.builder, key[1]
        target = self._data(row, key)
        length = count(glue, column, self.arguments[key[0]].value)
        with elements(glue, Part((), column.type), adjoint) as (position, offset):
            value = adjoint
            if column.ndim or isinstance(column.type, types.Array):
                data = builder.bitcast(cgutils.pointer_add(builder, glue.array(column.type, adjoint).data, builder.mul(
                    offset, INTP(width))), glue.context.get_data_type(column.dtype).as_pointer())
                value = builder.load(data if lane is None else builder.gep(data, [lane]))
            value = glue.context.cast(builder, value, column.dtype, row.dtype)
            builder.store(value, builder.gep(target, [builder.add(builder.mul(local, length), position)]))

    def _data(self, row: Part, key: tuple[int, Part]) -> Any:
        """Address of the first number of a block."""
        slot, type_ = self._slots[row, key], block_type(row.type, key[1].type)
        if not isinstance(type_, types.Array):
            return slot
        return self.glue.array(type_, self.glue.builder.load(slot)).data

    def values(self) -> list[Typed]:
        """The derivative by each argument."""
        return [Typed(block_type(self.output, argument.type), self._value(self.output, (), index, argument.type, ()))
                for index, argument in enumerate(self.arguments)]

    def _value(self, output: Any, path: tuple[int, ...], index: int, argument: Any, inner: tuple[int, ...]) -> Any:
        whole = block_type(output, argument)
        if isinstance(output, types.BaseTuple):
            items = [self._value(item, (*path, at), index, argument, inner) for at, item in enumerate(output)]
        elif isinstance(argument, types.BaseTuple):
            items = [self._value(output, path, index, item, (*inner, at)) for at, item in enumerate(argument)]
        elif whole is types.intp:
            return INTP(0)
        else:
            return self.glue.builder.load(self._slots[Part(path, output), (index, Part(inner, argument))])
        return self.glue.together(whole, items)


class Diagonal:
    """The diagonal of a Jacobian whose output has the structure of the arguments, all of C layout. Parameters are those of `Blocks`."""

    @staticmethod
    def types(output: Any, arguments: Sequence[Any]) -> list[Any]:
        """The type of the diagonal."""
        return [output]

    def __init__(self, glue: Glue, output: Any, arguments: Sequence[Typed], given: Typed | None = None) -> None:
        self.glue = glue
        self.output = output
        self.rows = list(parts(output))
        values = [(part, argument.value) for argument in arguments for part in parts(argument.type)]
        self._lengths = [count(glue, *pair) for pair in values]
        self.starts, self.total = offsets(glue, values)
        self._given = given
        self._slots = {row: glue.slot(row.type) for row in self.rows}
        if given is not None:
            glue.context.nrt.incref(glue.builder, *given)
            glue.builder.store(given.value, self._slots[self.rows[0]])

    def allocate(self, result: Any) -> None:
        """Make the diagonal, of zeros, for an output like ``result``."""
        for row, slot in self._slots.items():
            if isinstance(row.type, types.Array):
                shape = self.glue.shape(row.type, get(self.glue, result, row.path))
                prepare(self.glue, row.type, shape, slot, self._given)

    def store_columns(self, start: Any, result: Any, lanes: Lanes) -> None:
        """Of the columns from ``start`` on that ``lanes`` holds, store the elements on the diagonal."""
        builder = self.glue.builder
        for row, own, length in zip(self.rows, self.starts, self._lengths, strict=True):
            source, slot = lanes.data(row), self._slots[row]
            target = self.glue.array(row.type, builder.load(slot)).data if isinstance(row.type, types.Array) else slot
            numbers = builder.bitcast(source, target.type)
            with builder.if_then(cgutils.is_not_null(builder, source)), cgutils.for_range(builder, INTP(lanes.width)) as lane:
                place = builder.sub(builder.add(start, lane.index), own)
                with builder.if_then(builder.icmp_unsigned("<", place, length)):
                    number = builder.gep(numbers, [builder.add(builder.mul(place, INTP(lanes.width)), lane.index)])
                    builder.store(builder.load(number), builder.gep(target, [place]))

    def values(self) -> list[Typed]:
        """The diagonal."""
        return [Typed(self.output, self._value(self.output, ()))]

    def _value(self, type_: Any, path: tuple[int, ...]) -> Any:
        if isinstance(type_, types.BaseTuple):
            return self.glue.together(type_, [self._value(item, (*path, at)) for at, item in enumerate(type_)])
        if is_part(type_):
            return self.glue.builder.load(self._slots[Part(path, type_)])
        return cgutils.get_null_value(self.glue.context.get_value_type(type_))


def prepare(glue: Glue, type_: Any, shape: Sequence[Any], slot: Any, given: Typed | None) -> None:
    """Put zeros of that shape into ``slot``: a new array, or the ``given`` one."""
    if given is None:
        with glue.branch():  # the slot owns it
            made = glue.empty(type_, list(shape))
        glue.builder.store(made, slot)
    else:
        made = given.value
        check_shape(glue, Typed(type_, made), shape)
    glue.clear(type_, made)


def offsets(glue: Glue, found: Sequence[tuple[Part, Any]]) -> tuple[list[Any], Any]:
    """Where each part of a value starts, counted in floats, and how many there are."""
    starts, total = [], INTP(0)
    for part, value in found:
        starts.append(total)
        total = glue.builder.add(total, count(glue, part, value))
    return starts, total
