"""Decide tests that Numba adds: whether an index is below zero, as each is wrapped around, and whether a divisor is zero.

An index that is a sum of loop counters with constant, non-negative coefficients is never negative; without the test the accesses
are affine, and LLVM can vectorise both sweeps. A divisor such as ``1 + exp(-x)`` or ``sqrt(x * x + 0.01)`` is never zero; without
the test nothing leaves the loop half-way, and what a forward sweep computed for the test alone is gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from irad_passes.analysis.cfg import cfg, dominators
from irad_passes.analysis.expr import Expr
from irad_passes.analysis.loops import LoopForest, loop_forest
from irad_passes.analysis.scev import affine
from irad_passes.analysis.signs import Sign, Signs, literal
from irad_passes.ir.model import Constant, Function, Instruction, Value, const
from irad_passes.rules.table import Rule

_SMALL = 1 << 16
"""Coefficients and starts up to here: no loop runs long enough for their sums to overflow."""

_NEGATIVE = {("slt", 0): True, ("sle", -1): True, ("sge", 0): False, ("sgt", -1): False}
"""Comparisons of a value with a constant that ask whether it is negative (True) or not (False)."""


_ZERO = {"oeq": False, "une": True}
"""Comparisons with zero, and their answers for what is nan or not zero."""


def fold_sign_tests(function: Function, rules: Mapping[str, Rule]) -> None:
    """Replace the tests whose answer is known by it."""
    graph = cfg(function)
    signs = Signs(rules)
    for i in [i for i in function.instructions() if i.opcode == "fcmp"]:
        answer = _ZERO.get(str(i.extra["predicate"]))
        if answer is not None and literal(i.operands[1]) == 0.0 and signs.of(i.operands[0]) is Sign.POSITIVE:
            i.replace_all_uses_with(const(i.type, answer))
            i.erase()
    forest = loop_forest(graph, dominators(graph))
    for block in graph.order:
        if forest.loop_of(block) is None:
            continue
        for i in [i for i in block.instructions if i.opcode == "icmp"]:
            bound = i.operands[1]
            asked = _NEGATIVE.get((str(i.extra["predicate"]), _number(bound)))
            if asked is not None and _never_negative(i.operands[0], i, forest):
                i.replace_all_uses_with(const(i.type, not asked))
                i.erase()


def _number(value: Value) -> int:
    number = value.int_value if isinstance(value, Constant) else None
    return _SMALL if number is None else number


def _never_negative(value: Value, test: Instruction, forest: LoopForest) -> bool:
    outermost = forest.around(test.block)[0]
    found = affine(value, outermost, forest)
    return found is not None and _small(found.start) and all(map(_small, found.coefficients.values()))


def _small(x: Expr) -> bool:
    return x.number is not None and 0 <= x.number <= _SMALL
