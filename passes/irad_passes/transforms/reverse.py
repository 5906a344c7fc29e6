"""Reverse mode: the forward sweep with what the adjoint needs kept on a tape, then the adjoint with the control flow reversed.

Each block whose reverse runs gets one block for it, plus small ones on edges where there is something to do. How single
instructions are treated is in `adjoint`, the way back in `analysis.reversal`, the slots in `tape`.
"""

from __future__ import annotations

from irad_passes.analysis.cfg import cfg, dominators
from irad_passes.analysis.expr import emit
from irad_passes.analysis.loops import Loop, loop_forest
from irad_passes.analysis.overwrites import Overwrites
from irad_passes.analysis.recompute import Plan, PointerInduction, Recompute
from irad_passes.analysis.restore import undoable
from irad_passes.analysis.reversal import Dispatch, reversal
from irad_passes.analysis.scev import Induction
from irad_passes.analysis.windows import windows
from irad_passes.errors import PassError, Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.access import alignment
from irad_passes.ir.builder import APPROXIMATE, Builder
from irad_passes.ir.model import Argument, Block, Constant, Function, Instruction, Value, const
from irad_passes.transforms.adjoint import FLAGS, Adjoints
from irad_passes.transforms.arena import handed_over, move_to_tape
from irad_passes.transforms.gather import Gather
from irad_passes.transforms.shadow import Shadows
from irad_passes.transforms.split import Halves
from irad_passes.transforms.tape import Array, Field, Lookup, Tape
from irad_passes.transforms.variants import Work


def emit_reverse(work: Work) -> None:
    """Make the function its own derivative; one that is called is split in two, that are added to the module."""
    Reverse(work).run()


