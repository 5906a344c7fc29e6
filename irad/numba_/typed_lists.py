"""``numba.typed.List`` as code that can be differentiated: what Numba calls functions of C for, in Python that it compiles.

A list is C's structure still, with its items in memory of C's: lists that come from elsewhere are the same, and Numba's destructor
frees them. Where the type of the items matters, Numba's intrinsics are lowered anew; the other functions of C are here as LLVM text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numba.core import types
from numba.extending import register_jitable

from irad.numba_.raw import address_of, allocate, copy, free, is_null, load, null, release, relocate, size_of, store

_SIZE, _ITEM_SIZE, _ALLOCATED, _MUTABLE, _ITEMS, _ALL = 0, 8, 16, 24, 48, 56
"""Offsets in the structure, and its size: two pointers to functions are before the items."""
_OK, _NO_MEMORY, _IMMUTABLE = types.int32(0), types.int32(-2), types.int32(-5)
_WORD, _FLAG, _POINTER = types.intp, types.int32, types.voidptr
_MOST = 2**63 - 1

TEXT = f"""
define i64 @numba_list_size_address(ptr %list) {{
  %address = ptrtoint ptr %list to i64
  ret i64 %address
}}
define i64 @numba_list_length(ptr %list) {{
  %size = load i64, ptr %list
  ret i64 %size
}}
define i64 @numba_list_allocated(ptr %list) {{
  %at = getelementptr inbounds i8, ptr %list, i64 {_ALLOCATED}
  %allocated = load i64, ptr %at
  ret i64 %allocated
}}
define i32 @numba_list_is_mutable(ptr %list) {{
  %at = getelementptr inbounds i8, ptr %list, i64 {_MUTABLE}
  %mutable = load i32, ptr %at
  ret i32 %mutable
}}
define void @numba_list_set_is_mutable(ptr %list, i64 %mutable) {{
  %at = getelementptr inbounds i8, ptr %list, i64 {_MUTABLE}
  %flag = trunc i64 %mutable to i32
  store i32 %flag, ptr %at
  ret void
}}
define void @numba_list_set_method_table(ptr %list, ptr %methods) {{
  %incref = load ptr, ptr %methods
  %decref.from = getelementptr inbounds i8, ptr %methods, i64 8
  %decref = load ptr, ptr %decref.from
  %incref.at = getelementptr inbounds i8, ptr %list, i64 32
  store ptr %incref, ptr %incref.at
  %decref.at = getelementptr inbounds i8, ptr %list, i64 40
  store ptr %decref, ptr %decref.at
  ret void
}}
define ptr @numba_list_base_ptr(ptr %list) {{
  %at = getelementptr inbounds i8, ptr %list, i64 {_ITEMS}
  %items = load ptr, ptr %at
  ret ptr %items
}}
"""


@register_jitable
def resize(list_, size, item_size):  # type: ignore[no-untyped-def]
    """Make room for ``size`` items, and some more where they are moved."""
    allocated = load(list_, _ALLOCATED, _WORD)
    if size <= allocated and size >= allocated >> 1:
        store(list_, _SIZE, size)
        return _OK
    wanted = size + (size >> 3) + (3 if size < 9 else 6)
    if wanted > _MOST // item_size:
        return _NO_MEMORY
    old, items = load(list_, _ITEMS, _POINTER), null()
    if size == 0:
        wanted = 0
    else:
        items = allocate(wanted * item_size)
        if is_null(items):
            return _NO_MEMORY
        copy(items, old, min(size, load(list_, _SIZE, _WORD)) * item_size)
    free(old)
    store(list_, _ITEMS, items)
    store(list_, _SIZE, size)
    store(list_, _ALLOCATED, wanted)
    return _OK


def _new(signature: Any) -> Callable[..., Any]:
    item = signature.args[0].instance_type

    def new(item_type, allocated):  # type: ignore[no-untyped-def]
        size = size_of(item)
        list_, items = allocate(_ALL), null()
        if is_null(list_):
            raise RuntimeError("Failed to allocate list")
        if allocated > 0:
            items = allocate(size * allocated)
            if is_null(items):
                free(list_)
                raise RuntimeError("Failed to allocate list")
        store(list_, _SIZE, 0)
        store(list_, _ITEM_SIZE, size)
        store(list_, _ALLOCATED, _WORD(allocated))
        store(list_, _MUTABLE, _FLAG(1))
        store(list_, _ITEMS, items)
        return list_

    return new


def _append(signature: Any) -> Callable[..., Any]:
    item_type = signature.args[0].item_type

    def append(container, item):  # type: ignore[no-untyped-def]
        list_, item_size = address_of(container), size_of(item_type)
        if not load(list_, _MUTABLE, _FLAG):
            return _IMMUTABLE
        size = load(list_, _SIZE, _WORD)
        status = resize(list_, size + 1, item_size)
        if status == 0:
            store(load(list_, _ITEMS, _POINTER), size * item_size, item)
        return status

    return append


def _set(signature: Any) -> Callable[..., Any]:
    item_type = signature.args[0].item_type

    def set_item(container, index, item):  # type: ignore[no-untyped-def]
        list_, offset = address_of(container), index * size_of(item_type)
        if not load(list_, _MUTABLE, _FLAG):
            return _IMMUTABLE
        items = load(list_, _ITEMS, _POINTER)
        release(items, offset, item_type)
        store(items, offset, item)
        return _OK

    return set_item


def _delete(signature: Any) -> Callable[..., Any]:
    item_type = signature.args[0].item_type

    def delete(container, index):  # type: ignore[no-untyped-def]
        list_, item_size = address_of(container), size_of(item_type)
        if not load(list_, _MUTABLE, _FLAG):
            return _IMMUTABLE
        size, items = load(list_, _SIZE, _WORD), load(list_, _ITEMS, _POINTER)
        release(items, index * item_size, item_type)
        for k in range(index, size - 1):
            relocate(items, k * item_size, items, (k + 1) * item_size, item_type)
        return resize(list_, size - 1, item_size)

    return delete


def _delete_slice(signature: Any) -> Callable[..., Any]:
    item_type = signature.args[0].item_type

    def delete_slice(container, start, stop, step):  # type: ignore[no-untyped-def]
        list_, item_size = address_of(container), size_of(item_type)
        if not load(list_, _MUTABLE, _FLAG):
            return _IMMUTABLE
        count = len(range(start, stop, step))
        if count == 0:
            return _OK
        if step < 0:
            start, step = start + step * (count - 1), -step
        size, items, kept = load(list_, _SIZE, _WORD), load(list_, _ITEMS, _POINTER), start
        for k in range(start, size):
            if k < start + count * step and (k - start) % step == 0:
                release(items, k * item_size, item_type)
            else:
                relocate(items, kept * item_size, items, k * item_size, item_type)
                kept += 1
        return resize(list_, kept, item_size)

    return delete_slice


INTRINSICS: Mapping[str, Callable[[Any], Callable[..., Any]]] = {
    "_list_new": _new, "_list_append": _append, "_list_setitem": _set, "_list_delitem": _delete, "_list_delete_slice": _delete_slice}
"""From the name of an intrinsic of Numba's and its signature to the function that does the same."""
