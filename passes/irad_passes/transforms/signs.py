"""Decide tests that Numba adds: whether an index is below zero, as each is wrapped around, and whether a divisor is zero.

An index that is a sum of loop counters with constant, non-negative coefficients is never negative, nor is what grows from such
numbers without wrapping around; without the test the accesses are affine, and LLVM can vectorise both sweeps. A divisor such as
``1 + exp(-x)`` or ``sqrt(x * x + 0.01)`` is never zero; without the test nothing leaves the loop half-way, and what a forward sweep
computed for the test alone is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from irad_passes.analysis.cfg import cfg, dominators
from irad_passes.analysis.loops import LoopForest, loop_forest
from irad_passes.analysis.never_negative import SMALL, never_negative
from irad_passes.analysis.scev import affine
from irad_passes.analysis.signs import Sign, Signs, literal
from irad_passes.ir.model import Constant, Function, Instruction, Value, const
from irad_passes.rules.table import Rule

_ZERO = {"oeq": False, "une": True}
"""Comparisons with zero, and their answers for what is nan or not zero."""


def fold_sign_tests(function: Function, rules: Mapping[str, Rule]) -> None:
    """Replace the tests whose answer is known by it."""
    graph = cfg(function)
    signs = Signs(rules)
    for i in [i for i in function.instructions() if i.opcode == "fcmp"]:
        answer = _ZERO.get(str(i.extra["predicate"]))
        if answer is not None and literal(i.operands[1]) == 0.0 and signs.of(i.operands[0]) is Sign.POSITIVE:
            decide(i, answer)
    tree = dominators(graph)
    forest = loop_forest(graph, tree)
    counts = never_negative(function, graph, tree)
    for block in graph.order:
        for i in [i for i in block.instructions if i.opcode == "icmp"]:
            bound = i.operands[1].int_value if isinstance(i.operands[1], Constant) else None
            if bound is not None and abs(bound) <= SMALL and (least := _least(i.operands[0], i, forest, counts)) is not None:
                answer = _answer(str(i.extra["predicate"]).split()[-1], least, bound)
                if answer is not None:
                    decide(i, answer)


def decide(test: Instruction, answer: bool) -> None:
    """Put ``answer`` in the place of ``test``, and of what it selects."""
    for user in [user for user in test.users if user.opcode == "select" and user.operands[0] is test]:
        user.replace_all_uses_with(user.operands[1 if answer else 2])
        user.erase()
    test.replace_all_uses_with(const(test.type, answer))
    test.erase()


def _answer(predicate: str, least: int, bound: int) -> bool | None:
    """Whether all numbers from ``least`` on (True) or none of them (False) pass the comparison with ``bound``."""
    match predicate:
        case "sgt" if least > bound:
            return True
        case "sge" if least >= bound:
            return True
        case "sle" | "eq" if least > bound:
            return False
        case "slt" if least >= bound:
            return False
    return None


def _least(value: Value, test: Instruction, forest: LoopForest, counts: Set[Value]) -> int | None:
    """The least number that ``value`` can be: where it only grows with the loops around ``test``, and where it is one of ``counts``."""
    around = forest.around(test.block)
    found = affine(value, around[0], forest) if around else None
    if (found is not None and found.start.number is not None and abs(found.start.number) <= SMALL
            and all(c.number is not None and 0 <= c.number <= SMALL for c in found.coefficients.values())):
        return found.start.number
    return 0 if value in counts else None
