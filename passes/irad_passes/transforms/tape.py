"""The tape: where the forward sweep keeps values for the reverse sweep.

Values made outside loops get a stack slot. A loop whose trip count is known where it is entered gets one array for each
value, indexed by the loop's counter; inner loops with invariant trip counts join the outer loop's arrays. Any other loop
pushes one record for each iteration, linked to the one before. All is reserved from `irad.tape.reserve`, which only ever
grows until the tape is closed: so nothing moves, and nothing has to be given back on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from irad_passes.analysis.loops import Loop
from irad_passes.analysis.nests import hoistable_nest, trip_count
from irad_passes.analysis.reversal import Reversal, exit_phi
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Block, Constant, Instruction, Value, const
from irad_passes.rules.memory import CLOSE, OPEN, RESERVE

Lookup = Callable[[Value], Value]
"""From a value of the forward sweep to the same value in the reverse sweep, at the place where it is asked for."""


@dataclass(frozen=True)
class Array:
    """Slot in a counted nest: ``base[index]``, the index made of the counters of ``loops``; ``sizes``: trip counts but the outermost's."""

    base: Value
    loops: list[Loop]
    sizes: list[Value]


@dataclass(frozen=True)
class Field:
    """Slot in the record of one iteration of ``loop``."""

    loop: Loop
    offset: int


@dataclass(frozen=True)
class Stack:
    """Slot on the stack."""

    pointer: Value


