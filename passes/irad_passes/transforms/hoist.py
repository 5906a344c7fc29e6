"""Move loads out of loops that do not write what they read: what is loaded once need not be kept once for each iteration; move stores
behind loads.

LLVM did this where it could tell the memory apart; knowing which memory each pointer comes from, more can be told.
"""

from __future__ import annotations

from collections.abc import Sequence

from irad_passes.analysis.cfg import Cfg, DominatorTree, cfg, dominators
from irad_passes.analysis.loops import Loop, is_invariant, loop_forest
from irad_passes.analysis.memory import NOTHING, UNKNOWN, Memory
from irad_passes.ir.access import is_plain
from irad_passes.ir.model import Function, Instruction

_BARRIERS = frozenset({"load", "store", "call", "invoke", "fence", "atomicrmw", "cmpxchg"})
"""Opcodes of what else looks at memory."""


def move_accesses(function: Function, memory: Memory) -> None:
    """Move loads in front of loops, and stores behind loads."""
    graph = cfg(function)
    tree = dominators(graph)
    loops = loop_forest(graph, tree).loops
    _hoist_loads(graph, tree, loops, memory)
    _sink_stores(loops, memory)


def _hoist_loads(graph: Cfg, tree: DominatorTree, loops: Sequence[Loop], memory: Memory) -> None:
    """Move each load that is certain to run in the first iteration, and reads the same in all of them, in front of the loop."""
    for loop in reversed(loops):
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
                if is_invariant(i.operands[0], loop) and UNKNOWN not in objects and objects.isdisjoint(written) and is_plain(i):
                    block.instructions.remove(i)
                    preheader.insert(len(preheader.instructions) - 1, i)


def _sink_stores(loops: Sequence[Loop], memory: Memory) -> None:
    """Move each store of a loop of one block behind the loads of the block, where it cannot change what they read.

    Where an iteration loads what the next one loads too, LLVM carries it over from one to the other, and does not vectorise the loop
    when something that is computed from it is stored before that load.
    """
    for loop in loops:
        block = loop.header
        if loop.blocks != {block}:
            continue
        stores: list[Instruction] = []
        crossed, last = NOTHING, None
        for i in reversed(block.instructions):
            target = memory.of(i.operands[1]) if i.opcode == "store" else NOTHING
            if i.opcode == "load" and is_plain(i):
                crossed |= memory.of(i.operands[0])
                last = last or i
            elif last is not None and i.opcode == "store" and is_plain(i):
                if target and UNKNOWN not in target | crossed and target.isdisjoint(crossed):
                    stores.append(i)
                else:
                    crossed |= target
            elif last is not None and i.opcode in _BARRIERS and not _is_pure(i):
                break
        for i in stores:
            assert last is not None
            block.instructions.remove(i)
            block.insert(block.instructions.index(last) + 1, i)


def _is_pure(i: Instruction) -> bool:
    return (i.callee or "").startswith("llvm.") and not any(a.type.is_pointer for a in i.arguments)
