"""Integers that are never negative: counters, and what is made of such numbers without wrapping around.

Each set is the largest in which all numbers follow from others: true of a number that is fed by itself, too, as often as its loop runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from irad_passes.analysis.cfg import Cfg, DominatorTree
from irad_passes.ir import types as T
from irad_passes.ir.model import Block, Constant, Function, Instruction, Value

SMALL = 1 << 16
"""What counts in steps up to here never overflows 64 bits: no loop runs long enough."""

_Test = Callable[[Value], bool]
_Rule = Callable[[Instruction, _Test], bool]

_Equals = Mapping[tuple[Instruction, int], list[Value]]

_RANGE = re.compile(r"\brange\(i\d+ (-?\d+), (-?\d+)\)")


def never_negative(function: Function, graph: Cfg, tree: DominatorTree) -> set[Value]:
    """The integers of ``function`` that are not negative, or poison."""
    equals = _equals(graph, tree)
    counters = _largest(function, _COUNTER_RULES, T.I64, _is_small, equals)
    return _largest(function, _RULES, None, lambda v: _at_least(v, 0) or v in counters, equals)


def _largest(function: Function, rules: Mapping[str, _Rule], type_: T.Type | None, given: _Test, equals: _Equals) -> set[Value]:
    """The largest set of integers (of ``type_``) in which each follows from others, and what is ``given``, by one of ``rules``."""
    found: set[Value] = {i for i in function.instructions() if i.opcode in rules and (i.type is type_ if type_ else _is_number(i.type))}

    def known(value: Value) -> bool:
        return given(value) or value in found

    def comes(phi: Instruction, index: int) -> bool:
        return known(phi.operands[index]) or any(map(known, equals.get((phi, index), ())))

    users: dict[Value, list[Instruction]] = {}
    for (phi, _), others in equals.items():
        for other in others:
            users.setdefault(other, []).append(phi)
    pending = list(found)
    while pending:
        i = pending.pop()
        if not isinstance(i, Instruction) or i not in found or given(i):
            continue
        if not (all(comes(i, index) for index in range(len(i.operands))) if i.opcode == "phi" else rules[i.opcode](i, known)):
            found.discard(i)
            pending += i.users + users.get(i, [])
    return found


def _equals(graph: Cfg, tree: DominatorTree) -> _Equals:
    """For operands of phis: what else they are where they come from, because a branch on that says so. (LLVM writes what a counter is
    behind its loop as a sum, to which the loop compares the counter.)"""
    same: dict[Value, list[tuple[Value, Block]]] = {}
    for block in graph.order:
        branch = block.terminator
        test = branch.operands[0] if branch.opcode == "br" and branch.operands else None
        if isinstance(test, Instruction) and test.opcode == "icmp" and test.extra["predicate"] in ("eq", "ne"):
            side = branch.blocks[test.extra["predicate"] == "ne"]
            if graph.predecessors.get(side) == [block] and branch.blocks[0] is not branch.blocks[1]:
                for x, y in (test.operands, test.operands[::-1]):
                    same.setdefault(x, []).append((y, side))
    return {(phi, index): [other for other, side in same[value] if side is block or tree.dominates(side, source)]
            for block in graph.order for phi in block.phis
            for index, (value, source) in enumerate(zip(phi.operands, phi.blocks, strict=True))
            if value in same and source in graph.predecessors}


def _is_small(value: Value) -> bool:
    return isinstance(value, Constant) and value.int_value is not None and 0 <= value.int_value <= SMALL


def _is_number(type_: T.Type) -> bool:
    return isinstance(type_, T.IntType) and type_ is not T.I1  # whose 1 is -1 to a sext


def _at_least(value: Value, least: int) -> bool:
    """Whether a constant, or what a call returns by its declaration, is at least that much."""
    if isinstance(value, Constant):
        return _is_number(value.type) and value.int_value is not None and value.int_value >= least
    if isinstance(value, Instruction) and value.opcode == "call":
        match = _RANGE.search(str(value.extra.get("return_attributes", "")))
        return match is not None and least <= int(match[1]) < int(match[2])
    return False


def _all(i: Instruction, known: _Test) -> bool:
    return all(map(known, i.operands))


def _any(i: Instruction, known: _Test) -> bool:
    return any(map(known, i.operands))


def _first(i: Instruction, known: _Test) -> bool:
    return known(i.operands[0])


def _no_wrap(i: Instruction, known: _Test) -> bool:
    return "nsw" in i.flags and all(map(known, i.operands))


def _right_shift(i: Instruction, known: _Test) -> bool:
    return known(i.operands[0]) or _at_least(i.operands[1], 1)


def _call(i: Instruction, known: _Test) -> bool:
    name = (i.callee or "").rsplit(".", 1)[0]
    if name in ("llvm.smax", "llvm.umin"):
        return any(map(known, i.arguments))
    return name in ("llvm.smin", "llvm.umax") and all(map(known, i.arguments))


def _small_step(i: Instruction, known: _Test) -> bool:
    step = i.operands[1].int_value if isinstance(i.operands[1], Constant) else None
    return step is not None and 0 <= step <= SMALL and known(i.operands[0])


def _either(i: Instruction, known: _Test) -> bool:
    return all(map(known, i.operands[1:]))


_COUNTER_RULES: dict[str, _Rule] = {"phi": _all, "select": _either, "add": _small_step}
"""What starts from small numbers and grows by such, also where it is not said that it does not wrap around."""

_RULES: dict[str, _Rule] = {
    "add": _no_wrap, "mul": _no_wrap,
    "shl": lambda i, known: "nsw" in i.flags and known(i.operands[0]),
    "lshr": _right_shift, "ashr": _first,
    "and": _any, "or": _all, "xor": _all,
    "udiv": _first, "sdiv": _all, "urem": _any, "srem": _first,
    "sext": _first, "zext": lambda i, known: True,
    "phi": _all, "select": _either,
    "call": _call,
}
"""For each opcode: whether the result is not negative, given what is known of the operands."""
