"""Buffers that are filled again and again: which stores the reverse sweep takes back, so that it can read what the forward sweep read.

To keep what a store overwrites costs one value for each store; to keep what is loaded costs one for each load. Where a loop reads
what a loop around it has written, the stores are fewer: a triangular solve of d rows loads d² times, and stores d times.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from irad_passes.analysis.loops import Loop, LoopForest
from irad_passes.analysis.memory import Memory, Object, Objects, is_argument
from irad_passes.analysis.overwrites import Overwrites
from irad_passes.ir.access import is_plain
from irad_passes.ir.model import Block, Instruction
from irad_passes.ir.types import FloatType, IntType
from irad_passes.rules.memory import RESERVE


@dataclass(frozen=True)
class Undo:
    """When the reverse sweep takes ``stores`` back as it passes them, ``loads`` can be done again where their values are needed."""

    stores: frozenset[Instruction]
    loads: frozenset[Instruction]


def undoable(loads: Iterable[Instruction], memory: Memory, overwrites: Overwrites, forest: LoopForest, live: Set[Block],
             afterwards: Objects) -> list[Undo]:
    """What could be undone for each of ``loads``, those with the same stores together.

    Memory is as it was at the load while the reverse sweep is in a loop around it that does not write there; in loop-closed form, nothing
    behind that loop is computed from the load again. ``live``: blocks whose reverses run as often as they do themselves; ``afterwards``:
    memory that others look at when the forward sweep is through.
    """
    found: dict[frozenset[Instruction], set[Instruction]] = {}
    seen = memory.escaped | afterwards

    def is_hidden(objects: Objects) -> bool:
        return all(_own(o) for o in objects) and objects.isdisjoint(seen)

    for load in loads:
        if not is_hidden(memory.of(load.operands[0])):  # before its writers are looked for: of an argument there may be any number
            continue
        writers = overwrites.following(load)
        if not writers or not all(_plain(i) and i.block in live and is_hidden(memory.of(i.operands[1])) for i in writers):
            continue
        loop = _quiet(load, [i.block for i in overwrites.writers(memory.of(load.operands[0]))], forest)
        if loop is not None and max(forest.depth(i.block) for i in writers) < forest.depth(load.block):
            found.setdefault(frozenset(writers), set()).add(load)
    return [Undo(stores, frozenset(group)) for stores, group in found.items()]


def _plain(i: Instruction) -> bool:
    return i.opcode == "store" and is_plain(i) and isinstance(i.operands[0].type, (FloatType, IntType))


def _own(o: Object) -> bool:
    """Whether the memory is the function's own from the forward sweep to the end of the reverse sweep."""
    return not is_argument(o) and isinstance(o.site, Instruction) and (o.kind == "alloca" or o.site.callee == RESERVE)


def _quiet(load: Instruction, writers: list[Block], forest: LoopForest) -> Loop | None:
    """The outermost loop around ``load`` without one of ``writers``."""
    return next((loop for loop in forest.around(load.block) if loop.blocks.isdisjoint(writers)), None)
