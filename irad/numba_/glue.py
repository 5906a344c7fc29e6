"""What surrounds a sweep in LLVM code: fresh zeroed arrays, contiguous copies, tuples, overlap tests, and release of all on failure.

`Glue` writes it, for one entry function, with llvmlite. Nothing here knows what a derivative is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from numba.core import cgutils, types

from irad.numba_.records import OwnRecord, in_memory

INTP = cgutils.intp_t
NO_MEMORY = "irad: no memory for a derivative"


class Typed(NamedTuple):
    """An LLVM value and its Numba type."""

    type: Any
    value: Any


class Kept(NamedTuple):
    """What an entry owns: a value, or a ``slot`` that holds one, null at first; a ``result`` is the caller's on success."""

    type: Any
    value: Any
    result: bool
    slot: bool


class Glue:
    """Writes LLVM code at the end of ``builder``.

    What it allocates it `keep`s: a *result* is released when the entry fails, all else also when it succeeds.

    Attributes
    ----------
    excinfo
        The caller's slot for an exception.
    divert
        Writes the end of the entry where written arguments share memory: goes on in a version for that. None where there is none.
    record
        What the entry's runs share, if they call Python and are several: see `irad.numba_.reruns`.
    """

    def __init__(self, context: Any, builder: Any) -> None:
        self.context = context
        self.builder = builder
        self.excinfo = context.call_conv._get_excinfo_argument(builder.function)
        self.divert: Callable[[], None] | None = None
        self.record: Any = None
        self._kept: list[Kept] = []

    def keep(self, type_: Any, value: Any, *, result: bool = False) -> Any:
        """Own ``value`` until the entry ends; a ``result`` then belongs to the caller."""
        self._kept.append(Kept(type_, value, result, slot=False))
        return value

    def slot(self, type_: Any) -> Any:
        """Memory for a result that is made later, where code runs conditionally or repeatedly: its address."""
        slot = cgutils.alloca_once_value(self.builder, cgutils.get_null_value(self.context.get_value_type(type_)))
        self._kept.append(Kept(type_, slot, result=True, slot=True))
        return slot

    def release(self) -> None:
        """Release all but the results: the entry is about to succeed."""
        self._release([kept for kept in self._kept if not kept.result])

    def _release(self, kept: list[Kept]) -> None:
        for type_, value, _, slot in reversed(kept):
            self.context.nrt.decref(self.builder, type_, self.builder.load(value) if slot else value)

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Within it, code runs conditionally: what it keeps is not released behind it."""
        before = len(self._kept)
        yield
        del self._kept[before:]

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Within it, code runs repeatedly: all that it keeps is released at its end."""
        before = len(self._kept)
        yield
        self._release(self._kept[before:])
        del self._kept[before:]

    @contextmanager
    def failing(self, condition: Any) -> Iterator[None]:
        """Write a branch that is taken where ``condition`` holds; the body of the ``with`` must return an error status."""
        with self.builder.if_then(condition, likely=False):
            self._release(self._kept)
            yield

    def raise_if(self, condition: Any, error: type[Exception], message: str) -> None:
        """Raise ``error(message)`` where ``condition`` holds."""
        with self.failing(condition):
            self.context.call_conv.return_user_exc(self.builder, error, (message,))

    def check(self, code: Any) -> None:
        """Return the status ``code`` to the caller unless it says success; the exception is in `excinfo` already."""
        from irad_passes.transforms.lower_tape import OUT_OF_MEMORY

        self.raise_if(self.builder.icmp_signed("==", code, code.type(OUT_OF_MEMORY)), MemoryError, NO_MEMORY)
        with self.failing(cgutils.is_not_null(self.builder, code)):
            self.builder.ret(code)

    def array(self, type_: Any, value: Any) -> Any:
        """Access to the fields of an array."""
        return make_array(type_)(self.context, self.builder, value)

    def shape(self, type_: Any, value: Any) -> list[Any]:
        """The extents of an array."""
        return list(cgutils.unpack_tuple(self.builder, self.array(type_, value).shape, type_.ndim))

    def empty(self, type_: Any, shape: list[Any], *, result: bool = False, width: int = 1) -> Any:
        """A new array of C or F layout, kept, with undefined contents; in memory for ``width`` times as many elements."""
        builder, context = self.builder, self.context
        array = make_array(type_)(context, builder)
        item = context.get_abi_sizeof(context.get_data_type(type_.dtype))
        order = list(range(type_.ndim)) if type_.layout == "F" else list(reversed(range(type_.ndim)))
        strides, size = [INTP(item)] * type_.ndim, INTP(item)
        for axis in order:
            strides[axis] = size
            size = builder.mul(size, shape[axis])
        size = builder.mul(size, INTP(width))
        meminfo = context.nrt.meminfo_alloc_aligned_unchecked(builder, size, context.get_preferred_array_alignment(type_.dtype))
        with self.failing(cgutils.is_null(builder, meminfo)):
            context.call_conv.return_user_exc(builder, MemoryError, (NO_MEMORY,))
        data = builder.bitcast(context.nrt.meminfo_data(builder, meminfo), array.data.type)
        populate_array(array, data, shape, strides, INTP(item), meminfo)
        return self.keep(type_, array._getvalue(), result=result)

    def clear(self, type_: Any, value: Any, width: int = 1) -> None:
        """Set the elements of a contiguous array to zero, ``width`` numbers for each."""
        size = self.builder.mul(self.size_in_bytes(type_, value), INTP(width))
        cgutils.memset(self.builder, self.array(type_, value).data, size, 0)

    def size_in_bytes(self, type_: Any, value: Any) -> Any:
        """Bytes that a contiguous array holds."""
        array = self.array(type_, value)
        return self.builder.mul(array.nitems, array.itemsize)

    def zeros(self, type_: Any, value: Any, *, result: bool = False, width: int = 1) -> Any:
        """Zeros in the structure of ``value``, of type `shadow_type`: new arrays, kept, for its arrays, of ``width`` numbers for each
        element."""
        if isinstance(type_, types.Array):
            made_type = owned_type(type_)
            made = self.empty(made_type, self.shape(type_, value), result=result, width=width)
            self.clear(made_type, made, width)
            return made
        if isinstance(type_, types.BaseTuple):
            made = [self.zeros(of, item, result=result, width=width) for of, item in zip(type_, self.items(value), strict=True)]
            return self.together(shadow_type(type_), made)
        if isinstance(type_, types.Record):
            return self.own_record(type_)
        return cgutils.get_null_value(self.context.get_value_type(type_))

    def own_record(self, type_: Any, source: Any = None) -> Any:
        """Memory of this entry for a record: zeros, or a copy."""
        return in_memory(self.builder, cgutils.get_null_value(self.context.get_data_type(type_)) if source is None
                         else self.builder.load(source))

    def contiguous(self, type_: Any, value: Any, layout: str, *, result: bool = False) -> Any:
        """A copy, kept, of an array of any layout, laid out as ``layout`` ("C" or "F")."""
        made_type = owned_type(type_, layout)
        made = self.empty(made_type, self.shape(type_, value), result=result)
        self.copy(type_, value, made_type, made)
        return made

    def copy(self, source_type: Any, source: Any, target_type: Any, target: Any) -> None:
        """Copy the elements of one array into another of the same shape."""
        builder = self.builder
        read, written = self.array(source_type, source), self.array(target_type, target)
        shape = self.shape(source_type, source)
        pairs = [(array, cgutils.unpack_tuple(builder, array.strides, len(shape))) for array in (read, written)]
        with cgutils.loop_nest(builder, shape, INTP) as indices:
            first, second = (
                cgutils.get_item_pointer2(self.context, builder, array.data, shape, strides, "A", indices) for array, strides in pairs)
            builder.store(builder.load(first), second)

    def returned(self, type_: Any, slot: Any) -> Any:
        """The value that a function has stored as its result."""
        return self.context.get_returned_value(self.builder, type_, self.builder.load(slot))

    def items(self, value: Any) -> list[Any]:
        """The members of a tuple."""
        return list(cgutils.unpack_tuple(self.builder, value))

    def together(self, type_: Any, values: list[Any]) -> Any:
        """A tuple of type ``type_``."""
        return self.context.make_tuple(self.builder, type_, values)

    def pack(self, values: list[Typed]) -> Typed:
        """A tuple of values of any types."""
        type_ = types.BaseTuple.from_types([value.type for value in values])
        return Typed(type_, self.together(type_, [value.value for value in values]))

    def extent(self, type_: Any, value: Any) -> tuple[Any, Any]:
        """Lowest address of an array's memory, and the first behind it."""
        builder, array = self.builder, self.array(type_, value)
        low = high = builder.ptrtoint(array.data, INTP)
        if type_.layout != "A":
            return low, builder.add(high, self.size_in_bytes(type_, value))
        for length, stride in zip(self.shape(type_, value), cgutils.unpack_tuple(builder, array.strides, type_.ndim), strict=True):
            reach = builder.mul(builder.sub(length, INTP(1)), stride)
            back = builder.icmp_signed("<", reach, INTP(0))
            low = builder.add(low, builder.select(back, reach, INTP(0)))
            high = builder.add(high, builder.select(back, INTP(0), reach))
        empty = builder.icmp_signed("==", array.nitems, INTP(0))
        return low, builder.select(empty, low, builder.add(high, array.itemsize))

    def overlap(self, first: tuple[Any, Any], second: tuple[Any, Any]) -> Any:
        """Whether two extents share a byte."""
        builder = self.builder
        return builder.and_(builder.icmp_unsigned("<", first[0], second[1]), builder.icmp_unsigned("<", second[0], first[1]))


def make_array(type_: Any) -> Any:
    """Numba's class for access to the fields of arrays of a type."""
    from numba.np import arrayobj  # not before something is compiled: it takes as long as a third of irad's import

    return arrayobj.make_array(type_)


def populate_array(*fields: Any) -> None:
    """Set all fields of an array."""
    from numba.np import arrayobj

    arrayobj.populate_array(*fields)


def owned_type(type_: Any, layout: str = "") -> Any:
    """The type of a fresh array with the elements of one of type ``type_``: writable, aligned, C layout unless it is F."""
    return types.Array(type_.dtype, type_.ndim, layout or ("F" if type_.layout == "F" else "C"))


def shadow_type(type_: Any) -> Any:
    """The type of the shadow of a value: the same structure, with arrays that irad owns."""
    if isinstance(type_, types.Array):
        return owned_type(type_)
    if isinstance(type_, types.BaseTuple):
        return types.BaseTuple.from_types([shadow_type(item) for item in type_], getattr(type_, "instance_class", None))
    return OwnRecord.like(type_) if isinstance(type_, types.Record) else types.unliteral(type_)
