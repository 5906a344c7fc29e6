"""Natural loops and how they nest. Trip counts and induction variables are in `analysis.scev`."""

from __future__ import annotations

from dataclasses import dataclass, field

from irad_passes.analysis.cfg import Cfg, DominatorTree
from irad_passes.errors import Unsupported
from irad_passes.ir.model import Block, Instruction, Value


@dataclass(frozen=True, eq=False)
class Loop:
    """A natural loop: all back edges to one header, and the blocks that reach them without passing the header.

    Attributes
    ----------
    blocks
        All blocks, those of nested loops included.
    latches
        Where the back edges come from.
    preheader
        The one block outside that leads to the header, and only there; None where there is no such block.
    exits
        Edges that leave the loop: (exiting block inside, exit block outside), in the graph's order.
    depth
        1 for an outermost loop.
    """

    header: Block
    latches: list[Block]
    preheader: Block | None
    blocks: frozenset[Block]
    exits: list[tuple[Block, Block]]
    parent: Loop | None
    depth: int
    children: list[Loop] = field(default_factory=list)

    @property
    def latch(self) -> Block | None:
        """The source of the back edge, where there is only one."""
        return self.latches[0] if len(self.latches) == 1 else None

    def __repr__(self) -> str:
        return f"<loop {self.header.name}, depth {self.depth}>"


@dataclass(frozen=True, eq=False)
class LoopForest:
    """All loops of a function, outer before inner, headers in reverse post-order."""

    loops: list[Loop]
    innermost: dict[Block, Loop]

    @property
    def top(self) -> list[Loop]:
        """The outermost loops."""
        return [loop for loop in self.loops if loop.parent is None]

    def loop_of(self, block: Block) -> Loop | None:
        """The innermost loop around ``block``."""
        return self.innermost.get(block)

    def depth(self, block: Block) -> int:
        """How many loops are around ``block``."""
        loop = self.innermost.get(block)
        return 0 if loop is None else loop.depth

    def contains(self, loop: Loop | None, block: Block) -> bool:
        """Whether ``block`` is in ``loop``; None stands for the whole function."""
        return loop is None or block in loop.blocks

    def around(self, block: Block) -> list[Loop]:
        """The loops around ``block``, outermost first."""
        found = []
        loop = self.innermost.get(block)
        while loop is not None:
            found.append(loop)
            loop = loop.parent
        return found[::-1]


def loop_forest(graph: Cfg, tree: DominatorTree) -> LoopForest:
    """Find the loops of ``graph``.

    Raises
    ------
    Unsupported
        Where control flow is irreducible: a cycle that can be entered at more than one block.
    """
    number = {block: index for index, block in enumerate(graph.order)}
    loops: list[Loop] = []
    innermost: dict[Block, Loop] = {}
    for header in graph.order:
        latches = [block for block in graph.predecessors[header] if number[block] >= number[header]]
        if not latches:
            continue
        for latch in latches:
            if not tree.dominates(header, latch):
                raise Unsupported(f"the loop at block '{header.name}' can be entered without passing that block (irreducible control flow, "
                                  f"by the edge from '{latch.name}'); write it as a structured loop", latch.terminator)
        blocks = _body(graph, header, latches)
        parent = innermost.get(header)
        loop = Loop(header, latches, _preheader(graph, header, blocks), blocks, _exits(graph, blocks, number),
                    parent, 1 if parent is None else parent.depth + 1)
        if parent is not None:
            parent.children.append(loop)
        loops.append(loop)
        innermost.update(dict.fromkeys(blocks, loop))
    return LoopForest(loops, innermost)


def is_invariant(value: Value, loop: Loop) -> bool:
    """Whether ``value`` is a constant, an argument, or made outside ``loop``."""
    return not isinstance(value, Instruction) or value.block not in loop.blocks


def _body(graph: Cfg, header: Block, latches: list[Block]) -> frozenset[Block]:
    """The blocks from which a latch can be reached without passing the header, and the header."""
    blocks = {header}
    work = list(latches)
    while work:
        block = work.pop()
        if block not in blocks:
            blocks.add(block)
            work.extend(graph.predecessors[block])
    return frozenset(blocks)


def _preheader(graph: Cfg, header: Block, blocks: frozenset[Block]) -> Block | None:
    """The single block that enters the loop, where it does nothing else."""
    outside = [block for block in graph.predecessors[header] if block not in blocks]
    return outside[0] if len(outside) == 1 and graph.successors[outside[0]] == [header] else None


def _exits(graph: Cfg, blocks: frozenset[Block], number: dict[Block, int]) -> list[tuple[Block, Block]]:
    """The edges from ``blocks`` to elsewhere."""
    return [(block, target) for block in sorted(blocks, key=number.__getitem__)
            for target in graph.successors[block] if target not in blocks]