class Reverse:
    """Emits the reverse sweep of one function, in place."""

    def __init__(self, work: Work) -> None:
        self.context = work
        self.aborting = work.aborting
        self.function = work.function
        self.request = work.request
        self.memory = work.memory
        self._reverse: dict[Block, Block] = {}
        self._memo: dict[Value, list[tuple[Block, Value]]] = {}
        self._counters: dict[Loop, Value] = {}
        self._records: dict[Loop, Value] = {}
        self._where: dict[Loop, Value] = {}
        self._builder: Builder | None = None
        self.undone: dict[Instruction, Instruction] = {}
        self._gathers: dict[Block, list[Gather]] = {}

    def run(self) -> None:
        """Analyse, keep, and emit."""
        if self.function.entry not in self.aborting:  # else it never returns: there is nothing to reverse
            self.prepare()
            self._emit(self.aborting)
            if self.halves is not None:
                self.halves.split(self.exit)
        elif self.request.inner:
            Halves(self.context, Shadows(self.context)).without_exit()
        else:
            Shadows(self.context)  # the parameters are a derivative's all the same
            if not self.request.status and self.function.type.returns is not T.VOID:
                self._seed(self.function.type.returns)

    def prepare(self) -> None:
        """Decide what is kept, and keep it."""
        function, aborting, inner = self.function, self.aborting, self.request.inner
        graph = cfg(function, aborting)
        shadows = Shadows(self.context)
        self.halves = Halves(self.context, shadows) if inner else None
        self.exit = exit_block = _exit(function, aborting)
        self.start = self.halves.start if self.halves is not None else function.entry
        self.adjoints = adjoints = Adjoints(self.context, shadows, self.start)
        self.tape = Tape(function.entry, self.halves.handle if self.halves is not None else None)
        shadows.handle = lambda: self.tape.handle
        shadows.headers = move_to_tape(self.context, self.tape, adjoints.activity.shadowed)
        shadows.build()
        adjoints.calls.augment(self.tape)
        tree = dominators(graph)
        forest = loop_forest(graph, tree)
        work = {block: adjoints.work(block) for block in graph.order}
        live = {block for block in graph.order if work[block] or any(p in adjoints.activity.values for p in block.phis)}
        self.work = work
        self.flow = reversal(graph, forest, tree, exit_block, live, adjoints.activity.values)
        others = self.context.afterwards() | handed_over(self.context)
        overwrites = Overwrites(self.memory, graph, forest, others)
        self.values = Recompute(exit_block, tree, forest, overwrites, set(self.flow.counters.values()),
                                self.flow.blocks, self.request.rules, apart=inner)
        self.needed = self.flow.needs() + [v for block in self.flow.targets for i in work[block] for v in adjoints.needs(i)]
        self.plan: Plan = self.values.plan(self.needed, lambda loads: undoable(loads, self.memory, overwrites, forest, live, others))
        exact = [v for block in self.flow.targets for i in work[block] if not adjoints.is_scalar(i) for v in adjoints.needs(i)]
        self._undo()
        self.quotients = self.values.quotients(self.needed, {*exact, *self.flow.needs()}, self.plan)
        if inner and any(value.opcode == "alloca" for value in self.plan.kept):
            raise Unsupported("stack memory that is not allocated once, where the function begins")
        self.tape.keep(self.flow, self.plan.kept | frozenset(self.undone.values()), self.values.free)

    def _undo(self) -> None:
        """Keep what the stores that are taken back overwrite."""
        for store in [i for i in self.function.instructions() if i in self.plan.undone]:
            value, pointer = store.operands
            self.undone[store] = Builder.before(store).load(value.type, pointer, "overwritten", align=alignment(store))
            self.work[store.block] = [i for i in store.block.body if i in self.undone or self.adjoints.has_work(i)]
            self.needed.append(pointer)

    def _emit(self, aborting: frozenset[Block]) -> None:
        ret = self.exit.terminator
        self._returned = ret.operands[0] if ret.operands else None
        order = self.flow.order()
        for block in order:
            self._reverse[block] = self.function.add_block(f"{block.name}.rev")
        entry = Builder(self.start, next((k for k, i in enumerate(self.start.instructions) if i.opcode != "phi"), 0))
        for loop in self.flow.counters:
            self._counters[loop] = entry.alloca(T.I64, f"{loop.header.name}.count.rev")
            if loop in self.tape.records:
                self._records[loop] = entry.alloca(T.PTR, f"{loop.header.name}.record.rev")
        self._gather(entry)
        for loop, dispatch in self.flow.dispatches.items():
            self._where[loop] = entry.alloca(T.I32, f"{loop.header.name}.where")
            self._dispatch(loop, dispatch)
        for block in order:
            if block in self.flow.targets:
                self._block(block, ret)
        for block in self.function.blocks:
            if block in aborting and block.terminator.opcode == "ret":
                self.tape.close(Builder.before(block.terminator))
        ret.erase()
        if self.halves is not None:
            Builder(self.exit).br(self.start)
            Builder(self.start).br(self._reverse[self.exit])
        else:
            Builder(self.exit).br(self._reverse[self.exit])

    def _gather(self, entry: Builder) -> None:
        """Find the stencils among the innermost loops; adjoints that are vectors already gain nothing by it."""
        for loop in self.flow.counters:
            if loop.blocks == {loop.header} and self.request.width == 1:
                found = windows(loop, self.work[loop.header], self.memory, self.flow.forest)
                self._gathers[loop.header] = gathers = [Gather(window, entry) for window in found]
                self.adjoints.gathers.update((load, gather) for gather in gathers for load in gather.window.places)

    def _hide_rows(self, block: Block) -> None:
        """Hide from LLVM how shadow pointers into one object, in a loop of one block, move in the loop around it.

        It would test in front of both loops whether all that they touch overlaps, which rows of one array do, and never run its vectors.
        """
        pointers = {base: self.memory.of(i.operands[index]) for i, index in self._accesses(block)
                    if isinstance(base := self._base(i.operands[index], block), Instruction) and not self.values.free(base)}
        for base, objects in pointers.items():
            if any(other is not base and not objects.isdisjoint(theirs) for other, theirs in pointers.items()):
                self._lookup(base, block)
                place, known = self._memo[base][0]
                if isinstance(known, Instruction) and place is not block and known.opcode != "call":
                    b = Builder.before(self._reverse[place].terminator)
                    self._memo[base].insert(0, (place, b.call("llvm.launder.invariant.group.p0", T.PTR, [known])))

    def _accesses(self, block: Block) -> list[tuple[Instruction, int]]:
        """What loads and stores in ``block`` have an adjoint, with the index of the pointer among the operands."""
        return [(i, int(i.opcode == "store")) for i in self.work[block] if i.opcode in ("load", "store")]

    def _base(self, pointer: Value, block: Block) -> Value:
        """The shadow of ``pointer``, or what that is computed from again, address arithmetic in ``block`` taken off."""
        shadow = self.adjoints.shadows.of(pointer)
        while (isinstance(shadow, Instruction) and shadow.opcode == "getelementptr" and shadow.block is block
               and shadow not in self.tape.slots):
            shadow = shadow.operands[0]
        return shadow

    def _dispatch(self, loop: Loop, dispatch: Dispatch) -> None:
        """Emit the start of a reversed loop that has several: go where the entry, or the iteration that follows, wants to go."""
        b = Builder(self._reverse[dispatch.node])
        first, *others = [self._toward(self.flow.onward(loop, source), source) for source in dispatch.sources]
        b.switch(b.load(T.I32, self._where[loop], "where"), first, list(enumerate(others, 1)))

    def _toward(self, way: list[Loop], source: Block) -> Block:
        return self._reverse[self.flow.dispatches[way[0]].node if way else source]

    def _go(self, b: Builder, block: Block, source: Block) -> None:
        """Emit the jump from the reverse of ``block`` to that of ``source``, through the dispatches of the loops it enters."""
        way = self.flow.way(block, source)
        for loop in way:
            b.store(const(T.I32, self.flow.dispatches[loop].sources.index(source)), self._where[loop])
        b.br(self._toward(way, source))

    def _block(self, block: Block, ret: Instruction) -> None:
        """Emit the reverse of ``block``."""
        b = self._builder = Builder(self._reverse[block], flags=(*FLAGS, *self.request.function_flags))
        if block is self.exit and not self.request.status and ret.operands:
            seed = self._seed(self.adjoints.type_of(ret.operands[0])) if self.halves is None else self.halves.seed
            if seed is not None:
                self.adjoints.add(b, ret.operands[0], seed)
        if block in self._gathers:
            self._hide_rows(block)
        for i in reversed(self.work[block]):
            if i in self.undone:
                b.store(self._lookup(self.undone[i], block), self._lookup(i.operands[1], block), align=alignment(i))
            if i not in self.undone or self.adjoints.has_work(i):
                self.adjoints.emit(b, i, lambda value, block=block: self._lookup(value, block))  # type: ignore[misc]
        phis = [p for p in block.phis if p in self.adjoints.activity.values]
        amounts = [(p, a) for p in phis if (a := self.adjoints.take(b, p)) is not None]
        targets = self.flow.targets[block]
        loop = self.flow.forest.loop_of(block)
        if not targets:
            self._finish(b)
        elif loop is not None and loop.header is block:
            self._header(b, block, loop, amounts)
        elif len(targets) == 1:
            self._edge(b, block, targets[0], amounts)
        else:
            selector = self.flow.selectors[block]
            value = self._lookup(selector.value, block)
            edges = [self._edge_block(block, source, amounts) for source in selector.blocks]
            if value.type is T.I1:
                b.cond_br(value, edges[0], edges[1])
            else:
                b.switch(value, edges[0], list(enumerate(edges))[1:])

    def _header(self, b: Builder, block: Block, loop: Loop, amounts: list[tuple[Instruction, Value]]) -> None:
        """Leave the loop backwards in its first iteration; else go back by one."""
        assert loop.latch is not None and loop.preheader is not None
        count = self._lookup(self.flow.counters[loop], block)
        out = self._edge_block(block, loop.preheader, amounts)
        for gather in self._gathers.get(block, ()):
            pointer = self._lookup(self.adjoints.shadows.of(gather.window.first.operands[0]), block)
            gather.move(b, pointer)
            gather.leave(Builder(out, 0, FLAGS), pointer)
        back = self.function.add_block(f"{block.name}.rev.back")
        b.cond_br(b.icmp("eq", count, const(T.I64, 0)), out, back)
        inner = Builder(back, flags=FLAGS)
        inner.store(inner.sub(count, const(T.I64, 1)), self._counters[loop])
        if loop in self._records:
            record = inner.load(T.PTR, self._records[loop])
            inner.store(inner.load(T.PTR, record), self._records[loop])
        self._edge(inner, block, loop.latch, amounts)

    def _edge_block(self, block: Block, source: Block, amounts: list[tuple[Instruction, Value]]) -> Block:
        edge = self.function.add_block(f"{block.name}.rev.{source.name}")
        self._edge(Builder(edge, flags=FLAGS), block, source, amounts)
        return edge

    def _edge(self, b: Builder, block: Block, source: Block, amounts: list[tuple[Instruction, Value]]) -> None:
        """Hand the adjoints of phis to what came from ``source``, set up the loops that are entered, and go there."""
        for phi, amount in amounts:
            value = phi.incoming(source) if source in phi.blocks else phi.operands[0]
            self.adjoints.add(b, value, amount)
        for loop, count in self.flow.entries.get(block, []):
            b.store(self._lookup_at(count, block, b), self._counters[loop])
            if loop in self._records:
                b.store(self._lookup_at(self.tape.record_exits[block, loop], block, b), self._records[loop])
        self._go(b, block, source)

    def _finish(self, b: Builder) -> None:
        """Store the adjoints of the arguments, close the tape and return."""
        for argument, companion in self.adjoints.shadows.companion.items():
            if not argument.type.is_pointer:
                adjoint = self.adjoints.take(b, argument)
                b.store(self.adjoints.zero(argument) if adjoint is None else adjoint, companion)
        self.tape.close(b)
        if self.halves is not None:
            self.halves.returned = self._returned
            b.ret()
        else:
            b.ret(self._returned)

    def _seed(self, type_: T.Type) -> Value:
        seed = Argument(type_, self.function.unique("seed"))
        self.function.arguments.append(seed)
        self.function.type = T.function(self.function.type.returns, tuple(a.type for a in self.function.arguments))
        return seed

    # Values of the forward sweep in the reverse sweep

    def _lookup(self, value: Value, block: Block) -> Value:
        assert self._builder is not None
        return self._lookup_at(value, block, self._builder)

    def _lookup_at(self, value: Value, block: Block, here: Builder) -> Value:
        """``value`` as it was when ``block`` ran in the iteration that is being reversed, for use ``here``, in the reverse of ``block``."""
        known = self._known(value, block, here)
        pending = [(value, block, here)]
        while known is None:
            wanted, at, b = pending[-1]
            assert isinstance(wanted, Instruction)
            if self._known(wanted, at, b) is None:
                place = self._place(wanted, self.flow.forest.loop_of(wanted.block), at)
                if place is not at:
                    b = Builder.before(self._reverse[place].terminator)
                missing = [v for v in self._inputs(wanted) if self._known(v, place, b) is None]
                if missing:
                    pending += [(v, place, b) for v in missing]
                    continue
                result = self._materialise(b, wanted, place)
                self._memo.setdefault(wanted, []).append((place, result))
            pending.pop()
            known = self._known(value, block, here)
        return known

    def _known(self, value: Value, block: Block, here: Builder) -> Value | None:
        """``value`` where it need not be made: it is free, or was made at a place that this one is always behind."""
        if isinstance(value, (Constant, Argument)):
            return value
        assert isinstance(value, Instruction)
        loop = self.flow.forest.loop_of(value.block)
        if (loop is None or self.flow.counters.get(loop) is not value) and self.values.free(value):
            return value
        tree = self.flow.tree(loop)
        return next((known for place, known in self._memo.get(value, ())
                     if tree.dominates(place, block) and self._visible(place, block, known, here)), None)

    def _visible(self, place: Block, block: Block, known: Value, here: Builder) -> bool:
        """Whether what was made for ``place`` is above ``here``: what stands in a block on an edge is seen only there."""
        return not isinstance(known, Instruction) or known.parent is self._reverse[place] or known.parent is here.block

    def _place(self, value: Instruction, loop: Loop | None, block: Block) -> Block:
        """The outermost place, at or above ``block`` in the reverse sweep, where ``value`` can be made."""
        best = block
        if self.flow.forest.loop_of(block) is loop:
            return block
        for above in self.flow.tree(loop).above(block)[1:]:
            if above not in self.flow.targets:
                continue
            if not self.flow.dominators.dominates(value.block, above):
                break
            if self.flow.forest.depth(above) < self.flow.forest.depth(best):
                best = above
            if self.flow.forest.loop_of(above) is loop:
                break
        return best

    def _inputs(self, value: Instruction) -> list[Value]:
        """What `_materialise` looks up."""
        loop = self.flow.forest.loop_of(value.block)
        if loop is not None and self.flow.counters.get(loop) is value:
            return []
        slot = self.tape.slots.get(value)
        if slot is not None:
            return [slot.base, *slot.sizes, *(self.flow.counters[inner] for inner in slot.loops)] if isinstance(slot, Array) else []
        if value.opcode == "phi" and self.values.induction(value) is not None and loop is not None:
            return [*(self.values.operands(value) or ()), self.flow.counters[loop]]
        return value.arguments if value.opcode == "call" else value.operands

    def _materialise(self, b: Builder, value: Instruction, place: Block) -> Value:
        """Emit ``value``: from its slot, from its loop's counter, or by computing it again. Its `_inputs` are known there."""
        def lookup(operand: Value) -> Value:
            known = self._known(operand, place, b)
            assert known is not None
            return known

        loop = self.flow.forest.loop_of(value.block)
        if loop is not None and self.flow.counters.get(loop) is value:
            return b.load(T.I64, self._counters[loop], f"{value.name}.rev")
        if value in self.tape.slots:
            slot = self.tape.slots[value]
            record = b.load(T.PTR, self._records[slot.loop]) if isinstance(slot, Field) else None
            return self.tape.load(b, value.type, self.tape.address(b, value, lookup, record), f"{value.name}.rev")
        if value.opcode == "phi":
            return self._phi(b, value, loop, lookup)
        operands = [lookup(operand) for operand in (value.arguments if value.opcode == "call" else value.operands)]
        if value.opcode == "call":
            operands.append(value.operands[-1])
        if value in self.quotients:
            flags = FLAGS if value.type.scalar is T.DOUBLE else value.flags
            return b.binary(value.opcode, operands[0], operands[1], f"{value.name}.rev", flags)
        flags = tuple(flag for flag in value.flags if flag == APPROXIMATE) if value.opcode == "call" else value.flags
        return b.insert(Instruction(value.opcode, value.type, operands, flags=flags, extra=dict(value.extra)), f"{value.name}.rev")

    def _phi(self, b: Builder, phi: Instruction, loop: Loop | None, lookup: Lookup) -> Value:
        found = self.values.induction(phi)
        if found is None:
            if len(phi.operands) != 1:
                raise PassError(f"the value %{phi.name} is not available in the reverse sweep", phi)
            return lookup(phi.operands[0])
        assert loop is not None
        count = lookup(self.flow.counters[loop])
        if isinstance(found, PointerInduction):
            step = b.mul(lookup(found.step), const(T.I64, found.scale))
            return b.offset(lookup(found.start), b.mul(count, step), f"{phi.name}.rev")
        assert isinstance(found, Induction)
        moved = b.mul(emit(found.step, b, lookup), count)
        narrow = moved if phi.type is T.I64 else b.cast("trunc", moved, phi.type)
        return b.add(lookup(found.start), narrow, f"{phi.name}.rev")


def _exit(function: Function, aborting: frozenset[Block]) -> Block:
    """The one block that returns successfully."""
    found = [block for block in function.blocks if block.terminator.opcode == "ret" and block not in aborting]
    if len(found) != 1:
        raise PassError(f"a function with {len(found)} blocks that return: one is expected after canonicalisation")
    return found[0]
