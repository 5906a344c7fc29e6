"""``numba.typed.Dict`` as code that can be differentiated: where its values are, and move, is seen; what finds them stays C's.

A dict is C's structure still: a table in memory of C's, of entries with hash, key and value. C looks for keys, enters and removes
them; tables are made, and values are read, written and moved, in Python that Numba compiles. To the engine a table is memory of
values: all else in it is read and written by functions that it does not look into.

Keys are integers, booleans and tuples of them: a float that is a key could be active. Values hold no references.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, register_jitable

from irad.numba_.raw import address_of, allocate, free, is_null, load, relocate, size_of, store
from irad_passes.rules.memory import Helper
from irad_passes.rules.rule import Rule

_TABLE, _DICT = 8, 16
"""Where a dict has the address of its table, and the size of a dict; the number of its entries comes first."""
_SIZE, _USABLE, _NEXT, _KEY_SIZE, _VALUE_SIZE, _ENTRY_SIZE, _ENTRIES, _METHODS, _INDICES = 0, 8, 16, 24, 32, 40, 48, 56, 96
"""Offsets in a table. The entries are as far behind the indices as it says."""
_OK, _REPLACED, _NO_MEMORY, _EMPTY = types.int32(0), types.int32(1), types.int32(-1), types.int32(-4)
_WORD, _POINTER = types.intp, types.voidptr
_BYTES, _INTEGER = cgutils.voidptr_t, cgutils.intp_t

_FUNCTIONS = {"length": ("i64", "ptr"), "lookup": ("i64", "ptr", "ptr", "i64", "ptr"), "insert": ("i32", "ptr", "ptr", "i64", "ptr", "ptr"),
              "delitem": ("i32", "ptr", "i64", "i64"), "popitem": ("i32", "ptr", "ptr", "ptr")}
"""Those of C that are called, by names of irad's: where Numba's own code calls them, they do what they do to values too."""


def _hidden(name: str, returns: str, *types: str) -> str:
    given = ", ".join(f"{type_} %{k}" for k, type_ in enumerate(types))
    return f"""
declare {returns} @numba_dict_{name}({", ".join(types)})
define {returns} @irad.hidden.{name}({given}) noinline nounwind {{
  %result = call {returns} @numba_dict_{name}({given})
  ret {returns} %result
}}
"""


TEXT = """
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define i64 @irad.hidden.word(ptr %base, i64 %offset) noinline nounwind {
  %at = getelementptr i8, ptr %base, i64 %offset
  %word = load i64, ptr %at
  ret i64 %word
}
define void @irad.hidden.set(ptr %base, i64 %offset, i64 %word) noinline nounwind {
  %at = getelementptr i8, ptr %base, i64 %offset
  store i64 %word, ptr %at
  ret void
}
define void @irad.hidden.read(ptr %target, ptr %base, i64 %offset, i64 %size) noinline nounwind {
  %at = getelementptr i8, ptr %base, i64 %offset
  call void @llvm.memcpy.p0.p0.i64(ptr %target, ptr %at, i64 %size, i1 false)
  ret void
}
""" + "".join(_hidden(name, *types) for name, types in _FUNCTIONS.items())
RULES: Mapping[str, Rule] = {
    f"irad.hidden.{name}": Helper(writes) for name, writes in {
        "word": (), "set": (0,), "read": (0,), "length": (), "lookup": (3,), "insert": (0, 4), "delitem": (0,), "popitem": (0, 1, 2),
    }.items()
}


def _call(builder: Any, name: str, returns: Any, values: list[Any]) -> Any:
    function = ir.FunctionType(returns, [value.type for value in values])
    return builder.call(cgutils.get_or_insert_function(builder.module, function, name), values)


def _spilled(context: Any, builder: Any, type_: Any, value: Any) -> Any:
    """The address of a copy of a key, without bits that are nobody's."""
    place = cgutils.alloca_once_value(builder, context.data_model_manager[type_].as_data(builder, value))
    cgutils.memset_padding(builder, place)
    return builder.bitcast(place, _BYTES)


def _room(context: Any, builder: Any, type_: Any) -> Any:
    return cgutils.alloca_once(builder, context.get_data_type(type_))


@intrinsic
def word(typing_context: Any, base: Any, offset: Any) -> Any:
    """An integer in memory, unseen."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _call(builder, "irad.hidden.word", _INTEGER, list(values))

    return types.intp(base, types.intp), codegen


@intrinsic
def set_word(typing_context: Any, base: Any, offset: Any, value: Any) -> Any:
    """Write an integer into memory, unseen."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        _call(builder, "irad.hidden.set", ir.VoidType(), list(values))
        return context.get_dummy_value()

    return types.none(base, types.intp, types.intp), codegen


