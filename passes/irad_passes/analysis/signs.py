"""The signs of floats, as far as they are certain: of squares, roots, exponentials, and sums and products of such."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from enum import IntEnum

from irad_passes.ir.model import Constant, Instruction, Value
from irad_passes.ir.types import FloatType
from irad_passes.rules.memory import rule_of
from irad_passes.rules.table import Rule, ScalarRule

_DEEP = 64
"""Expressions are followed to this depth."""


class Sign(IntEnum):
    """What a number is, if it is not nan."""

    ANY = 0
    NOT_NEGATIVE = 1  # or -0
    POSITIVE = 2


class Signs:
    """What is known of the floats of one function, where ``rules`` say what its callees are."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self._known: dict[Value, Sign] = {}

    def of(self, value: Value, depth: int = 0) -> Sign:
        """The sign of ``value``."""
        if (number := literal(value)) is not None:
            return Sign.POSITIVE if number > 0.0 else Sign.NOT_NEGATIVE if number == 0.0 else Sign.ANY
        if not isinstance(value, Instruction) or depth > _DEEP:
            return Sign.ANY
        if value not in self._known:
            self._known[value] = self._computed(value, depth + 1)
        return self._known[value]

    def _computed(self, i: Instruction, depth: int) -> Sign:
        rule = rule_of(i, self._rules)
        match rule.name if isinstance(rule, ScalarRule) else i.opcode:
            case "fmul" if i.operands[0] is i.operands[1]:
                return Sign.NOT_NEGATIVE
            case "fmul":  # may round to zero
                return min(Sign.NOT_NEGATIVE, *(self.of(operand, depth) for operand in i.operands))
            case "fdiv":  # by -0, a positive number is -inf
                return min(Sign.NOT_NEGATIVE, self.of(i.operands[0], depth), Sign(max(self.of(i.operands[1], depth) - 1, 0)))
            case "fadd":
                first, second = (self.of(operand, depth) for operand in i.operands)
                return max(first, second) if min(first, second) is not Sign.ANY else Sign.ANY
            case "sqrt" | "fabs":
                return max(Sign.NOT_NEGATIVE, self.of(i.operands[0], depth))
            case "fpext":
                return self.of(i.operands[0], depth)
            case "exp" | "exp2":
                return Sign.NOT_NEGATIVE
        return Sign.ANY


def literal(value: Value) -> float | None:
    """The number that ``value`` is, where it is written out."""
    if not isinstance(value, Constant) or not isinstance(value.type, FloatType):
        return None
    try:
        if value.text.startswith("0x"):
            return float(struct.unpack(">d", bytes.fromhex(value.text[2:].zfill(16)))[0])
        return float(value.text)
    except (ValueError, struct.error):
        return None
