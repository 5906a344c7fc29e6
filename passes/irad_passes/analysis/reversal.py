"""The reverse sweep's control flow: which block's reverse follows which, and what has to be known to take the same way back.

Blocks that only lead to an error are not part of it, regions without adjoint work are jumped over, and loops that are only
passed through are not run.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from irad_passes.analysis.cfg import Cfg, DominatorTree, dominators, graph_from
from irad_passes.analysis.expr import Expr, emit
from irad_passes.analysis.loops import Loop, LoopForest
from irad_passes.analysis.scev import backedge_count
from irad_passes.errors import PassError
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Block, Constant, Instruction, Value, const


@dataclass(frozen=True)
class Selector:
    """How the reverse of a merge finds the predecessor that ran: ``value`` is an i1 (true: ``blocks[0]``) or an index into ``blocks``."""

    value: Value
    blocks: list[Block]


@dataclass(frozen=True)
class Tree:
    """Dominance between the reverses of ``order``'s blocks."""

    order: list[Block]
    dominators: DominatorTree

    def dominates(self, a: Block, b: Block) -> bool:
        """Whether the reverse of ``a`` always runs before that of ``b``."""
        return self.dominators.dominates(a, b)

    def above(self, block: Block) -> list[Block]:
        """``block`` and its dominators, nearest first."""
        found = []
        at: Block | None = block
        while at is not None and at is not self.dominators.root:
            found.append(at)
            at = self.dominators.idom[at]
        return found


@dataclass(frozen=True)
class Dispatch:
    """Where the reverse of a loop with several exits starts: ``node``, from which it goes to the reverse of one of ``sources``."""

    node: Block
    sources: list[Block]


@dataclass
class Reversal:
    """The reversed flow of one function.

    Attributes
    ----------
    targets
        For each block whose reverse runs: the blocks whose reverses may follow.
    selectors
        For the merges among them; headers of loops use their counter instead.
    counters
        For each loop that is run backwards: the phi that counts its iterations from 0.
    counts
        For each such loop with one exit and a known trip count: how many times its back edge is taken, in front of it;
        ``expressions`` says the same of what is invariant.
    entries
        For each block whose reverse enters loops: each loop with its counter's value there, outermost first.
    dispatches
        For each loop that is left in several places: where its reverse starts, so that it has one header too.
    """

    graph: Cfg
    forest: LoopForest
    dominators: DominatorTree
    exit: Block
    targets: dict[Block, list[Block]] = field(default_factory=dict)
    selectors: dict[Block, Selector] = field(default_factory=dict)
    counters: dict[Loop, Instruction] = field(default_factory=dict)
    counts: dict[Loop, Value] = field(default_factory=dict)
    expressions: dict[Loop, Expr] = field(default_factory=dict)
    entries: dict[Block, list[tuple[Loop, Value]]] = field(default_factory=dict)
    dispatches: dict[Loop, Dispatch] = field(default_factory=dict)
    _trees: dict[Loop | None, Tree] = field(default_factory=dict)

    @property
    def blocks(self) -> frozenset[Block]:
        """The blocks whose reverses exist."""
        return frozenset(self.targets)

    def needs(self) -> list[Value]:
        """Values that the reversed control flow itself reads."""
        return [s.value for s in self.selectors.values()] + [count for pairs in self.entries.values() for _, count in pairs]

    def order(self) -> list[Block]:
        """Blocks whose reverses exist, and the dispatches of loops, in reverse post-order of the reversed flow."""
        return self.tree(None).order

    def tree(self, loop: Loop | None) -> Tree:
        """Dominance between reverses within one iteration of ``loop`` (None: within the whole function)."""
        if loop not in self._trees:
            self._trees[loop] = self._tree(loop)
        return self._trees[loop]

    def way(self, block: Block, source: Block) -> list[Loop]:
        """The loops through whose dispatch the reverse of ``block`` goes to that of ``source``, outermost first."""
        around = self.forest.around(source)
        back = self.forest.loop_of(block)
        if back is not None and back.header is block and source is back.latch:
            return [back] if back in self.dispatches else []
        return [loop for loop in around if loop in self.dispatches and block not in loop.blocks]

    @cached_property
    def entering(self) -> dict[Loop, list[tuple[Block, Block]]]:
        """For each loop, the blocks outside it whose reverses go to that of a block in it, with that block: once `targets` is there."""
        found: dict[Loop, list[tuple[Block, Block]]] = {loop: [] for loop in self.forest.loops}
        for block, targets in self.targets.items():
            for target in targets:
                loop = self.forest.loop_of(target)
                while loop is not None and block not in loop.blocks:
                    found[loop].append((block, target))
                    loop = loop.parent
        return found

    def onward(self, loop: Loop, source: Block) -> list[Loop]:
        """The loops in ``loop`` through whose dispatch its own dispatch goes to the reverse of ``source``, outermost first."""
        return [inner for inner in self.forest.around(source)
                if inner in self.dispatches and inner.depth > loop.depth and source is not loop.latch]

    def _step(self, way: list[Loop], source: Block) -> Block:
        return self.dispatches[way[0]].node if way else source

    def _tree(self, loop: Loop | None) -> Tree:
        inside = self.targets if loop is None else loop.blocks & self.targets.keys()
        successors = {b: [self._step(self.way(b, t), t) for t in self.targets[b] if self.forest.contains(loop, t)]
                      if loop is None or b is not loop.header else [] for b in inside}
        for other, dispatch in self.dispatches.items():
            successors[dispatch.node] = [self._step(self.onward(other, s), s) for s in dispatch.sources]
        if loop is None:
            starts = [self.exit]
        elif loop in self.dispatches:
            starts = [self.dispatches[loop].node]
        else:
            starts = [self._step([inner for inner in self.way(b, t) if inner.depth > loop.depth], t)
                      for b, t in self.entering[loop]]
            starts = list(dict.fromkeys([*starts, *([loop.latch] if loop.latch in self.targets and loop.latch is not None else [])]))
        root = Block("reverse")
        successors[root] = starts
        graph = graph_from(root, successors)
        return Tree(graph.order[1:], dominators(graph))


