"""Refuse what computes with the bits of active floats: their derivative would be zero without a word.

Tests of bits (a sign, a nan) are fine, whatever is done with their answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from irad_passes.analysis.activity import Activity
from irad_passes.analysis.contents import Contents
from irad_passes.analysis.memory import Memory
from irad_passes.errors import Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.model import Block, Function, Instruction
from irad_passes.ir.types import IntType
from irad_passes.rules.calls import Defined
from irad_passes.rules.table import Rule

_FLOWS = frozenset({"and", "or", "xor", "add", "sub", "mul", "shl", "lshr", "ashr", "trunc", "zext", "sext", "phi", "select", "freeze",
                    "bitcast"})


def reject_bits(function: Function, activity: Activity, memory: Memory, contents: Contents, aborting: frozenset[Block],
                rules: Mapping[str, Rule]) -> None:
    """Raise where the bits of an active float, or of what may be one, become a float again or are stored into active memory."""
    for block in function.blocks:
        if block not in aborting:
            for i in block.instructions:
                if _has_float_bits(i, activity, memory, contents):
                    _follow(i, contents, {name for name, rule in rules.items() if isinstance(rule, Defined)})


def _has_float_bits(i: Instruction, activity: Activity, memory: Memory, contents: Contents) -> bool:
    if not isinstance(i.type.scalar, IntType):
        return False
    if i.opcode == "bitcast":
        return i.operands[0] in activity.varied
    return (i.opcode == "load" and not activity.varied_objects.isdisjoint(memory.of(i.operands[0]))
            and contents.may_hold(i.operands[0], T.size_of(i.type)) and not contents.taken_as_integers(i.operands[0], T.size_of(i.type)))


def _follow(source: Instruction, contents: Contents, functions: Set[str]) -> None:
    seen: set[Instruction] = set()
    pending = [source]
    while pending:
        i = pending.pop()
        if i in seen:
            continue
        seen.add(i)
        for user in i.users:
            if user.opcode == "store" and user.operands[0] is i and contents.may_hold(user.operands[1], T.size_of(i.type)):
                raise Unsupported("bits of memory that may hold an active float are copied as an integer; copy it as a float", source)
            if user.opcode == "bitcast" and user.type.is_float:
                raise Unsupported("bits of an active float are computed with; use arithmetic, or a function of math", source)
            if user.opcode == "call" and user.callee in functions:
                raise Unsupported(f"bits of an active float are given to `{user.callee}`; give it the float", source)
            if user.opcode in _FLOWS:
                pending.append(user)