class Tape:
    """Slots for the kept values of one function, on its own tape or, where that has a ``handle``, its caller's."""

    def __init__(self, entry: Block, handle: Value | None = None) -> None:
        self._flow: Reversal
        self._free: Callable[[Value], bool]
        self._entry = entry
        self._given = handle
        self._open: Instruction | None = None
        self.slots: dict[Value, Array | Field | Stack] = {}
        self.records: dict[Loop, Instruction] = {}
        self.record_exits: dict[tuple[Block, Loop], Value] = {}
        self._kept: dict[Loop | None, list[Instruction]] = {}

    @property
    def handle(self) -> Value:
        """The open tape; opened in the entry block on first use."""
        if self._given is not None:
            return self._given
        if self._open is None:
            self._open = Builder(self._entry, _behind_phis(self._entry)).call(OPEN, T.PTR, [], "tape")
        return self._open

    def close(self, builder: Builder) -> None:
        """Emit the closing of the tape, where one was opened."""
        if self._open is not None:
            builder.call(CLOSE, T.VOID, [self._open])

    def keep(self, flow: Reversal, values: frozenset[Instruction], free: Callable[[Value], bool]) -> None:
        """Give every value a slot and store it there, unless it is ``free``. Inner loops first: the addresses of their slots are kept in
        the outer ones."""
        self._flow, self._free = flow, free
        for value in sorted(values, key=lambda v: v.name):
            self._add(value)
        for loop in sorted(self._flow.counters, key=lambda loop: -loop.depth):
            if self._kept.get(loop):
                if self._flow.counts.get(loop) is not None:
                    self._keep_in_arrays(loop, self._kept[loop])
                else:
                    self._keep_in_records(loop, self._kept[loop])
        for value in self._kept.get(None, []):
            slot = Builder(self._entry, _behind_phis(self._entry)).alloca(_storage(value.type), f"{value.name}.kept")
            self.slots[value] = Stack(slot)
            b = Builder.behind(value)
            _store(b, value, slot)

    def _add(self, value: Value) -> None:
        if not isinstance(value, Instruction) or value in self.slots:
            return
        if self._free(value):
            return
        loop = self._flow.forest.loop_of(value.block)
        group = self._kept.setdefault(loop, [])
        if value not in group:
            group.append(value)

    def _keep_in_arrays(self, loop: Loop, values: list[Instruction]) -> None:
        nest = hoistable_nest(self._flow, loop)
        preheader = nest[0].preheader
        assert preheader is not None
        handle = self.handle  # opened first: where the preheader is the entry block, it moves what stands behind it
        b = Builder.before(preheader.terminator)
        sizes = [trip_count(self._flow, b, inner, outermost=inner is nest[0]) for inner in nest]
        total = sizes[0]
        for size in sizes[1:]:
            total = _product(b, total, size)
            self._add(size)
        for value in values:
            bytes_ = _product(b, total, const(T.I64, T.size_of(_storage(value.type))))
            base = b.call(RESERVE, T.PTR, [handle, bytes_, const(T.I64, 8)], f"{value.name}.tape")
            self.slots[value] = Array(base, nest, sizes[1:])
            self._add(base)
            after = _behind_loads(value)
            _store(after, value, self.address(after, value, lambda v: v))

    def _keep_in_records(self, loop: Loop, values: list[Instruction]) -> None:
        header, preheader, latch = loop.header, loop.preheader, loop.latch
        assert preheader is not None and latch is not None
        offsets, size = {}, 8
        for value in sorted(values, key=lambda v: -T.size_of(_storage(v.type))):
            align = T.align_of(_storage(value.type))
            size = -(-size // align) * align
            offsets[value] = size
            size += T.size_of(_storage(value.type))
        handle = self.handle
        previous = Builder(header, 0).phi(T.PTR, f"{header.name}.record.before")
        b = Builder(header, _behind_phis(header))
        record = b.call(RESERVE, T.PTR, [handle, const(T.I64, -(-size // 8) * 8), const(T.I64, 8)], f"{header.name}.record")
        b.store(previous, record)
        previous.add_incoming(const(T.PTR, 0), preheader)
        previous.add_incoming(record, latch)
        self.records[loop] = record
        for value in values:
            self.slots[value] = Field(loop, offsets[value])
            after = Builder.behind(value)
            if value.opcode == "phi" and value.block is header:
                after.index = max(after.index, header.instructions.index(record) + 2)
            _store(after, value, after.offset(record, offsets[value]))
        for block, entered in self._flow.entries.items():
            if any(inner is loop for inner, _ in entered):
                last = exit_phi(self._flow, block, record, f"{header.name}.record.last")
                self.record_exits[block, loop] = last
                self._add(last)

    def address(self, b: Builder, value: Value, lookup: Lookup, record: Value | None = None) -> Value:
        """Emit the address of the slot of ``value``; ``lookup`` gives counters, sizes and bases where this is."""
        slot = self.slots[value]
        if isinstance(slot, Stack):
            return slot.pointer
        if isinstance(slot, Field):
            assert record is not None
            return b.offset(record, slot.offset)
        index: Value = lookup(self._flow.counters[slot.loops[0]])
        for loop, size in zip(slot.loops[1:], slot.sizes, strict=True):
            index = b.add(b.mul(index, lookup(size)), lookup(self._flow.counters[loop]))
        return b.gep(_storage(value.type), lookup(slot.base), [index], flags=("inbounds",))

    @staticmethod
    def load(b: Builder, type_: T.Type, pointer: Value, name: str) -> Value:
        """Emit the load of a kept value."""
        loaded = b.load(_storage(type_), pointer, name)
        return b.cast("trunc", loaded, type_, name) if type_ is T.I1 else loaded


def _product(b: Builder, x: Value, y: Value) -> Value:
    """The product of two sizes; where it overflows, one that no memory has."""
    if any(isinstance(v, Constant) and v.int_value == 1 for v in (x, y)):
        return b.mul(x, y)
    pair = b.call("llvm.umul.with.overflow.i64", T.struct((T.I64, T.I1)), [x, y])
    parts = [b.insert(Instruction("extractvalue", type_, [pair], extra={"indices": (index,)})) for index, type_ in enumerate((T.I64, T.I1))]
    return b.select(parts[1], const(T.I64, -1), parts[0], "bytes")


def _storage(type_: T.Type) -> T.Type:
    """The type that a value is kept as: bits take a byte each."""
    return T.I8 if type_ is T.I1 else type_


def _store(b: Builder, value: Value, pointer: Value) -> None:
    b.store(b.cast("zext", value, T.I8) if value.type is T.I1 else value, pointer)


def _behind_loads(value: Instruction) -> Builder:
    """Behind ``value`` and the block's loads. Where an iteration loads what the next one loads too, LLVM carries it over, and does not
    vectorise the loop when that is stored before the load."""
    block = value.block
    last = next((i for i in reversed(block.instructions) if i.opcode == "load" or i is value), value)
    return Builder.behind(last)


def _behind_phis(block: Block) -> int:
    return next(k for k, i in enumerate(block.instructions) if i.opcode != "phi")