@intrinsic
def key_at(typing_context: Any, base: Any, offset: Any, type_: Any) -> Any:
    """A key in memory, unseen."""
    kind = type_.instance_type

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _room(context, builder, kind)
        size = _INTEGER(context.get_abi_sizeof(place.type.pointee))
        _call(builder, "irad.hidden.read", ir.VoidType(), [builder.bitcast(place, _BYTES), *values[:2], size])
        return context.data_model_manager[kind].load_from_data_pointer(builder, place)

    return kind(base, types.intp, type_), codegen


@intrinsic
def find(typing_context: Any, dict_: Any, key: Any, hashed: Any, value_type: Any) -> Any:
    """The number of the entry of a key; below 0 where there is none."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        value = builder.bitcast(_room(context, builder, value_type.instance_type), _BYTES)
        return _call(builder, "irad.hidden.lookup", _INTEGER, [values[0], _spilled(context, builder, key, values[1]), values[2], value])

    return types.intp(dict_, key, types.intp, value_type), codegen


@intrinsic
def enter(typing_context: Any, dict_: Any, key: Any, hashed: Any, value_type: Any) -> Any:
    """Add an entry for a key, which may be where an address points, to a table with room; its value is whatever it is."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = values[1] if key == types.voidptr else _spilled(context, builder, key, values[1])
        value = builder.bitcast(_room(context, builder, value_type.instance_type), _BYTES)
        _call(builder, "irad.hidden.insert", ir.IntType(32), [values[0], place, values[2], value, value])
        return context.get_dummy_value()

    return types.none(dict_, key, types.intp, value_type), codegen


@intrinsic
def remove(typing_context: Any, dict_: Any, hashed: Any, number: Any) -> Any:
    """Remove an entry."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _call(builder, "irad.hidden.delitem", ir.IntType(32), list(values))

    return types.int32(dict_, types.intp, types.intp), codegen


@intrinsic
def remove_last(typing_context: Any, dict_: Any, key_type: Any, value_type: Any) -> Any:
    """Remove the last entry; its key."""
    key = key_type.instance_type

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        places = [_room(context, builder, type_.instance_type) for type_ in (key_type, value_type)]
        _call(builder, "irad.hidden.popitem", ir.IntType(32), [values[0], *(builder.bitcast(place, _BYTES) for place in places)])
        return context.data_model_manager[key].load_from_data_pointer(builder, places[0])

    return key(dict_, key_type, value_type), codegen


@intrinsic
def moved(typing_context: Any, base: Any, offset: Any) -> Any:
    """An address so many bytes on."""
    return types.voidptr(base, types.intp), lambda context, builder, signature, values: builder.gep(values[0], [values[1]])


@intrinsic
def length(typing_context: Any, dict_: Any) -> Any:
    """How many entries there are."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _call(builder, "irad.hidden.length", _INTEGER, list(values))

    return types.intp(dict_), codegen


@register_jitable
def aligned(size):  # type: ignore[no-untyped-def]
    return (size + 7) & -8


@register_jitable
def new_table(size, key_size, value_size):  # type: ignore[no-untyped-def]
    """An empty table; null where there is no memory."""
    width = 1 if size < 0xff else 2 if size < 0xffff else 4 if size < 0xffffffff else 8
    usable, entries = (size << 1) // 3, aligned(width * size)
    entry_size = 8 + aligned(key_size) + aligned(value_size)
    table = allocate(_INDICES + entries + entry_size * usable)
    if not is_null(table):
        set_word(table, _SIZE, size)
        set_word(table, _USABLE, usable)
        set_word(table, _NEXT, 0)
        set_word(table, _KEY_SIZE, key_size)
        set_word(table, _VALUE_SIZE, value_size)
        set_word(table, _ENTRY_SIZE, entry_size)
        set_word(table, _ENTRIES, entries)
        for offset in range(_METHODS, _INDICES, 8):
            set_word(table, offset, 0)
        for offset in range(_INDICES, _INDICES + entries, 8):
            set_word(table, offset, -1)
    return table


@register_jitable
def entry(table, number):  # type: ignore[no-untyped-def]
    """Where an entry is in a table."""
    return _INDICES + word(table, _ENTRIES) + number * word(table, _ENTRY_SIZE)


@register_jitable
def following(table, number):  # type: ignore[no-untyped-def]
    """The number of the first entry from ``number`` on that is not removed; that behind the last where there is none."""
    while number < word(table, _NEXT) and word(table, entry(table, number)) == -1:
        number += 1
    return number


