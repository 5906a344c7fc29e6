"""Split loads and stores of structs and arrays into those of their parts: a struct of floats, integers and pointers has no one shadow."""

from __future__ import annotations

from collections.abc import Iterator

from irad_passes.ir import types as T
from irad_passes.ir.access import is_plain
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Constant, Function, Instruction, Value, const

_Path = tuple[int, ...]


def split_aggregates(function: Function) -> None:
    """Rewrite the loads and stores of aggregates, and the extracts from what is built in place."""
    for i in [i for i in function.instructions() if i.opcode in ("load", "store")]:
        type_ = i.type if i.opcode == "load" else i.operands[0].type
        if isinstance(type_, (T.StructType, T.ArrayType)) and is_plain(i):
            (_split_load if i.opcode == "load" else _split_store)(i, type_)
    for i in [i for i in function.instructions() if i.opcode == "extractvalue"]:
        part = _part(Builder.before(i), i.operands[0], _indices(i), i.type)
        if part is not None and not isinstance(i.type, (T.StructType, T.ArrayType)):
            i.replace_all_uses_with(part)
            i.erase()


def _split_store(i: Instruction, type_: T.Type) -> None:
    b = Builder.before(i)
    for path, offset, leaf in _leaves(type_):
        part = _part(b, i.operands[0], path, leaf)
        if part is None:
            part = b.insert(Instruction("extractvalue", leaf, [i.operands[0]], extra={"indices": path}), "part")
        if not (isinstance(part, Constant) and part.text in ("undef", "poison")):
            b.store(part, b.offset(i.operands[1], offset), align=_align(i, offset, leaf))
    i.erase()


def _split_load(i: Instruction, type_: T.Type) -> None:
    b = Builder.before(i)
    whole: Value = const(type_, "poison")
    for path, offset, leaf in _leaves(type_):
        part = b.load(leaf, b.offset(i.operands[0], offset), f"{i.name}.part", align=_align(i, offset, leaf))
        whole = b.insert(Instruction("insertvalue", type_, [whole, part], extra={"indices": path}), f"{i.name}.whole")
    i.replace_all_uses_with(whole)
    i.erase()


def _part(b: Builder, value: Value, path: _Path, leaf: T.Type) -> Value | None:
    """The part of ``value`` at ``path``, where it can be seen from how ``value`` is built; else None."""
    while path:
        if isinstance(value, Constant):
            if value.text == "zeroinitializer":
                return const(leaf, "null" if leaf.is_pointer else "zeroinitializer" if isinstance(leaf, T.VectorType) else 0)
            if value.text in ("undef", "poison"):
                return const(leaf, value.text)
            return b.insert(Instruction("extractvalue", leaf, [value], extra={"indices": path}), "part")
        if not isinstance(value, Instruction) or value.opcode not in ("insertvalue", "extractvalue"):
            return None
        if value.opcode == "extractvalue":
            path, value = (*_indices(value), *path), value.operands[0]
            continue
        indices = _indices(value)
        if path[:len(indices)] == indices:
            value, path = value.operands[1], path[len(indices):]
        elif indices[:len(path)] == path:
            return None
        else:
            value = value.operands[0]
    return value


def _leaves(type_: T.Type, path: _Path = (), offset: int = 0) -> Iterator[tuple[_Path, int, T.Type]]:
    """Path, byte offset and type of each scalar in an aggregate."""
    match type_:
        case T.StructType(elements=elements):
            for index, element in enumerate(elements):
                yield from _leaves(element, (*path, index), offset + T.offset_of(type_, index))
        case T.ArrayType(count=count, element=element):
            for index in range(count):
                yield from _leaves(element, (*path, index), offset + index * T.size_of(element))
        case _:
            yield path, offset, type_


def _indices(i: Instruction) -> _Path:
    indices = i.extra["indices"]
    assert isinstance(indices, tuple)
    return indices


def _align(i: Instruction, offset: int, leaf: T.Type) -> int:
    """What is known of the alignment of a part."""
    whole = i.extra.get("align")
    known = whole if isinstance(whole, int) else 1
    if offset:
        known = min(known, offset & -offset)
    return min(known, T.align_of(leaf))
