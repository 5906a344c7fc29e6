"""What the names of `rules.val` become in IR, by the type of their operands."""

from __future__ import annotations

import struct

from irad_passes.ir import types as T
from irad_passes.ir.builder import APPROXIMATE, Builder
from irad_passes.ir.model import Constant, Instruction, Value, const

PREDICATES = {"oeq": "eq", "une": "ne", "olt": "slt", "ole": "sle", "ogt": "sgt", "oge": "sge"}
"""Predicates of ``fcmp``, and what they are for integers."""

ARITHMETIC = frozenset({"fadd", "fsub", "fmul", "fdiv", "frem"})

INTRINSICS = frozenset({
    "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "exp2", "exp10", "log", "log2",
    "log10", "pow", "powi", "ldexp", "fma", "fabs", "copysign", "floor", "ceil", "trunc", "rint", "minnum", "maxnum",
})
"""Functions that LLVM has an intrinsic for; the others are calls to libm."""

TRANSCENDENTAL = frozenset({
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "exp", "exp2", "exp10",
    "expm1", "log", "log2", "log10", "log1p", "pow", "cbrt", "hypot", "erf", "erfc",
})
"""Functions that vector libraries have, to some units in the last place: those of which `APPROXIMATE` means something."""

SCALED = "irad.scaled"
"""``(x, partial)``: their product, and 0 where ``x`` is, whatever the partial. A function until a derivative is executed
(`transforms.lower_tape`): its own derivative is not that of the branch that ran."""


def emit(builder: Builder, name: str, operands: list[Value]) -> Value:
    """The instructions that compute ``name`` of ``operands``, behind each other in the builder's block."""
    first, last = operands[0], operands[-1]
    floats = first.type.is_float
    if name in ARITHMETIC:
        return builder.binary(name if floats else name[1:], first, last)
    if name in PREDICATES:
        return builder.fcmp(name, first, last) if floats else builder.icmp(PREDICATES[name], first, last)
    if name == "fneg":
        return builder.fneg(first)
    if name in ("and", "or"):
        return builder.binary(name, first, last)
    if name == "select":
        return builder.select(first, operands[1], last)
    if name == "same":
        bits = _integers(first.type)
        return builder.icmp("eq", builder.cast("bitcast", first, bits), builder.cast("bitcast", last, bits))
    if name in INTRINSICS:
        suffix = "".join(f".{_mangled(type_)}" for type_ in _overloads(name, operands))
        flags = builder.function_flags if name in TRANSCENDENTAL else builder.flags
        return builder.call(f"llvm.{name}{suffix}", first.type, operands, flags=flags)
    if name == SCALED:
        return builder.call(f"{SCALED}.{_mangled(first.type)}", first.type, operands, flags=builder.flags)
    return _library_call(builder, name, operands)


def convert(builder: Builder, number: Value, type_: T.Type) -> Value:
    """A signed integer as a float of ``type_``; a scalar goes to every lane of a vector."""
    if isinstance(type_, T.VectorType) and not isinstance(number.type, T.VectorType):
        return splat(builder, builder.cast("sitofp", number, type_.element), type_)
    return builder.cast("sitofp", number, type_)


def splat(builder: Builder, scalar: Value, type_: T.VectorType) -> Value:
    """A vector with ``scalar`` in every lane."""
    poison = Constant(type_, "poison")
    first = _insert(builder, poison, scalar, 0)
    mask = Constant(T.vector(type_.count, T.I32), "zeroinitializer")
    return builder.insert(Instruction("shufflevector", type_, [first, poison, mask]))


def literal(value: Value) -> float | None:
    """The number that ``value`` is in every lane, where it is a literal; else None."""
    if not isinstance(value, Constant):
        return None
    if not value.type.is_float:
        return value.int_value
    text = value.text
    if text == "zeroinitializer":
        return 0.0
    if text.startswith("splat ("):
        text = text[len(f"splat ({value.type.scalar} "):-1]
    try:
        return struct.unpack(">d", bytes.fromhex(text[2:]))[0] if text.startswith("0x") else float(text)
    except (ValueError, struct.error):
        return None


def _library_call(builder: Builder, name: str, operands: list[Value]) -> Value:
    """Call libm, once for each lane of vectors."""
    type_ = operands[0].type
    symbol = name + "f" if type_.scalar is T.FLOAT else name
    flags = tuple(flag for flag in builder.function_flags if flag == APPROXIMATE and name in TRANSCENDENTAL)
    if not isinstance(type_, T.VectorType):
        return builder.call(symbol, type_, operands, flags=flags)
    vector: Value = Constant(type_, "poison")
    for lane in range(type_.count):
        scalars = [_extract(builder, operand, lane) for operand in operands]
        vector = _insert(builder, vector, builder.call(symbol, type_.element, scalars, flags=flags), lane)
    return vector


def _extract(builder: Builder, vector: Value, lane: int) -> Value:
    return builder.insert(Instruction("extractelement", vector.type.scalar, [vector, const(T.I64, lane)]))


def _insert(builder: Builder, vector: Value, scalar: Value, lane: int) -> Value:
    return builder.insert(Instruction("insertelement", vector.type, [vector, scalar, const(T.I64, lane)]))


def _overloads(name: str, operands: list[Value]) -> list[T.Type]:
    """The types that an intrinsic's name carries: those of all operands where an integer is among them, else the first one's."""
    return [operand.type for operand in (operands if name in ("powi", "ldexp") else operands[:1])]


def _mangled(type_: T.Type) -> str:
    """A type as LLVM spells it in the name of an intrinsic."""
    if isinstance(type_, T.VectorType):
        return f"v{type_.count}{_mangled(type_.element)}"
    return f"f{type_.bits}" if isinstance(type_, T.FloatType) else type_.text


def _integers(type_: T.Type) -> T.Type:
    """The integer type of as many bits, lane by lane."""
    if isinstance(type_, T.VectorType):
        return T.vector(type_.count, _integers(type_.element))
    assert isinstance(type_, T.FloatType)
    return T.plain(f"i{type_.bits}")
