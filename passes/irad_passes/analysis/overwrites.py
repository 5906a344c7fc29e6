"""Which loads see memory that changes later."""

from __future__ import annotations

from collections.abc import Iterator

from irad_passes.analysis.cfg import Cfg
from irad_passes.analysis.loops import LoopForest
from irad_passes.analysis.memory import NOTHING, UNKNOWN, Memory, Object, Objects, underlying
from irad_passes.ir.model import Block, Instruction, Value


class Overwrites:
    """Answers whether the memory a load reads may be written again after it, before the function ends or, if it is one of the objects
    ``afterwards``, behind that."""

    def __init__(self, memory: Memory, cfg: Cfg, forest: LoopForest, afterwards: Objects = NOTHING) -> None:
        self._memory = memory
        self._afterwards = afterwards
        self._forest = forest
        self._cfg = cfg
        self._position = {i: k for block in cfg.order for k, i in enumerate(block.instructions)}
        self._writers: dict[Object, list[Instruction]] = {}
        for i, objects in memory.accesses.items():
            if i.block in cfg.predecessors:
                for o in objects:
                    self._writers.setdefault(o, []).append(i)
        self._reach = _reachable(cfg)
        self._avoiding: dict[tuple[Block, Block], set[Block]] = {}
        self._number = {block: k for k, block in enumerate(cfg.order)}

    def after(self, load: Instruction, pointer: Value | None = None) -> bool:
        """Whether a write that may change what ``load`` reads can run after it."""
        pointer = load.operands[0] if pointer is None else pointer
        return not self._seen(pointer) or any(True for _ in self._behind(load, pointer))

    def following(self, load: Instruction) -> list[Instruction]:
        """The writes that may change what ``load`` reads and can run after it; empty, too, where they cannot all be seen."""
        pointer = load.operands[0]
        return list(dict.fromkeys(self._behind(load, pointer))) if self._seen(pointer) else []

    def writers(self, objects: Objects) -> list[Instruction]:
        """All that may write one of ``objects``."""
        return [i for o in objects | {UNKNOWN} for i in self._writers.get(o, ())]

    def _seen(self, pointer: Value) -> bool:
        """Whether all writes behind ``pointer`` are seen: not those to a shadow, nor to what may be freed or changed afterwards."""
        objects = self._memory.of(pointer)
        return bool(objects) and UNKNOWN not in objects and self._afterwards.isdisjoint(objects)

    def _behind(self, load: Instruction, pointer: Value) -> Iterator[Instruction]:
        objects = self._memory.of(pointer) | {UNKNOWN}
        return (writer for o in objects for writer in self._writers.get(o, ()) if self._follows(load, pointer, writer, o))

    def _follows(self, load: Instruction, pointer: Value, writer: Instruction, o: Object) -> bool:
        if load.block is writer.block and self._position[load] < self._position[writer]:
            return True
        if not self._reach[load.block] >> self._number[writer.block] & 1:
            return False
        site = o.site
        if not isinstance(site, Instruction) or site.block not in self._number or site.opcode == "alloca":
            return True
        if writer.opcode != "store" and not (writer.callee or "").startswith(("llvm.mem", "mem")):
            return True
        target = writer.operands[1] if writer.opcode == "store" else writer.operands[0]
        if not (self._direct(pointer, site) and self._direct(target, site)):
            return True
        return self._reaches_avoiding(load.block, writer.block, site.block)

    def _direct(self, pointer: Value, site: Instruction) -> bool:
        """Whether ``pointer`` comes from ``site`` in the same iteration: by address arithmetic, read from its header, or from the call that
        makes the data alone."""
        base = underlying(pointer)
        if isinstance(base, Instruction) and base.opcode == "load":
            base = underlying(base.operands[0])
        made = isinstance(base, Instruction) and base.opcode == "call"
        return base is site or (made and any(o.site is site for o in self._memory.of(base)))

    def _reaches_avoiding(self, start: Block, goal: Block, wall: Block) -> bool:
        """Whether ``goal`` can run after ``start`` without ``wall`` in between (a new instance of the object)."""
        seen = self._avoiding.get((start, wall))
        if seen is None:
            seen = self._avoiding[start, wall] = set()
            pending = list(self._cfg.successors[start])
            while pending:
                block = pending.pop()
                if block not in seen and block is not wall:
                    seen.add(block)
                    pending.extend(self._cfg.successors[block])
        return goal in seen


def _reachable(cfg: Cfg) -> dict[Block, int]:
    """For each block the set (bits by position in ``cfg.order``) of blocks that can run after it."""
    number = {block: k for k, block in enumerate(cfg.order)}
    reach = dict.fromkeys(cfg.order, 0)
    changed = True
    while changed:
        changed = False
        for block in reversed(cfg.order):
            new = reach[block]
            for successor in cfg.successors[block]:
                new |= reach[successor] | 1 << number[successor]
            if new != reach[block]:
                reach[block] = new
                changed = True
    return reach
