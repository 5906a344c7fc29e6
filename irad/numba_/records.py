"""Records: what their memory holds, and their copies as block copies.

Numba moves a record as a value of its bytes, ``[16 x i8]``, which LLVM would take apart: a float would be eight bytes of nothing. In
captured code, such a move is a ``memmove``, whose adjoint knows where the floats are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_cast
from numba.core.typeconv import Conversion


def has_floats(type_: Any) -> bool:
    """Whether a value of this type holds floats or complex numbers, which irad can differentiate with respect to."""
    if isinstance(type_, types.BaseTuple):
        return any(map(has_floats, type_))
    if isinstance(type_, types.Record):
        return any(has_floats(field.type) for field in type_.fields.values())
    return has_floats(type_.dtype) if isinstance(type_, types.Array) else isinstance(type_, (types.Float, types.Complex))


ALIGN = 16
"""Of memory for a record: as that of NumPy's arrays."""


def in_memory(builder: Any, value: Any) -> Any:
    """The bytes of a record in memory of the function."""
    made = cgutils.alloca_once_value(builder, value)
    made.align = ALIGN
    return made


class OwnRecord(types.Record):
    """A record that is returned by value: for Numba, a record is a place in the memory of an array."""

    @classmethod
    def like(cls, type_: Any) -> OwnRecord:
        """The type for records of this one."""
        fields = [(name, field._asdict()) for name, field in type_.fields.items()]
        return cls(fields, type_.size, type_.aligned)

    def can_convert_to(self, context: Any, other: Any) -> Any:
        """It is one like any other."""
        return Conversion.safe if isinstance(other, types.Record) and other.key == self.key else super().can_convert_to(context, other)


@lower_cast(OwnRecord, types.Record)
def _as_record(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:
    return value


@register_default(OwnRecord)
class OwnRecordModel(models.RecordModel):
    """As for other records, but that what is returned are its bytes."""

    def get_return_type(self) -> Any:
        return self._be_type

    def as_return(self, builder: Any, value: Any) -> Any:
        return builder.load(value)

    def from_data(self, builder: Any, value: Any) -> Any:
        return in_memory(builder, value)

    from_return = from_data


def has_records(type_: Any) -> bool:
    """Whether a value of this type is, or has for a member, a record with floats that is a place in the memory of an array."""
    if isinstance(type_, types.BaseTuple):
        return any(map(has_records, type_))
    return isinstance(type_, types.Record) and not isinstance(type_, OwnRecord) and has_floats(type_)


def returned_type(context: Any, type_: Any) -> ir.Type:
    """The LLVM type of what a function stores that returns such a value: with the fields of records in their places."""
    if isinstance(type_, OwnRecord):
        return memory_type(context, type_)
    if isinstance(type_, types.BaseTuple) and any(isinstance(item, OwnRecord) for item in type_):
        return ir.LiteralStructType([returned_type(context, item) for item in type_])
    return context.get_return_type(type_)


def move_floats(context: Any, builder: Any, type_: Any, source: Any, target: Any) -> None:
    """Copy the floats of a record into another one of its type."""
    for offset, real in floats(context, memory_type(context, type_)):
        place, other = (builder.bitcast(builder.gep(builder.bitcast(record, cgutils.voidptr_t), [cgutils.intp_t(offset)]),
                                        real.as_pointer()) for record in (source, target))
        builder.store(builder.load(place, align=1), other, align=1)


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
