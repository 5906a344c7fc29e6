"""Refuse what computes with the bits of active floats: their derivative would be zero without a word.

Tests of bits (a sign, a nan) are fine, whatever is done with their answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from irad_passes.analysis.activity import Activity
from irad_passes.analysis.contents import Contents
from irad_passes.analysis.memory import Memory, Object, Objects
from irad_passes.errors import Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.model import Block, Function, Instruction
from irad_passes.ir.types import IntType
from irad_passes.rules.calls import Defined
from irad_passes.rules.memory import Transfer, rule_of
from irad_passes.rules.table import Rule

_FLOWS = frozenset({"and", "or", "xor", "add", "sub", "mul", "shl", "lshr", "ashr", "trunc", "zext", "sext", "phi", "select", "freeze",
                    "bitcast"})


def reject_bits(function: Function, activity: Activity, memory: Memory, contents: Contents, aborting: frozenset[Block],
                rules: Mapping[str, Rule]) -> None:
    """Raise where the bits of an active float, or of what may be one, become a float again or are stored into active memory."""
    sources = [i for block in function.blocks if block not in aborting for i in block.instructions if isinstance(i.type.scalar, IntType)
               and (i.operands[0] in activity.varied if i.opcode == "bitcast" else i.opcode == "load" and not
                    activity.varied_objects.isdisjoint(memory.of(i.operands[0])))]
    functions = {name: rule for name, rule in rules.items() if isinstance(rule, Defined)}
    calls = [(i, rule) for block in function.blocks if block not in aborting for i in block.instructions
             if isinstance(rule := rule_of(i, rules), (Defined, Transfer))]
    copied: set[Object] = set()  # where copies of such bits are, in memory without floats
    before = -1
    while before < len(copied):
        before = len(copied)
        for i, rule in calls:
            if isinstance(rule, Transfer):
                copied |= set() if copied.isdisjoint(memory.of(i.operands[1])) else memory.of(i.operands[0])
            elif not all(copied.isdisjoint(memory.at(i, rule, place)) for place in rule.summary.reads):
                raise Unsupported(f"memory that may hold bits of an active float is given to `{i.callee}`; copy floats as floats", i)
        for i in sources:
            certain = i.opcode == "bitcast" or contents.may_hold(i.operands[0], T.size_of(i.type))
            may = certain or not copied.isdisjoint(memory.of(i.operands[0]))
            copied |= _follow(i, may, memory, contents, functions)


def _follow(source: Instruction, may: bool, memory: Memory, contents: Contents, functions: Mapping[str, Defined]) -> Objects:
    """Raise where the bits that ``source`` reads from active memory become a float, or, if they ``may`` be a float's, are stored among
    floats. Return what else they are stored in."""
    seen: set[Instruction] = set()
    pending = [source]
    stored: Objects = frozenset()
    while pending:
        i = pending.pop()
        if i in seen:
            continue
        seen.add(i)
        for user in i.users:
            if may and user.opcode == "store" and user.operands[0] is i:
                if contents.may_hold(user.operands[1], T.size_of(i.type)):
                    if any(o.kind == "closed" for o in memory.of(source.operands[0])):
                        raise Unsupported("active values go into a container that is an argument; make it in the function", source)
                    raise Unsupported("bits of memory that may hold an active float are copied as an integer; copy it as a float", source)
                stored |= memory.of(user.operands[1])
            if user.opcode == "bitcast" and user.type.is_float:
                raise Unsupported("bits of an active float are computed with; use arithmetic, or a function of math", source)
            rule = functions.get(user.callee or "")
            if may and user.opcode == "call" and rule is not None and _matters(i, user, rule):
                raise Unsupported(f"bits of an active float are given to `{user.callee}`; give it the float", source)
            if user.opcode in _FLOWS:
                pending.append(user)
    return stored


def _matters(value: Instruction, call: Instruction, rule: Defined) -> bool:
    """Whether anything that comes out of a function depends on ``value``, which is given to it."""
    given = {k for k, argument in enumerate(call.arguments) if argument is value}
    return any(source in given for source, _ in rule.summary.depends)
