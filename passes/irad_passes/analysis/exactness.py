"""Which values have to be to the last bit what the function computes, so that no call that makes them may be approximate.

Where control flow, an integer, a comparison or a kink depends on a value, both sweeps must see the same one, and the second may compute
it again: those are always exact. What the caller sees is exact where it is the function's own result that is wanted.
"""

from __future__ import annotations

from irad_passes.analysis.memory import OWN, UNKNOWN, Memory, Object, Objects
from irad_passes.ir.model import Function, Instruction, Value
from irad_passes.request import Request
from irad_passes.rules.calls import Defined
from irad_passes.rules.memory import Exposure, Transfer, rule_of
from irad_passes.rules.table import Rule, ScalarRule

_THROUGH = frozenset({"load", "store", "phi", "select", "freeze", "ret", "getelementptr", "fadd", "fsub", "fmul", "fdiv", "fneg", "fpext",
                      "fptrunc", "extractvalue", "insertvalue", "extractelement", "insertelement", "shufflevector"})
"""Opcodes that only hand on what they get, or compute with it what moves as little as it does."""


def exact(function: Function, request: Request, memory: Memory, *, unread: frozenset[Instruction], results: bool) -> frozenset[Value]:
    """The exact values; ``unread`` are stores that nobody reads. ``results``: what the caller sees is exact."""
    instructions = [(i, rule_of(i, request.rules)) for i in function.instructions()]
    values: set[Value] = set()
    objects: set[Object] = {o for i, rule in instructions for o in _read(i, rule, memory)}
    pending = [v for i, rule in instructions for v in _tested(i, rule)]

    def seen(targets: Objects) -> bool:
        return results and any(o.kind not in OWN or o in memory.escaped for o in targets)

    for i, _ in instructions:
        if i.opcode == "store" and i not in unread and seen(memory.of(i.operands[1])):
            pending.append(i.operands[0])
        elif i.opcode == "ret" and results:
            pending += i.operands
    known = -1
    while pending or known != len(objects):
        while pending:
            value = pending.pop()
            if isinstance(value, Instruction) and value not in values:
                values.add(value)
                if value.opcode == "load":
                    objects |= memory.of(value.operands[0])
                pending += value.operands
        known = len(objects)
        for i, rule in instructions:
            if isinstance(rule, Transfer):
                target = memory.of(i.operands[0])
                if seen(target) or not objects.isdisjoint(target):
                    objects |= memory.of(i.operands[1])
            elif i.opcode == "store" and i not in unread and not objects.isdisjoint(memory.of(i.operands[1])):
                pending += [v for v in i.operands[:1] if isinstance(v, Instruction) and v not in values]
    return frozenset(values)


def _tested(i: Instruction, rule: Rule | None) -> list[Value]:
    """Operands on which more depends than a number that moves with them."""
    if i.opcode == "select":
        return i.operands[:1]
    smooth = i.opcode in _THROUGH or (isinstance(rule, ScalarRule) and not rule.kink and rule.name != "frem")
    return [] if smooth else list(i.operands)


def _read(i: Instruction, rule: Rule | None, memory: Memory) -> Objects:
    """Memory that something reads of which no more is known here than that it does."""
    if i.opcode in ("atomicrmw", "cmpxchg"):
        return memory.of(i.operands[0])
    if i.opcode != "call" or not (rule is None or isinstance(rule, (Defined, Exposure))):
        return frozenset()
    return memory.reachable(frozenset().union(*(memory.of(a) for a in i.arguments))) | {UNKNOWN}
