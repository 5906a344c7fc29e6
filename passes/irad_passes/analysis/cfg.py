"""The control-flow graph of a function, dominators, post-dominators, and the blocks that only lead to an error.

Loops are in `analysis.loops`. Block lists of the model hold no predecessors: a pass that changes edges calls `cfg` again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from irad_passes.ir.model import Block, Constant, Function, Instruction, Value

SUCCESS = frozenset({0, -2})
"""Status codes of a call that went well: 0, and Numba's -2 for "returns None"."""


@dataclass(frozen=True, eq=False)
class Cfg:
    """Control flow between the blocks that are reachable from the entry.

    Attributes
    ----------
    order
        The blocks in reverse post-order: the entry first, each block before those it dominates.
    predecessors, successors
        Neighbours of each block in ``order``, each once; successors as the terminator names them.
    """

    order: list[Block]
    predecessors: dict[Block, list[Block]]
    successors: dict[Block, list[Block]]

    @property
    def entry(self) -> Block:
        return self.order[0]


@dataclass(frozen=True, eq=False)
class DominatorTree:
    """A dominator or post-dominator tree.

    Attributes
    ----------
    idom
        The immediate dominator of each block; None for the root.
    children
        The inverse of ``idom``.
    depth
        Distance from the root.
    unreachable
        Blocks of the graph that are not in the tree: for post-dominators, those that never get to the exit.
    """

    root: Block
    idom: dict[Block, Block | None]
    children: dict[Block, list[Block]]
    depth: dict[Block, int]
    unreachable: frozenset[Block]
    interval: dict[Block, tuple[int, int]]

    def dominates(self, a: Block, b: Block) -> bool:
        """Whether ``a`` is ``b`` or above it; False where either is not in the tree."""
        if a not in self.interval or b not in self.interval:
            return False
        first, last = self.interval[a]
        return first <= self.interval[b][0] <= last

    def common(self, a: Block, b: Block) -> Block:
        """The lowest block that dominates both."""
        while a is not b:
            above = self.idom[a] if self.depth[a] >= self.depth[b] else self.idom[b]
            assert above is not None
            a, b = (above, b) if self.depth[a] >= self.depth[b] else (a, above)
        return a


def cfg(function: Function, without: frozenset[Block] = frozenset()) -> Cfg:
    """Control-flow graph of ``function`` as if the blocks in ``without``, and the edges to them, were not there."""
    out = {block: [b for b in dict.fromkeys(block.successors) if b not in without] for block in function.blocks}
    return graph_from(function.entry, out)


def graph_from(root: Block, out: Mapping[Block, list[Block]]) -> Cfg:
    """The graph of what can be reached from ``root`` by the edges ``out``."""
    order = _reverse_postorder(root, out)
    successors = {block: out[block] for block in order}
    predecessors: dict[Block, list[Block]] = {block: [] for block in order}
    for block in order:
        for successor in successors[block]:
            predecessors[successor].append(block)
    return Cfg(order, predecessors, successors)


def dominators(graph: Cfg) -> DominatorTree:
    """Which blocks every path from the entry to a block goes through."""
    return _tree(graph.entry, graph.successors, graph.predecessors)


def post_dominators(graph: Cfg, exit: Block) -> DominatorTree:
    """Which blocks every path from a block to ``exit`` goes through. Paths that end elsewhere do not count."""
    return _tree(exit, graph.predecessors, graph.successors)


def abort_blocks(function: Function, status: bool) -> frozenset[Block]:
    """Blocks that no path leads from to a normal return.

    Such paths end in ``unreachable``, never end, or, where the function returns a status (``status``), return a failure
    (`is_failure`). A status that may be a success counts as one: `transforms.returns` splits what it can.
    """
    predecessors: dict[Block, list[Block]] = {block: [] for block in function.blocks}
    for block in function.blocks:
        for successor in dict.fromkeys(block.successors):
            predecessors[successor].append(block)
    work = [block for block in function.blocks if _returns_normally(block, predecessors, status)]
    normal = set(work)
    while work:
        for block in predecessors[work.pop()]:
            if block not in normal:
                normal.add(block)
                work.append(block)
    return frozenset(function.blocks) - normal


