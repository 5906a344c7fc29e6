"""Refuse what computes with the bits of active floats: their derivative would be zero without a word.

Tests of bits (a sign, a nan) are fine, whatever is done with their answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from irad_passes.analysis.activity import Activity
from irad_passes.analysis.memory import Memory, Object
from irad_passes.errors import Unsupported
from irad_passes.ir.model import Block, Function, Instruction
from irad_passes.ir.types import IntType
from irad_passes.rules.calls import Defined
from irad_passes.rules.table import Rule
from irad_passes.transforms.retype import FloatTypes

_FLOWS = frozenset({"and", "or", "xor", "add", "sub", "mul", "shl", "lshr", "ashr", "trunc", "zext", "sext", "phi", "select", "freeze",
                    "bitcast"})


def reject_bits(function: Function, activity: Activity, memory: Memory, floats: FloatTypes, aborting: frozenset[Block],
                rules: Mapping[str, Rule]) -> None:
    """Raise where the bits of an active float, or of what may be one, become a float again or are stored into active memory."""
    for block in function.blocks:
        if block not in aborting:
            for i in block.instructions:
                if _has_float_bits(i, activity, memory, floats):
                    _follow(i, floats, {name for name, rule in rules.items() if isinstance(rule, Defined)})


def _has_float_bits(i: Instruction, activity: Activity, memory: Memory, floats: FloatTypes) -> bool:
    if not isinstance(i.type.scalar, IntType):
        return False
    if i.opcode == "bitcast":
        return i.operands[0] in activity.varied
    return i.opcode == "load" and any(o in activity.varied_objects and _is_array(o) for o in memory.of(i.operands[0])) and (
        floats.holds_nothing_else(i.operands[0]))


def _is_array(o: Object) -> bool:
    return o.kind in ("data", "argument", "result")


def _follow(source: Instruction, floats: FloatTypes, functions: Set[str]) -> None:
    seen: set[Instruction] = set()
    pending = [source]
    while pending:
        i = pending.pop()
        if i in seen:
            continue
        seen.add(i)
        for user in i.users:
            if user.opcode == "store" and user.operands[0] is i and floats.may_hold(user.operands[1]):
                raise Unsupported("bits of memory that may hold an active float are copied as an integer; copy it as a float", source)
            if user.opcode == "bitcast" and user.type.is_float:
                raise Unsupported("bits of an active float are computed with; use arithmetic, or a function of math", source)
            if user.opcode == "call" and user.callee in functions:
                raise Unsupported(f"bits of an active float are given to `{user.callee}`; give it the float", source)
            if user.opcode in _FLOWS:
                pending.append(user)