def reversal(graph: Cfg, forest: LoopForest, tree: DominatorTree, exit_block: Block, live: Set[Block],
             active: Set[Value]) -> Reversal:
    """Plan the way back. ``live``: blocks with adjoint work; ``active``: active values. Inserts counters, and phis that remember the
    way where no condition tells."""
    flow = Reversal(graph, forest, tree, exit_block)
    pending = [exit_block]
    while pending:
        block = pending.pop()
        if block not in flow.targets:
            flow.targets[block] = _targets(flow, block, live, active)
            pending.extend(flow.targets[block])
    for loop in forest.loops:
        if loop.header in flow.targets:
            flow.counters[loop] = _counter(loop)
            expression = backedge_count(loop, graph)
            if expression is not None and loop.preheader is not None:
                flow.expressions[loop] = expression
                flow.counts[loop] = emit(expression, Builder.before(loop.preheader.terminator))
    for loop in flow.counters:
        sources = [t for _, t in flow.entering[loop]]
        if len(set(sources)) > 1:
            flow.dispatches[loop] = Dispatch(Block(f"{loop.header.name}.enter"), list(dict.fromkeys([*sources, loop.latch or loop.header])))
    for block in graph.order:
        if block in flow.targets:
            _enter_loops(flow, block)
            around = forest.loop_of(block)
            if len(flow.targets[block]) > 1 and (around is None or around.header is not block):
                flow.selectors[block] = _selector(flow, block)
    return flow


def _targets(flow: Reversal, block: Block, live: Set[Block], active: Set[Value]) -> list[Block]:
    """Where the reverse of ``block`` goes: its predecessors, or straight to a dominator when nothing in between has work."""
    predecessors = flow.graph.predecessors[block]
    if not predecessors:
        return []
    loop = flow.forest.loop_of(block)
    merges = len(predecessors) > 1 and any(i in active for i in block.phis)
    if not merges and not (loop is not None and loop.header is block):
        above = flow.dominators.idom[block]
        while above is not None and flow.forest.loop_of(above) is not loop:
            above = flow.dominators.idom[above]
        if above is not None and not _has_work(flow, above, block, live):
            return [above]
    return list(predecessors)


