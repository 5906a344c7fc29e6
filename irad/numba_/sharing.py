"""Arguments that share memory: the test at the call, and shadows that overlap as the arrays do.

Where a function writes an array that shares memory with another, the two have one shadow: memory as long as what they span together,
in which each has its place. Arrays that are apart have shadows apart, all in one buffer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from numba.core import cgutils, types

from irad.numba_.glue import INTP, Glue, Typed, shadow_type
from irad.numba_.records import floats, memory_type

BYTES = types.Array(types.uint8, 1, "C")
ALIGNED = 64  # what is aligned to so many bytes keeps its alignment in the shadow


def clashes(glue: Glue, written: set[Any], found: Mapping[Any, Typed]) -> Iterator[tuple[Any, Any, Any]]:
    """Each written array with each other array, and whether they share a byte; with itself, where two of its elements may."""
    extents = {name: glue.extent(*array) for name, array in found.items()}
    tested = set()
    for first in sorted(written):
        for second in extents:
            if first != second and (second, first) not in tested:
                tested.add((first, second))
                yield first, second, glue.overlap(extents[first], extents[second])
        if found[first].type.layout == "A":
            yield first, first, folded(glue, *found[first])


def folded(glue: Glue, type_: Any, value: Any) -> Any:
    """Whether two elements of an array may be in one place: unless each stride reaches beyond all that is moved by smaller ones."""
    builder, array = glue.builder, glue.array(type_, value)
    shape = glue.shape(type_, value)
    strides = [builder.select(builder.icmp_signed("<", stride, INTP(0)), builder.neg(stride), stride)
               for stride in cgutils.unpack_tuple(builder, array.strides, type_.ndim)]
    found: Any = cgutils.false_bit
    for axis, stride in enumerate(strides):
        reach = array.itemsize
        for other, (length, smaller) in enumerate(zip(shape, strides, strict=True)):
            below = builder.icmp_signed("<=" if other < axis else "<", smaller, stride)
            if other != axis:
                reach = builder.add(reach, builder.select(below, builder.mul(builder.sub(length, INTP(1)), smaller), INTP(0)))
        several = builder.icmp_signed(">", shape[axis], INTP(1))
        found = builder.or_(found, builder.and_(several, builder.icmp_signed("<", stride, reach)))
    return builder.and_(found, cgutils.is_not_null(builder, array.nitems))


def shadows(glue: Glue, primals: Sequence[Typed], wanted: Sequence[bool], given: Mapping[int, Any], width: int) -> list[Any | None]:
    """The shadows of the arguments that are ``wanted``, zeroed, with what is ``given`` added: the tangents of what shares memory
    add up."""
    places = iter(_places(glue, [array for primal, needed in zip(primals, wanted, strict=True) if needed
                                 for array in _arrays(glue, primal)], width))
    return [_shadow(glue, primal, places, given.get(index)) if needed else None
            for index, (primal, needed) in enumerate(zip(primals, wanted, strict=True))]


def copied(glue: Glue, type_: Any, value: Any) -> Any:
    """A value of the same structure with arrays, kept, of its own."""
    if isinstance(type_, types.Array):
        return glue.contiguous(type_, value, shadow_type(type_).layout)
    if isinstance(type_, types.BaseTuple):
        return glue.together(type_, [copied(glue, *item) for item in zip(type_, glue.items(value), strict=True)])
    return value


def separate(glue: Glue, type_: Any, value: Any) -> Any:
    """A shadow as a result of its own, of type `shadow_type`: what shares memory gets the same numbers."""
    if isinstance(type_, types.Array):
        return glue.contiguous(type_, value, shadow_type(type_).layout, result=True)
    if isinstance(type_, types.BaseTuple):
        items = [separate(glue, *item) for item in zip(type_, glue.items(value), strict=True)]
        return glue.together(shadow_type(type_), items)
    return value


def _arrays(glue: Glue, primal: Typed) -> Iterator[Typed]:
    if isinstance(primal.type, types.Array):
        yield primal
    elif isinstance(primal.type, types.BaseTuple):
        for item in zip(primal.type, glue.items(primal.value), strict=True):
            yield from _arrays(glue, Typed(*item))


def _shadow(glue: Glue, primal: Typed, places: Iterator[Any], given: Any) -> Any:
    type_, value = primal
    if isinstance(type_, types.Array):
        shadow = next(places)
        if given is not None:
            _add(glue, Typed(shadow_type(type_), given), Typed(type_, shadow))
        return shadow
    if isinstance(type_, types.BaseTuple):
        parts = [None] * len(type_) if given is None else glue.items(given)
        return glue.together(type_, [_shadow(glue, Typed(*item), places, part)
                                     for *item, part in zip(type_, glue.items(value), parts, strict=True)])
    return cgutils.get_null_value(glue.context.get_value_type(type_)) if given is None else given


def _add(glue: Glue, source: Typed, target: Typed) -> None:
    """Add the floats in the elements of one array to those of another of its shape, one element after the other."""
    builder, shape = glue.builder, glue.shape(*target)
    pairs = [(array, cgutils.unpack_tuple(builder, array.strides, len(shape))) for array in (glue.array(*source), glue.array(*target))]
    with cgutils.loop_nest(builder, shape, INTP) as indices:
        read, written = (cgutils.get_item_pointer2(glue.context, builder, array.data, shape, strides, "A", indices)
                         for array, strides in pairs)
        for offset, real in floats(glue.context, memory_type(glue.context, target.type.dtype)):
            place, amount = (cgutils.pointer_add(builder, of, offset, real.as_pointer()) for of in (written, read))
            builder.store(builder.fadd(builder.load(place, align=1), builder.load(amount, align=1)), place, align=1)


def _places(glue: Glue, arrays: Sequence[Typed], width: int) -> Iterator[Any]:
    """A shadow for each array, all of them in one zeroed buffer, ``width`` numbers for one."""
    if not arrays:
        return
    builder = glue.builder
    lows, highs, starts = (cgutils.alloca_once(builder, INTP, len(arrays)) for _ in range(3))
    for index, array in enumerate(arrays):
        for extents, end in zip((lows, highs), glue.extent(*array), strict=True):
            builder.store(end, builder.gep(extents, [INTP(index)]))
    _join(builder, lows, highs, len(arrays))
    total = builder.mul(_start(builder, lows, highs, starts, len(arrays)), INTP(width))
    buffer = glue.empty(BYTES, [total])
    glue.clear(BYTES, buffer)
    memory = glue.array(BYTES, buffer)
    for index, (type_, value) in enumerate(arrays):
        low, start = (builder.load(builder.gep(of, [INTP(index)])) for of in (lows, starts))
        shadow = glue.array(type_, value)
        start = builder.add(start, builder.and_(low, INTP(ALIGNED - 1)))
        offset = builder.add(builder.sub(builder.ptrtoint(shadow.data, INTP), low), start)
        shadow.data = builder.bitcast(builder.gep(memory.data, [builder.mul(offset, INTP(width))]), shadow.data.type)
        shadow.meminfo, shadow.parent = memory.meminfo, cgutils.get_null_value(shadow.parent.type)
        yield shadow._getvalue()


def _join(builder: Any, lows: Any, highs: Any, count: int) -> None:
    """Widen extents until those that overlap are the same."""
    with cgutils.loop_nest(builder, [INTP(count)] * 3, INTP) as (_, one, other):
        ends = [builder.gep(of, [index]) for index in (one, other) for of in (lows, highs)]
        low, high, other_low, other_high = map(builder.load, ends)
        meet = builder.and_(builder.icmp_unsigned("<", low, other_high), builder.icmp_unsigned("<", other_low, high))
        lower, higher = builder.icmp_unsigned("<", other_low, low), builder.icmp_unsigned(">", other_high, high)
        builder.store(builder.select(builder.and_(meet, lower), other_low, low), ends[0])
        builder.store(builder.select(builder.and_(meet, higher), other_high, high), ends[1])


def _start(builder: Any, lows: Any, highs: Any, starts: Any, count: int) -> Any:
    """Give each extent a start in the buffer, equal ones the same; return the bytes that all take."""
    total = cgutils.alloca_once_value(builder, INTP(0))
    with cgutils.for_range(builder, INTP(count)) as one:
        low, high = (builder.load(builder.gep(of, [one.index])) for of in (lows, highs))
        start = builder.gep(starts, [one.index])
        builder.store(builder.load(total), start)
        fresh = cgutils.alloca_once(builder, cgutils.bool_t)
        builder.store(cgutils.true_bit, fresh)
        with cgutils.for_range(builder, one.index) as other:
            same = builder.and_(*(builder.icmp_signed("==", end, builder.load(builder.gep(of, [other.index])))
                                  for end, of in ((low, lows), (high, highs))))
            builder.store(builder.select(same, builder.load(builder.gep(starts, [other.index])), builder.load(start)), start)
            builder.store(builder.select(same, cgutils.false_bit, builder.load(fresh)), fresh)
        size = builder.and_(builder.add(builder.sub(high, low), INTP(2 * ALIGNED - 1)), INTP(-ALIGNED))
        builder.store(builder.add(builder.load(total), builder.select(builder.load(fresh), size, INTP(0))), total)
    return builder.load(total)
