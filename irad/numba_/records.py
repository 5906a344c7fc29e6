"""Records: what their memory holds, and their copies as block copies.

Numba moves a record as a value of its bytes, ``[16 x i8]``, which LLVM would take apart: a float would be eight bytes of nothing. In
captured code, such a move is a ``memmove``, whose adjoint knows where the floats are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models


def has_floats(type_: Any) -> bool:
    """Whether a value of this type holds floats or complex numbers, which irad can differentiate with respect to."""
    if isinstance(type_, types.BaseTuple):
        return any(map(has_floats, type_))
    if isinstance(type_, types.Record):
        return any(has_floats(field.type) for field in type_.fields.values())
    return has_floats(type_.dtype) if isinstance(type_, types.Array) else isinstance(type_, (types.Float, types.Complex))


def has_records(type_: Any) -> bool:
    """Whether a value of this type is, or has for a member, a record with floats that is no element of an array."""
    if isinstance(type_, types.BaseTuple):
        return any(map(has_records, type_))
    return isinstance(type_, types.Record) and has_floats(type_)


def memory_type(context: Any, type_: Any) -> ir.Type:
    """The LLVM type of what memory holds that holds values of a Numba type: with the fields of records in their places."""
    if isinstance(type_, types.Complex):
        part = context.get_data_type(type_.underlying_float)
        return ir.LiteralStructType([part, part])
    if isinstance(type_, types.NestedArray):
        return ir.ArrayType(memory_type(context, type_.dtype), type_.nitems)
    if not isinstance(type_, types.Record):
        for model in context.data_model_manager[type_].traverse_models():
            if isinstance(model, models.DeferredStructModel):  # of objects that lead to others of their kind
                model._define()
        return context.get_data_type(type_)
    members: list[ir.Type] = []
    end = 0
    for _, field in sorted(type_.fields.items(), key=lambda item: item[1].offset):
        if field.offset < end:  # a union: its bytes are whatever they are
            return ir.ArrayType(ir.IntType(8), type_.size)
        member = memory_type(context, field.type)
        if field.offset > end:
            members.append(ir.ArrayType(ir.IntType(8), field.offset - end))
        members.append(member)
        end = field.offset + context.get_abi_sizeof(member)
    if end < type_.size:
        members.append(ir.ArrayType(ir.IntType(8), type_.size - end))
    return ir.LiteralStructType(members, packed=True)


def floats(context: Any, type_: ir.Type, offset: int = 0) -> Iterator[tuple[int, ir.Type]]:
    """Offset and type of each float in memory of such a type."""
    if isinstance(type_, (ir.FloatType, ir.DoubleType)):
        yield offset, type_
    elif isinstance(type_, ir.ArrayType):
        size = context.get_abi_sizeof(type_.element)
        for index in range(type_.count):
            yield from floats(context, type_.element, offset + index * size)
    elif isinstance(type_, ir.LiteralStructType):
        for index, member in enumerate(type_.elements):
            yield from floats(context, member, offset + type_.get_element_offset(context.target_data, index))


def is_bytes(type_: ir.Type) -> bool:
    """Whether values of this type are those of a record."""
    return isinstance(type_, ir.ArrayType) and type_.element == ir.IntType(8)


def move_as_blocks(module: ir.Module) -> None:
    """Replace each load of a record that is only stored by block copies, from a copy of its own where it is not stored at once."""
    for function in module.functions:
        moves = {i: list[Any]() for block in function.blocks for i in block.instructions
                 if isinstance(i, ir.LoadInstr) and is_bytes(i.type)}
        if not moves:
            continue
        others = set()
        for user in (i for block in function.blocks for i in block.instructions):
            for operand in user.operands:
                if operand in moves:
                    if isinstance(user, ir.StoreInstr) and user.operands[0] is operand:
                        moves[operand].append(user)
                    else:
                        others.add(operand)
        for load, stores in moves.items():
            if load not in others:
                _move(load, stores)


def _move(load: Any, stores: list[Any]) -> None:
    block, source = load.parent, load.operands[0]
    size = cgutils.intp_t(load.type.count)
    at_once = len(stores) == 1 and stores[0].parent is block and (
        block.instructions.index(stores[0]) == block.instructions.index(load) + 1)
    if not at_once:
        builder = ir.IRBuilder(block)
        builder.position_before(load)
        own = cgutils.alloca_once(builder, load.type)
        cgutils.raw_memcpy(builder, own, source, size, 1)
        source = own
    for store in stores:
        builder = ir.IRBuilder(store.parent)
        builder.position_before(store)
        cgutils.raw_memmove(builder, store.operands[1], source, size, 1)
        store.parent.instructions.remove(store)
    block.instructions.remove(load)