def _has_work(flow: Reversal, above: Block, block: Block, live: Set[Block]) -> bool:
    """Whether a block strictly between the two, or the merge at ``block`` itself, has adjoint work."""
    seen: set[Block] = set()
    pending = list(flow.graph.predecessors[block])
    while pending:
        between = pending.pop()
        if between is above or between in seen:
            continue
        if between in live:
            return True
        seen.add(between)
        pending.extend(flow.graph.predecessors[between])
    return False


def _counter(loop: Loop) -> Instruction:
    """The phi that is 0, 1, 2, … in the loop's iterations: one that is there, else a new one."""
    header, latch, preheader = loop.header, loop.latch, loop.preheader
    if latch is None or preheader is None:
        raise PassError(f"a loop that is not in canonical form (header {header.name})")
    for phi in header.phis:
        step = phi.incoming(latch)
        if (phi.type is T.I64 and _number(phi.incoming(preheader)) == 0 and isinstance(step, Instruction) and step.opcode == "add"
                and step.operands[0] is phi and _number(step.operands[1]) == 1):
            return phi
    counter = Builder(header, 0).phi(T.I64, f"{header.name}.count")
    following = Builder.before(latch.terminator).add(counter, const(T.I64, 1), f"{header.name}.count.next")
    for block in (preheader, latch):
        counter.add_incoming(const(T.I64, 0) if block is preheader else following, block)
    return counter


def _enter_loops(flow: Reversal, block: Block) -> None:
    """Find the loops that the reverse of ``block`` enters, and the values of their counters there."""
    sources = flow.targets[block]
    entered = [loop for loop in flow.forest.around(sources[0]) if block not in loop.blocks] if sources else []
    if not entered:
        return
    if any(loop not in flow.forest.around(source) for source in sources for loop in entered):
        raise PassError(f"a loop exit that is shared with other paths (block {block.name})")
    pairs: list[tuple[Loop, Value]] = []
    for loop in entered:
        if loop in flow.counts and flow.forest.loop_of(block) is loop.parent:
            pairs.append((loop, flow.counts[loop]))
        else:
            pairs.append((loop, exit_phi(flow, block, flow.counters[loop], f"{loop.header.name}.last")))
    flow.entries[block] = pairs


def exit_phi(flow: Reversal, block: Block, value: Instruction, name: str) -> Instruction:
    """What ``value``, of a loop that ``block`` is an exit of, was when the loop was left."""
    return _phi(flow, block, value.type, name, [value] * len(flow.graph.predecessors[block]))


def _phi(flow: Reversal, block: Block, type_: T.Type, name: str, values: Sequence[Value]) -> Instruction:
    """A new phi in ``block`` with one value for each predecessor, once for each edge from there."""
    phi = Builder(block, 0).phi(type_, name)
    for source, value in zip(flow.graph.predecessors[block], values, strict=True):
        for _ in range(source.successors.count(block)):
            phi.add_incoming(value, source)
    return phi


def _selector(flow: Reversal, block: Block) -> Selector:
    """A condition that tells the two predecessors apart, or a phi that remembers which it was."""
    sources = flow.targets[block]
    above = flow.dominators.idom[block]
    assert above is not None
    branch = above.terminator
    if len(sources) == 2 and branch.opcode == "br" and len(branch.blocks) == 2 and (
            flow.forest.loop_of(above) is flow.forest.loop_of(block)):
        for first, second in (sources, sources[::-1]):
            if all(_only_through(flow, above, branch.blocks[side], source, block)
                   for side, source in ((0, first), (1, second))):
                return Selector(branch.operands[0], [first, second])
    type_ = T.I8 if len(sources) < 128 else T.I32
    memory = _phi(flow, block, type_, f"{block.name}.from", [const(type_, index) for index in range(len(sources))])
    return Selector(memory, sources)


def _only_through(flow: Reversal, above: Block, side: Block, source: Block, block: Block) -> bool:
    """Whether coming to ``block`` from ``source`` means that ``above`` branched to ``side``."""
    if side is block:
        return source is above
    return source is not above and flow.graph.predecessors.get(side) == [above] and flow.dominators.dominates(side, source)


def _number(value: Value) -> int | None:
    return value.int_value if isinstance(value, Constant) else None
