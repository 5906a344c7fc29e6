"""Iterators of dicts, as `typed_dicts` has them: over keys, values and items, until the dict is changed."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, imputils, types
from numba.extending import register_jitable

from irad.numba_.raw import address_of, load, size_of, store
from irad.numba_.typed_dicts import aligned, entry, fits, following, key_at, length, word

_NEXT_ENTRY, _TABLE, _COUNT, _STATE = 0, 8, 16, 3
"""Offsets in the state of an iterator, and how many words it has."""


@register_jitable
def start(container, state):  # type: ignore[no-untyped-def]
    store(state, _NEXT_ENTRY, 0)
    store(state, _TABLE, word(address_of(container), 8))
    store(state, _COUNT, length(address_of(container)))


@register_jitable
def advance(container, state):  # type: ignore[no-untyped-def]
    """The number of the next entry; below 0 where there is none, or the dict was changed."""
    dict_ = address_of(container)
    if word(dict_, 8) != load(state, _TABLE, types.intp) or length(dict_) != load(state, _COUNT, types.intp):
        return -1
    table = load(dict_, 8, types.voidptr)
    number = following(table, load(state, _NEXT_ENTRY, types.intp))
    store(state, _NEXT_ENTRY, number + 1)
    return number if number < word(table, 16) else -1


def get_iterator(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """The iterator of a dict, or of its keys, values or items."""
    (of,) = signature.args
    iterator = context.make_helper(builder, signature.return_type)
    iterator.parent = values[0] if isinstance(of, types.DictType) else context.make_helper(builder, of, values[0]).parent
    iterator.state = builder.bitcast(cgutils.alloca_once(builder, ir.ArrayType(cgutils.intp_t, _STATE)), cgutils.voidptr_t)
    begin = types.none(signature.return_type.parent, types.voidptr)
    context.compile_internal(builder, start, begin, [iterator.parent, iterator.state])
    return imputils.impl_ret_borrowed(context, builder, signature.return_type, iterator._getvalue())


@imputils.iternext_impl(imputils.RefType.BORROWED)
def get_next(context: Any, builder: Any, signature: Any, values: Any, result: Any) -> None:
    """Yield what comes next."""
    (kind,) = signature.args
    dict_type = kind.parent
    iterator = context.make_helper(builder, kind, values[0])
    number = context.compile_internal(builder, advance, types.intp(dict_type, types.voidptr), [iterator.parent, iterator.state])
    valid = builder.icmp_signed(">=", number, number.type(0))
    result.set_valid(valid)
    key_type, value_type = dict_type.keyvalue_type

    def key(container, number):  # type: ignore[no-untyped-def]
        table = load(address_of(container), 8, types.voidptr)
        return key_at(table, entry(table, number) + 8, key_type)

    def value(container, number):  # type: ignore[no-untyped-def]
        table = load(address_of(container), 8, types.voidptr)
        return load(table, entry(table, number) + 8 + aligned(size_of(key_type)), value_type)

    def read(function: Any, type_: Any) -> Any:
        return context.compile_internal(builder, function, type_(dict_type, types.intp), [iterator.parent, number])

    with builder.if_then(valid):
        if isinstance(kind.iterable, types.DictKeysIterableType):
            result.yield_(read(key, key_type))
        elif isinstance(kind.iterable, types.DictValuesIterableType):
            result.yield_(read(value, value_type))
        else:
            result.yield_(context.make_tuple(builder, kind.yield_type, [read(key, key_type), read(value, value_type)]))


def lowering(name: Any, signature: Any) -> Any:
    """How an iterator of a dict is made or advanced; None where `typed_dicts` does not make the dict, and for all else."""
    of = signature.args[0] if name in ("getiter", "iternext") else None
    if isinstance(of, (types.DictKeysIterableType, types.DictValuesIterableType, types.DictItemsIterableType, types.DictIteratorType)):
        of = of.parent
    if not isinstance(of, types.DictType) or not fits(of.key_type, of.value_type):
        return None
    return get_iterator if name == "getiter" else get_next