@register_jitable
def with_room(dict_, key_size, value_size, value_type):  # type: ignore[no-untyped-def]
    """Give a dict a table with room for one more entry; false where there is no memory."""
    old, count, size = load(dict_, _TABLE, _POINTER), length(dict_), 8
    if word(old, _USABLE) > 0:
        return True
    while size < 3 * count:
        size <<= 1
    table = new_table(size, key_size, value_size)
    if is_null(table):
        return False
    store(dict_, _TABLE, table)
    set_word(dict_, 0, 0)
    number = following(old, 0)
    for k in range(count):
        place, behind = entry(old, number), 8 + aligned(key_size)
        enter(dict_, moved(old, place + 8), word(old, place), value_type)
        relocate(table, entry(table, k) + behind, old, place + behind, value_type)
        number = following(old, number + 1)
    free(old)
    return True


def _new(key_type: Any, value_type: Any) -> Callable[..., Any]:
    def new(count, key, value):  # type: ignore[no-untyped-def]
        size = 8
        while (size << 1) // 3 < count:
            size <<= 1
        dict_, table = allocate(_DICT), new_table(size, size_of(key_type), size_of(value_type))
        if is_null(dict_) or is_null(table):
            raise RuntimeError("Failed to allocate dictionary")
        store(dict_, _TABLE, table)
        set_word(dict_, 0, 0)
        return dict_

    return new


def _set_methods(key_type: Any, value_type: Any) -> Callable[..., Any]:
    return lambda dict_, key, value: None  # there are no references


def _length(key_type: Any, value_type: Any) -> Callable[..., Any]:
    return lambda container: length(address_of(container))


def _insert(key_type: Any, value_type: Any) -> Callable[..., Any]:
    def insert(container, key, hashed, value):  # type: ignore[no-untyped-def]
        dict_, key_size = address_of(container), size_of(key_type)
        number, status = find(dict_, key, hashed, value_type), _REPLACED
        if number < 0:
            if not with_room(dict_, key_size, size_of(value_type), value_type):
                return _NO_MEMORY
            number, status = word(load(dict_, _TABLE, _POINTER), _NEXT), _OK
            enter(dict_, key, hashed, value_type)
        table = load(dict_, _TABLE, _POINTER)
        store(table, entry(table, number) + 8 + aligned(key_size), value)
        return status

    return insert


def _look_up(key_type: Any, value_type: Any) -> Callable[..., Any]:
    def look_up(container, key, hashed):  # type: ignore[no-untyped-def]
        dict_ = address_of(container)
        number = find(dict_, key, hashed, value_type)
        if number < 0:
            return number, None
        table = load(dict_, _TABLE, _POINTER)
        return number, load(table, entry(table, number) + 8 + aligned(size_of(key_type)), value_type)

    return look_up


def _pop_item(key_type: Any, value_type: Any) -> Callable[..., Any]:
    def pop_item(container):  # type: ignore[no-untyped-def]
        dict_ = address_of(container)
        if length(dict_) == 0:
            return _EMPTY, None
        table = load(dict_, _TABLE, _POINTER)
        number = word(table, _NEXT) - 1
        while word(table, entry(table, number)) == -1:
            number -= 1
        value = load(table, entry(table, number) + 8 + aligned(size_of(key_type)), value_type)
        return _OK, (remove_last(dict_, key_type, value_type), value)

    return pop_item


def _delete(key_type: Any, value_type: Any) -> Callable[..., Any]:
    return lambda container, hashed, number: remove(address_of(container), hashed, number)


def fits(key_type: Any, value_type: Any) -> bool:
    """Whether dicts of these keys and values are made here."""
    return _is_plain(key_type, (types.Integer, types.Boolean)) and _is_plain(value_type, (types.Number, types.Boolean))


def _is_plain(type_: Any, kinds: tuple[type, ...]) -> bool:
    return all(_is_plain(item, kinds) for item in type_) if isinstance(type_, types.BaseTuple) else isinstance(type_, kinds)


def _of(make: Callable[[Any, Any], Callable[..., Any]]) -> Callable[[Any], Callable[..., Any] | None]:
    def port(signature: Any) -> Callable[..., Any] | None:
        first = signature.args[0]
        key_type, value_type = (first.key_type, first.value_type) if isinstance(first, types.DictType) else (
            type_.instance_type for type_ in signature.args[1:])
        return make(key_type, value_type) if fits(key_type, value_type) else None

    return port


INTRINSICS: Mapping[str, Callable[[Any], Callable[..., Any] | None]] = {
    "_dict_new_sized": _of(_new), "_dict_set_method_table": _of(_set_methods), "_dict_length": _of(_length), "_dict_insert": _of(_insert),
    "_dict_lookup": _of(_look_up), "_dict_popitem": _of(_pop_item), "_dict_delitem": _of(_delete)}
"""From the name of an intrinsic of Numba's and its signature to the function that does the same; None where it stays C's."""
