"""What the adjoint needs of the primal: which values are recomputed in the reverse sweep, and which are kept from the forward sweep.

The values to keep are a minimum cut through the def-use graph, weighted by bytes and by how often a value is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass

from irad_passes.analysis.cfg import DominatorTree
from irad_passes.analysis.flow import minimum_cut
from irad_passes.analysis.loops import LoopForest, is_invariant
from irad_passes.analysis.overwrites import Overwrites
from irad_passes.analysis.restore import Undo
from irad_passes.analysis.scev import Induction, induction
from irad_passes.ir import types as T
from irad_passes.ir.access import is_plain
from irad_passes.ir.model import Argument, Block, Constant, Instruction, Value
from irad_passes.rules.inactive import Inactive
from irad_passes.rules.memory import rule_of
from irad_passes.rules.table import Rule, ScalarRule

_PURE = frozenset({"fneg", "fadd", "fsub", "fmul", "fdiv", "frem", "add", "sub", "mul", "udiv", "sdiv", "urem", "srem", "shl", "lshr",
                   "ashr", "and", "or", "xor", "icmp", "fcmp", "select", "getelementptr", "trunc", "zext", "sext", "fptrunc", "fpext",
                   "fptoui", "fptosi", "uitofp", "sitofp", "ptrtoint", "inttoptr", "bitcast", "addrspacecast", "extractvalue",
                   "insertvalue", "extractelement", "insertelement", "shufflevector"})
_CHEAP = frozenset({"sqrt", "fabs", "copysign", "fma", "fmuladd", "minnum", "maxnum", "minimum", "maximum", "minimumnum", "maximumnum"})
_LOOP_FACTOR = 16
"""How many iterations a loop is assumed to have when values at different depths are weighed against each other."""


@dataclass(frozen=True)
class PointerInduction:
    """A header phi that moves by ``step`` bytes in each iteration."""

    phi: Instruction
    start: Value
    step: Value
    scale: int


@dataclass(frozen=True)
class Plan:
    """``kept``: values to keep. Every other value that the adjoint needs is free or can be recomputed (`Recompute.operands`).

    ``weight``: what that costs, in bytes, where each loop has the same number of iterations. ``undone``: stores to take back.
    """

    kept: frozenset[Instruction]
    weight: int = 0
    undone: frozenset[Instruction] = frozenset()


class Recompute:
    """Classifies values: free in the reverse sweep, recomputable from operands, or neither. ``apart``: the sweeps are two functions."""

    def __init__(self, exit_block: Block, dominators: DominatorTree, forest: LoopForest, overwrites: Overwrites,
                 counters: Set[Value], reversed_blocks: frozenset[Block], rules: Mapping[str, Rule], *, apart: bool = False) -> None:
        self._exit = exit_block
        self._dominators = dominators
        self._forest = forest
        self._overwrites = overwrites
        self._counters = counters
        self._reversed = reversed_blocks
        self._rules = rules
        self._apart = apart
        self._inductions: dict[Instruction, Induction | PointerInduction | None] = {}
        self._restored: frozenset[Instruction] = frozenset()

    def free(self, value: Value) -> bool:
        """Whether the reverse sweep can use ``value`` as it is: constants, arguments, loop counters, and what always ran."""
        if isinstance(value, (Constant, Argument)) or value in self._counters:
            return True
        assert isinstance(value, Instruction), value
        block = value.block
        if self._forest.loop_of(block) is not None or not self._dominators.dominates(block, self._exit):
            return False
        return not self._apart or value.opcode == "alloca"

    def operands(self, value: Instruction) -> list[Value] | None:
        """What ``value`` can be recomputed from; None where it has to be kept."""
        match value.opcode:
            case "load":
                return value.operands if is_plain(value) and (value in self._restored or not self._overwrites.after(value)) else None
            case "phi":
                return self._phi(value)
            case "call":
                rule = rule_of(value, self._rules)
                cheap = isinstance(rule, ScalarRule) and rule.name in _CHEAP
                integer = isinstance(rule, Inactive) and value.type is not T.VOID and (value.callee or "").startswith("llvm.")
                pure = cheap or (integer and not any(a.type.is_pointer for a in value.arguments))
                return value.arguments if pure else None
        return value.operands if value.opcode in _PURE else None

    def induction(self, phi: Instruction) -> Induction | PointerInduction | None:
        """``phi`` as an induction of a loop that is reversed."""
        if phi not in self._inductions:
            loop = self._forest.loop_of(phi.block)
            found: Induction | PointerInduction | None = None
            if loop is not None and loop.header is phi.block and phi.block in self._reversed:
                found = _pointer_induction(phi, self._forest) if phi.type.is_pointer else induction(phi, loop)
            self._inductions[phi] = found
        return self._inductions[phi]

    def _phi(self, phi: Instruction) -> list[Value] | None:
        found = self.induction(phi)
        if isinstance(found, PointerInduction):
            return [found.start, found.step]
        if isinstance(found, Induction):
            return [found.start, *found.step.leaves()]
        if len(phi.operands) == 1 and self._forest.loop_of(phi.blocks[0]) is self._forest.loop_of(phi.block):
            return phi.operands
        return None

    def plan(self, needed: Iterable[Value], undoable: Callable[[Iterable[Instruction]], Iterable[Undo]] = lambda _: ()) -> Plan:
        """Choose what to keep so that every value in ``needed`` can be had. ``undoable``: what can be undone so that loads need not be
        kept; it is, where that is cheaper than what it saves."""
        sinks = {v for v in needed if isinstance(v, Instruction) and not self.free(v)}
        plan, loads = self._cut(sinks)
        for undo in undoable(loads):
            before, stores = self._restored, undo.stores - plan.undone
            self._restored |= undo.loads
            pointers = {p for i in stores if isinstance(p := i.operands[1], Instruction) and not self.free(p)}
            saving, _ = self._cut(sinks | pointers)
            weight = saving.weight + sum(self._weight(i, i.operands[0].type) for i in plan.undone | stores)
            if weight < plan.weight:
                plan, sinks = Plan(saving.kept, weight, plan.undone | stores), sinks | pointers
            else:
                self._restored = before
        return plan

    def quotients(self, needed: Iterable[Value], exact: Iterable[Value], plan: Plan) -> set[Instruction]:
        """Divisions that are done again for factors of partial derivatives alone: nothing ``exact`` is computed from them."""
        others = set(exact)
        pending = list(needed)
        seen: set[Instruction] = set()
        while pending:
            value = pending.pop()
            if isinstance(value, Instruction) and value not in seen and value not in plan.kept and not self.free(value):
                seen.add(value)
                operands = self.operands(value) or ()
                others.update(operands)
                pending += operands
        return {value for value in seen if value.opcode == "fdiv" and value not in others}

    def _weight(self, value: Instruction, type_: T.Type) -> int:
        return int(T.size_of(type_) * _LOOP_FACTOR ** self._forest.depth(value.block))

    def _cut(self, sinks: Set[Instruction]) -> tuple[Plan, list[Instruction]]:
        """The cheapest values to keep, and the loads that cannot be done again."""
        nodes: set[Instruction] = set(sinks)
        edges: list[tuple[Instruction, Instruction]] = []
        sources: set[Instruction] = set()
        pending = list(sinks)
        while pending:
            value = pending.pop()
            operands = self.operands(value)
            if operands is None:
                sources.add(value)
                continue
            for operand in operands:
                if self.free(operand):
                    continue
                assert isinstance(operand, Instruction)
                edges.append((operand, value))
                if operand not in nodes:
                    nodes.add(operand)
                    pending.append(operand)
        if not sources:
            return Plan(frozenset()), []
        order = sorted(nodes, key=lambda v: v.name)
        capacity = {v: self._weight(v, v.type) for v in order}
        kept = frozenset(minimum_cut(order, edges, sources, sinks, capacity))
        return Plan(kept, sum(capacity[v] for v in kept)), [v for v in order if v in sources and v.opcode == "load"]


def _pointer_induction(phi: Instruction, forest: LoopForest) -> PointerInduction | None:
    loop = forest.loop_of(phi.block)
    if loop is None or loop.latch is None or loop.preheader is None or len(phi.operands) != 2:
        return None
    step = phi.incoming(loop.latch)
    if not isinstance(step, Instruction) or step.opcode != "getelementptr" or len(step.operands) != 2 or step.operands[0] is not phi:
        return None
    source, amount = step.extra["source_type"], step.operands[1]
    if not isinstance(source, T.Type) or amount.type is not T.I64 or not is_invariant(amount, loop):
        return None
    return PointerInduction(phi, phi.incoming(loop.preheader), amount, T.size_of(source))
