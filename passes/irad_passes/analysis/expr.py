"""Integer expressions that exist before they are instructions: sums of multiples of atoms, in 64-bit wrapping arithmetic.

`analysis.scev` says trip counts and start values with them; `emit` turns them into instructions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Constant, Instruction, Value, const
from irad_passes.ir.types import IntType

_MASK = (1 << 64) - 1


def wrapped(number: int, bits: int = 64, signed: bool = True) -> int:
    """``number`` as a machine integer of ``bits`` bits holds it."""
    low = number & ((1 << bits) - 1)
    return low - (1 << bits) if signed and low >> (bits - 1) else low


@dataclass(frozen=True)
class Leaf:
    """A value of the IR, extended to 64 bits with its sign or with zeros."""

    value: Value
    signed: bool = True

    def __str__(self) -> str:
        name = self.value.name or self.value.ref
        return name if self.value.type is T.I64 else f"{'sext' if self.signed else 'zext'}({name})"


@dataclass(frozen=True)
class Operation:
    """What is no sum: ``mul``, ``udiv``, ``smax``, ``umax``; ``sle`` and ``ule``, which are 1 or 0; ``sext`` and ``zext``, which
    extend the low ``bits`` bits.
    """

    name: str
    operands: tuple[Expr, ...]
    bits: int = 64

    def __str__(self) -> str:
        return f"{self.name}{self.bits if self.bits < 64 else ''}({', '.join(map(str, self.operands))})"


Atom = Leaf | Operation


@dataclass(frozen=True, eq=False)
class Expr:
    """``constant`` + the sum of coefficient x atom over ``terms``, modulo 2^64. No coefficient is 0, no atom occurs twice."""

    constant: int
    terms: tuple[tuple[Atom, int], ...] = ()

    @property
    def number(self) -> int | None:
        """The value, where it is a constant (as a signed number)."""
        return None if self.terms else self.constant

    @property
    def atom(self) -> Atom | None:
        """The atom, where the expression is nothing else."""
        return self.terms[0][0] if self.constant == 0 and len(self.terms) == 1 and self.terms[0][1] == 1 else None

    def leaves(self) -> set[Value]:
        """The values of the IR that the expression is made of."""
        found: set[Value] = set()
        for atom, _ in self.terms:
            found |= {atom.value} if isinstance(atom, Leaf) else set().union(*(e.leaves() for e in atom.operands))
        return found

    def __add__(self, other: Expr | int) -> Expr:
        other = as_expr(other)
        terms = dict(self.terms)
        for atom, coefficient in other.terms:
            terms[atom] = wrapped(terms.get(atom, 0) + coefficient)
        return Expr(wrapped(self.constant + other.constant), tuple((a, c) for a, c in terms.items() if c))

    def __neg__(self) -> Expr:
        return self * -1

    def __sub__(self, other: Expr | int) -> Expr:
        return self + -as_expr(other)

    def __mul__(self, other: Expr | int) -> Expr:
        other = as_expr(other)
        one, two = (other, self) if self.number is None else (self, other)
        if one.number is None:
            return _of(Operation("mul", (self, other)))
        factor = one.number
        terms = ((atom, wrapped(coefficient * factor)) for atom, coefficient in two.terms)
        return Expr(wrapped(two.constant * factor), tuple((a, c) for a, c in terms if c))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and self.constant == other.constant and dict(self.terms) == dict(other.terms)

    def __str__(self) -> str:
        """As a person writes it, for messages and tests: ``2 n - 1``."""
        parts = [("-" if c < 0 else "+", f"{abs(c)} " * (abs(c) != 1) + str(atom)) for atom, c in self.terms]
        if self.constant or not parts:
            parts.append(("-" if self.constant < 0 else "+", str(abs(self.constant))))
        text = "".join(f" {sign} {part}" for sign, part in parts)
        return text[3:] if text[1] == "+" else "-" + text[3:]

    def __hash__(self) -> int:
        return hash((self.constant, frozenset(self.terms)))


def as_expr(value: Expr | int) -> Expr:
    return Expr(wrapped(value)) if isinstance(value, int) else value


def leaf(value: Value, signed: bool = True) -> Expr:
    """``value`` itself, an integer of at most 64 bits."""
    assert isinstance(value.type, IntType) and value.type.bits <= 64, f"{value!r} is no integer that fits into 64 bits"
    return _of(Leaf(value, signed or value.type.bits == 64))


def extended(x: Expr, bits: int, signed: bool) -> Expr:
    """The low ``bits`` bits of ``x``, extended with their sign or with zeros."""
    if bits >= 64:
        return x
    if x.number is not None:
        return as_expr(wrapped(x.number, bits, signed))
    match x.atom:
        case Leaf(value=value) if isinstance(value.type, IntType) and value.type.bits == bits:
            return leaf(value, signed)
        case Operation(name="sext" | "zext", bits=inner, operands=(low,)) if inner >= bits:
            return extended(low, bits, signed)
    return _of(Operation("sext" if signed else "zext", (x,), bits))


def udiv(x: Expr, divisor: int) -> Expr:
    """``x`` as an unsigned number, divided by a positive constant."""
    assert divisor > 0
    if x.number is not None:
        return as_expr((x.number & _MASK) // divisor)
    return x if divisor == 1 else _of(Operation("udiv", (x, as_expr(divisor))))


def maximum(x: Expr, y: Expr, signed: bool) -> Expr:
    """The larger one, as signed or as unsigned numbers."""
    if x.number is not None and y.number is not None:
        return as_expr(max(x.number, y.number, key=lambda n: n if signed else n & _MASK))
    return x if x == y else _of(Operation("smax" if signed else "umax", (x, y)))


def at_most(x: Expr, y: Expr, signed: bool) -> Expr:
    """1 where ``x <= y``, else 0."""
    if x.number is not None and y.number is not None:
        return as_expr(int(x.number <= y.number if signed else x.number & _MASK <= y.number & _MASK))
    return as_expr(1) if x == y else _of(Operation("sle" if signed else "ule", (x, y)))


def unfolded(x: Expr, depth: int = 8) -> Expr:
    """``x`` in terms of what its leaves are sums of: two ways to write one number become one."""
    total = as_expr(x.constant)
    for atom, coefficient in x.terms:
        value = atom.value if isinstance(atom, Leaf) else None
        if depth and isinstance(value, Instruction) and value.type is T.I64 and value.opcode in ("add", "sub"):
            first, second = (as_expr(v.int_value) if isinstance(v, Constant) and v.int_value is not None else leaf(v)
                             for v in value.operands)
            total += unfolded(first + second * (1 if value.opcode == "add" else -1), depth - 1) * coefficient
        else:
            total += _of(atom) * coefficient
    return total


def emit(x: Expr, builder: Builder, value_of: Callable[[Value], Value] = lambda value: value) -> Value:
    """Write instructions that compute ``x`` as an i64, with ``value_of(leaf)`` for each leaf: that must dominate the place."""
    # What is added comes first, so that a difference is one sub.
    terms = sorted(x.terms, key=lambda term: term[1] < 0)
    total: Value = const(T.I64, x.constant if not terms or terms[0][1] < 0 else 0)
    for atom, coefficient in terms:
        value = _emit_atom(atom, builder, value_of)
        negative = coefficient == -1
        total = builder.sub(total, value) if negative else builder.add(total, builder.mul(value, const(T.I64, coefficient)))
    return total if not terms or terms[0][1] < 0 else builder.add(total, const(T.I64, x.constant))


def _emit_atom(atom: Atom, builder: Builder, value_of: Callable[[Value], Value]) -> Value:
    if isinstance(atom, Leaf):
        value = value_of(atom.value)
        return value if value.type is T.I64 else builder.cast("sext" if atom.signed else "zext", value, T.I64)
    operands = [emit(operand, builder, value_of) for operand in atom.operands]
    return _WRITERS[atom.name](builder, operands, atom)


def _write_binary(builder: Builder, operands: list[Value], atom: Operation) -> Value:
    return builder.binary(atom.name, operands[0], operands[1])


def _write_maximum(builder: Builder, operands: list[Value], atom: Operation) -> Value:
    return builder.select(builder.icmp(atom.name[0] + "gt", operands[0], operands[1]), operands[0], operands[1])


def _write_comparison(builder: Builder, operands: list[Value], atom: Operation) -> Value:
    return builder.cast("zext", builder.icmp(atom.name, operands[0], operands[1]), T.I64)


def _write_extension(builder: Builder, operands: list[Value], atom: Operation) -> Value:
    return builder.cast(atom.name, builder.cast("trunc", operands[0], T.plain(f"i{atom.bits}")), T.I64)


_WRITERS: dict[str, Callable[[Builder, list[Value], Operation], Value]] = {
    "mul": _write_binary, "udiv": _write_binary,
    "smax": _write_maximum, "umax": _write_maximum,
    "sle": _write_comparison, "ule": _write_comparison,
    "sext": _write_extension, "zext": _write_extension,
}


def _of(atom: Atom) -> Expr:
    return Expr(0, ((atom, 1),))
