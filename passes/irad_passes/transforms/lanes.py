"""Several tangents in one sweep: what a tangent of ``width`` lanes is, and where it is in shadow memory.

The tangent of a float is a vector. Shadow memory holds ``width`` numbers, one behind the other, for each number of the primal's: what
is at offset o there is at offset o * width here, pointers too. Only the headers of Numba's allocations are as they are.
"""

from __future__ import annotations

from irad_passes.errors import Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Constant, Instruction, Value, const
from irad_passes.rules.emit import splat

_LANES = frozenset({"extractelement", "insertelement", "shufflevector", "bitcast"})


def wide(type_: T.Type, width: int) -> T.Type:
    """The type of the tangent of a value of that type."""
    if width == 1:
        return type_
    match type_:
        case T.FloatType():
            return T.vector(width, type_)
        case T.ArrayType(count=count, element=element):
            return T.array(count, wide(element, width))
        case T.StructType(elements=elements, packed=packed):
            return T.struct(tuple(wide(element, width) for element in elements), packed)
    return type_


def check_lanes(i: Instruction, width: int) -> None:
    """Refuse an active instruction on vectors, and aggregates in memory, where there are several lanes."""
    if width == 1:
        return
    values = [i, *i.operands]
    if any(isinstance(v.type, T.VectorType) and v.type.is_float for v in values) or (i.opcode in _LANES and i.type.is_float):
        raise Unsupported("vectors of active floats, with several tangents at once", i)
    stored = i.operands[0] if i.opcode == "store" else i
    if i.opcode in ("load", "store") and not (stored.type.is_float or stored.type.is_pointer):
        raise Unsupported("a struct of active floats in memory, with several tangents at once", i)


def spread(b: Builder, value: Value, type_: T.Type) -> Value:
    """``value`` as ``type_``: a scalar in every lane of a vector."""
    if isinstance(type_, T.VectorType) and not isinstance(value.type, T.VectorType):
        return splat(b, value, type_)
    return value


def times(b: Builder, size: Value, width: int) -> Value:
    """A size in bytes of the primal's, in shadow memory."""
    return b.mul(size, const(size.type, width))


def shadow_address(b: Builder, i: Instruction, shadow: Value, width: int, name: str) -> Value:
    """The address that the getelementptr ``i`` computes, counted from ``shadow``."""
    source = i.extra["source_type"]
    assert isinstance(source, T.Type)
    if width == 1:
        return b.gep(source, shadow, i.operands[1:], name)
    pointer = b.gep(T.array(width, source), shadow, [i.operands[1]], name)
    for index in i.operands[2:]:
        match source:
            case T.ArrayType(element=element):
                pointer, source = b.gep(T.array(width, element), pointer, [index], name), element
            case T.StructType(elements=elements) if isinstance(index, Constant) and index.int_value is not None:
                offset = T.offset_of(source, index.int_value)
                pointer, source = b.offset(pointer, offset * width, name), elements[index.int_value]
            case _:
                raise Unsupported("an address within a vector, with several tangents at once", i)
    return pointer


def constant_offset(i: Instruction) -> int | None:
    """By how many bytes the getelementptr ``i``, which has one index, moves; None where that is no literal."""
    source, index = i.extra["source_type"], i.operands[1]
    assert isinstance(source, T.Type)
    return index.int_value * T.size_of(source) if isinstance(index, Constant) and index.int_value is not None else None