def is_failure(value: Value, block: Block, predecessors: Mapping[Block, list[Block]]) -> bool:
    """Whether the status ``value`` surely is an error in ``block``.

    On each way to ``block`` it is a constant that is no success code, or it has been compared with 0: the status of a call that is
    handed on where it is not 0.
    """
    pending = [(value, block)]
    for value, block in pending:
        if isinstance(value, Constant):
            if value.int_value is None or value.int_value in SUCCESS:
                return False
            continue
        edges = [(value, above) for above in predecessors.get(block, ())]
        if isinstance(value, Instruction) and value.parent is block:
            edges = list(zip(value.operands, value.blocks, strict=True)) if value.opcode == "phi" else []
        if not edges:
            return False
        for operand, above in edges:
            if not _fails_on_edge({operand}, above.terminator, block) and (operand, above) not in pending:
                pending.append((operand, above))
    return True


def _fails_on_edge(names: set[Value], terminator: Instruction, target: Block) -> bool:
    """Whether ``terminator`` goes to ``target`` only where the status, known under ``names``, is not 0."""
    if terminator.opcode == "switch" and terminator.operands[0] in names:
        cases = list(zip(terminator.operands[1:], terminator.blocks[1:], strict=True))
        zero = [block for label, block in cases if isinstance(label, Constant) and label.int_value == 0]
        taken = [label.int_value for label, block in cases if isinstance(label, Constant) and block is target]
        return not SUCCESS.intersection(taken) and (terminator.blocks[0] is not target or bool(zero))
    if terminator.opcode != "br" or not terminator.operands or terminator.blocks[0] is terminator.blocks[1]:
        return False
    condition = terminator.operands[0]
    if not isinstance(condition, Instruction) or condition.opcode != "icmp" or condition.operands[0] not in names:
        return False
    other = condition.operands[1]
    if not isinstance(other, Constant) or other.int_value != 0:
        return False
    unequal = {"eq": 1, "ne": 0, "sgt": 0}.get(str(condition.extra["predicate"]))
    return unequal is not None and terminator.blocks[unequal] is target


def _returns_normally(block: Block, predecessors: Mapping[Block, list[Block]], status: bool) -> bool:
    """Whether ``block`` returns something that may be a success."""
    terminator = block.terminator
    if terminator.opcode != "ret":
        return False
    return not (status and terminator.operands and is_failure(terminator.operands[0], block, predecessors))


def _reverse_postorder(root: Block, successors: Mapping[Block, list[Block]]) -> list[Block]:
    """Depth-first search from ``root``, without recursion."""
    order: list[Block] = []
    seen = {root}
    stack = [(root, iter(successors[root]))]
    while stack:
        block, rest = stack[-1]
        for successor in rest:
            if successor not in seen:
                seen.add(successor)
                stack.append((successor, iter(successors[successor])))
                break
        else:
            order.append(block)
            stack.pop()
    order.reverse()
    return order


def _tree(root: Block, successors: Mapping[Block, list[Block]], predecessors: Mapping[Block, list[Block]]) -> DominatorTree:
    """Dominator tree of the graph under ``root``, by the iteration of Cooper, Harvey and Kennedy."""
    order = _reverse_postorder(root, successors)
    number = {block: index for index, block in enumerate(order)}
    above = [0] + [-1] * (len(order) - 1)
    incoming = [[number[p] for p in predecessors[block] if p in number] for block in order]
    changed = True
    while changed:
        changed = False
        for index in range(1, len(order)):
            best = -1
            for other in incoming[index]:
                if above[other] < 0:
                    continue
                if best < 0:
                    best = other
                while best != other:
                    while other > best:
                        other = above[other]
                    while best > other:
                        best = above[best]
            if above[index] != best:
                above[index], changed = best, True
    idom: dict[Block, Block | None] = {block: order[above[index]] if index else None for index, block in enumerate(order)}
    children: dict[Block, list[Block]] = {block: [] for block in order}
    depth = {root: 0}
    for block in order[1:]:
        parent = idom[block]
        assert parent is not None
        children[parent].append(block)
        depth[block] = depth[parent] + 1
    unreachable = frozenset(block for block in successors if block not in number)
    return DominatorTree(root, idom, children, depth, unreachable, _intervals(order, idom, children))


def _intervals(order: list[Block], idom: Mapping[Block, Block | None],
               children: Mapping[Block, list[Block]]) -> dict[Block, tuple[int, int]]:
    """First and last number, in a preorder walk, of the subtree under each block."""
    size = {block: 1 for block in order}
    for block in reversed(order[1:]):
        parent = idom[block]
        assert parent is not None
        size[parent] += size[block]
    first = {order[0]: 0}
    for block in order:
        start = first[block] + 1
        for child in children[block]:
            first[child] = start
            start += size[child]
    return {block: (first[block], first[block] + size[block] - 1) for block in order}
