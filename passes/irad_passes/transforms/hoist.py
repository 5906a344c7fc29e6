"""Move loads out of loops that do not write what they read: what is loaded once need not be kept once for each iteration.

LLVM did this where it could tell the memory apart; knowing which memory each pointer comes from, more can be told.
"""

from __future__ import annotations

from irad_passes.analysis.cfg import cfg, dominators
from irad_passes.analysis.loops import is_invariant, loop_forest
from irad_passes.analysis.memory import UNKNOWN, Memory
from irad_passes.ir.access import is_plain
from irad_passes.ir.model import Function


def hoist_loads(function: Function, memory: Memory) -> None:
    """Move each load that is certain to run in the first iteration, and reads the same in all of them, in front of the loop."""
    graph = cfg(function)
    tree = dominators(graph)
    for loop in reversed(loop_forest(graph, tree).loops):
        preheader = loop.preheader
        if preheader is None:
            continue
        written = frozenset().union(*(memory.accesses.get(i, frozenset()) for block in loop.blocks for i in block.instructions))
        if UNKNOWN in written:
            continue
        exiting = [block for block, _ in loop.exits]
        for block in [b for b in graph.order if b in loop.blocks and all(tree.dominates(b, e) for e in exiting)]:
            for i in [i for i in block.instructions if i.opcode == "load"]:
                objects = memory.of(i.operands[0])
                if (is_invariant(i.operands[0], loop) and UNKNOWN not in objects and objects.isdisjoint(written) and is_plain(i)):
                    block.instructions.remove(i)
                    preheader.insert(len(preheader.instructions) - 1, i)
