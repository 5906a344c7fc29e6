"""Integers of a float's size: which of them are integers for certain, and no copies of floats."""

from __future__ import annotations

from irad_passes.ir import types as T
from irad_passes.ir.model import Constant, Function, Value

FLOAT_OF = {32: T.FLOAT, 64: T.DOUBLE}
"""The float type of a size in bits."""
MOVES = ("phi", "select", "freeze")
"""Opcodes that only move what they are given."""


def integers(function: Function) -> set[Value]:
    """Values of a float's size that are integers for certain: what is computed, and what is moved together with it."""
    found: set[Value] = {a for a in function.arguments if size(a.type) in FLOAT_OF}
    pending: list[Value] = list(found)
    for i in function.instructions():
        moved = i.opcode in MOVES and any(map(is_literal, i.operands))
        if size(i.type) in FLOAT_OF and (moved or i.opcode not in ("load", "bitcast", *MOVES)):
            found.add(i)
            pending.append(i)
    while pending:
        for user in pending.pop().users:
            if user.opcode in MOVES and user not in found and size(user.type) in FLOAT_OF:
                found.add(user)
                pending.append(user)
    return found


def is_literal(value: Value) -> bool:
    """Whether a value is an integer literal other than 0, of a float's size: 0 may be a float's."""
    return isinstance(value, Constant) and size(value.type) in FLOAT_OF and value.int_value not in (0, None)


def size(type_: T.Type) -> int:
    """Bits of an integer type; 0 for all others."""
    return type_.bits if isinstance(type_, T.IntType) else 0
