"""Peel the last iteration of a loop that tests whether it is in it: what is left is affine, and LLVM can vectorise both sweeps.

``right = i + 1 if i < n - 1 else 0`` is such a test, of what lies on a circle. LLVM peels first iterations for the same reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from irad_passes.analysis.cfg import cfg, dominators
from irad_passes.analysis.expr import Expr, as_expr, emit, unfolded
from irad_passes.analysis.loops import Loop, is_invariant, loop_forest
from irad_passes.analysis.scev import backedge_count, induction, invariant_expr, sequence
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Block, Constant, Function, Instruction, Value, const
from irad_passes.rules.calls import Defined
from irad_passes.rules.memory import rule_of
from irad_passes.rules.table import Rule
from irad_passes.transforms.signs import decide

_LARGEST = 128
"""Instructions in a loop that is copied."""
_STRICT = frozenset({"icmp", "add", "sub", "mul", "xor", "sext", "zext", "trunc"})
"""Operations that make poison of poison."""
_BEFORE_LAST = {"eq": False, "ne": True, "slt": True, "sge": False, "sgt": True, "sle": False, "ult": True, "uge": False}
"""Comparisons of a sequence with its last number, and what they say before that."""


def peel_last(function: Function, rules: Mapping[str, Rule]) -> None:
    """Peel the last iteration of each loop of one block that tests for it."""
    graph = cfg(function)
    for loop in loop_forest(graph, dominators(graph)).loops:
        if loop.blocks == {loop.header} and loop.preheader is not None and _is_simple(loop, rules):
            count = backedge_count(loop, graph)
            certain = _certain(loop)
            tests = {} if count is None else _tests(loop, count, certain)
            if count is not None and tests:
                _peel(loop, count, tests, certain)


def _is_simple(loop: Loop, rules: Mapping[str, Rule]) -> bool:
    """Whether the block is small, and surely runs to its end."""
    body = loop.header.body
    return len(body) <= _LARGEST and all(
        i.opcode != "call" or ("bundles" not in i.extra and (rule := rule_of(i, rules)) is not None and not isinstance(rule, Defined))
        for i in body)


def _tests(loop: Loop, count: Expr, certain: set[Value]) -> dict[Instruction, bool]:
    """The comparisons that differ in the last iteration from all others, and what they are in those."""
    found = {}
    for i in loop.header.body:
        predicate = str(i.extra["predicate"]).split()[-1] if i.opcode == "icmp" else ""
        if predicate not in _BEFORE_LAST or i.operands[0].type is not T.I64 or i is loop.header.terminator.operands[0]:
            continue
        tested, bound = sequence(i.operands[0], loop), invariant_expr(i.operands[1], loop)
        if tested is None or bound is None or unfolded(bound - tested.start - count * tested.step) != as_expr(0):
            continue
        grows = predicate[1:] in ("lt", "ge")
        ordered = (tested.nsw if predicate[0] == "s" else tested.nuw) and grows == (tested.step > 0) and i.operands[0] in certain
        if predicate in ("eq", "ne") or ordered:
            found[i] = _BEFORE_LAST[predicate]
    return found


def _certain(loop: Loop) -> set[Value]:
    """Values in the loop that are not poison where the program is defined: the branch at the end depends on them."""
    certain: set[Value] = set()
    pending = list(loop.header.terminator.operands)
    while pending:
        value = pending.pop()
        if isinstance(value, Instruction) and value.block is loop.header and value not in certain:
            certain.add(value)
            pending += value.operands if value.opcode in _STRICT else []
    return certain


def _peel(loop: Loop, count: Expr, tests: dict[Instruction, bool], certain: set[Value]) -> None:
    """Let the loop run once less, and a copy of its block behind it."""
    block, before, (_, exit_block) = loop.header, loop.preheader, loop.exits[0]
    assert before is not None
    function = block.function
    enter, leave, last = (function.add_block(f"{block.name}.{end}") for end in ("enter", "leave", "last"))
    times, once = _hoisted(loop, count)
    before.terminator.erase()
    Builder(before).cond_br(once, last, enter)
    Builder(enter).br(block)
    new = _last_phis(loop, enter, leave, last, times)
    b = Builder(last)
    for i in block.body:
        operands = [new.get(operand, operand) for operand in i.operands]
        new[i] = b.insert(Instruction(i.opcode, i.type, operands, flags=i.flags, extra=dict(i.extra), suffix=i.suffix), i.name)
    b.br(exit_block)
    Builder(leave).br(last)
    for phi in exit_block.phis:
        at = phi.blocks.index(block)
        phi.set_operand(at, new.get(phi.operands[at], phi.operands[at]))
        phi.blocks[at] = last
    _shorten(block, enter, leave, times)
    for test, answer in tests.items():
        copied = new[test]
        assert isinstance(copied, Instruction)
        decide(test, answer)
        decide(copied, not answer)
    for i in [i for part in (block, last) for i in part.body if i.opcode == "freeze"]:
        frozen = i.operands[0]
        if frozen in certain or (isinstance(frozen, Constant) and frozen.int_value is not None):
            i.replace_all_uses_with(frozen)
            i.erase()


def _hoisted(loop: Loop, count: Expr) -> tuple[Value, Value]:
    """The count, and whether it is zero: in front of all loops that do not change it, so that nests around this one know it, too."""
    place = loop
    while place.parent is not None and place.parent.preheader is not None and all(is_invariant(v, place.parent) for v in count.leaves()):
        place = place.parent
    assert place.preheader is not None
    b = Builder.before(place.preheader.terminator)
    times = emit(count, b)
    return times, b.icmp("eq", times, const(T.I64, 0), f"{loop.header.name}.once")


def _last_phis(loop: Loop, enter: Block, leave: Block, last: Block, times: Value) -> dict[Value, Value]:
    """What the phis of the loop are in its last iteration: computed where they are inductions. The loop is entered from ``enter``."""
    block, before = loop.header, loop.preheader
    assert before is not None
    new: dict[Value, Value] = {}
    known = {phi: found for phi in block.phis if (found := induction(phi, loop)) is not None
             and found.step.number is not None and phi.type is T.I64}
    for phi in block.phis:
        phi.blocks[phi.blocks.index(before)] = enter
        if phi not in known:
            following, first = phi.incoming(block), phi.incoming(enter)
            left = Builder(leave, 0).phi(phi.type, f"{phi.name}.left")
            left.add_incoming(following, block)
            new[phi] = merged = Builder(last, 0).phi(phi.type, f"{phi.name}.last")
            merged.add_incoming(first, before)
            merged.add_incoming(left, leave)
    b = Builder(last)
    for phi, found in known.items():
        new[phi] = b.add(found.start, b.mul(times, const(T.I64, found.step.constant)), f"{phi.name}.last")
    return new


def _shorten(block: Block, enter: Block, leave: Block, times: Value) -> None:
    """Let the loop of ``block`` end after so many ``times``."""
    branch = block.terminator
    condition = branch.operands[0]
    branch.erase()
    counter = Builder(block, 0).phi(T.I64, f"{block.name}.count")
    b = Builder(block)
    following = b.binary("add", counter, const(T.I64, 1), f"{counter.name}.next", ("nuw", "nsw"))
    b.cond_br(b.icmp("eq", following, times, f"{block.name}.done"), leave, block)
    counter.add_incoming(const(T.I64, 0), enter)
    counter.add_incoming(following, block)
    if isinstance(condition, Instruction) and not condition.users:
        condition.erase()
