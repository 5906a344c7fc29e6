"""Split the derivative of a function that is called into its halves: the augmented function and the adjoint.

What the reverse half uses of the forward half is in a frame on the tape: arguments and values that always ran are stored there where
the forward half returns; stack slots that both use are in the frame itself.
"""

from __future__ import annotations

from irad_passes.analysis.activity import carries
from irad_passes.errors import Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Block, Constant, Function, Instruction, Value, const
from irad_passes.rules.memory import RESERVE
from irad_passes.transforms.calls import FORWARD, REVERSE, passed
from irad_passes.transforms.forward import export
from irad_passes.transforms.shadow import Shadows
from irad_passes.transforms.variants import Work


class Frame:
    """Hands out the fields of a frame."""

    def __init__(self) -> None:
        self.size = 8  # never empty: its address says that all went well
        self.align = 8

    def add(self, size: int, align: int) -> int:
        """The offset of a new field."""
        at = -(-self.size // align) * align
        self.size, self.align = at + size, max(self.align, align)
        return at


class Halves:
    """The halves of a derivative that is being made, until `split` makes two functions of them.

    Attributes
    ----------
    handle, place
        Arguments of the forward half: the tape, and where the address of the frame belongs.
    seed
        The adjoint of the result, an argument of the reverse half, if there is one.
    start
        The first block of the reverse half.
    returned
        What the forward half returns.
    """

    def __init__(self, work: Work, shadows: Shadows) -> None:
        self.work, self.shadows = work, shadows
        self.function = function = work.function
        self.handle = Argument(T.PTR, function.unique("tape"))
        self.place = Argument(T.PTR, function.unique("frame.place"))
        self.start = Block(function.unique("reverse"), function)
        self.returned: Value | None = None
        returns = function.type.returns
        self.seed = Argument(returns, function.unique("seed")) if carries(returns) else None
        self.parameters: list[Argument] = []
        for argument, also in zip(work.primals, passed(work), strict=True):
            self.parameters += [argument] if also else []
            self.parameters += [shadows.companion[argument]] if argument in shadows.companion else []
        self.parameters += [self.seed] if self.seed is not None else []
        both = {*work.primals, *shadows.map.values()}
        function.arguments = [*(a for a in function.arguments if a in both), self.handle, self.place]
        function.type = T.function(returns, tuple(a.type for a in function.arguments))

    def without_exit(self) -> None:
        """Finish a function that never returns: it has no adjoint."""
        Builder(self.start).unreachable()
        self._export([self.start], {}, Argument(T.PTR, "frame"))

    def split(self, exit_block: Block) -> None:
        """Take the blocks from ``start`` on, which ``exit_block`` goes to, out of the function."""
        function, start = self.function, self.start
        function.blocks.append(start)
        reverse = _from(start)
        own: dict[Value, Argument] = {argument: Argument(argument.type, argument.name) for argument in self.parameters}
        frame_in = Argument(T.PTR, function.unique("frame"))
        frame = Frame()
        below: dict[Value, Value] = {**own, frame_in: frame_in}
        crossing: list[tuple[Value, int]] = []
        slots: list[tuple[Instruction, int]] = []
        entry = Builder(start, 0)

        def brought(value: Value) -> Value:
            """``value`` in the reverse half."""
            if isinstance(value, Instruction) and value.opcode == "alloca":
                offset = frame.add(_bytes(value), _align(value))
                slots.append((value, offset))
                return entry.offset(frame_in, offset, function.unique(value.name))
            offset = frame.add(T.size_of(value.type), T.align_of(value.type))
            crossing.append((value, offset))
            return entry.load(value.type, entry.offset(frame_in, offset), function.unique(value.name))

        for alloca in self._wandering():
            below[alloca] = brought(alloca)
        for block in reverse:
            for i in list(block.instructions):
                for index, operand in enumerate(i.operands):
                    if not isinstance(operand, Constant) and not (isinstance(operand, Instruction) and operand.parent in reverse):
                        if operand not in below:
                            below[operand] = brought(operand)
                        i.set_operand(index, below[operand])
        exit_block.terminator.erase()
        head = Builder(function.entry, 0)
        record = head.call(RESERVE, T.PTR, [self.handle, const(T.I64, frame.size), const(T.I64, frame.align)], "frame")
        for alloca, offset in slots:
            alloca.replace_all_uses_with(head.offset(record, offset, f"{alloca.name}.field"))
            alloca.erase()
        tail = Builder(exit_block)
        for value, offset in crossing:
            tail.store(value, tail.offset(record, offset))
        tail.store(record, self.place)
        tail.ret(self.returned)
        self._export(list(reverse), own, frame_in)

    def _export(self, reverse: list[Block], own: dict[Value, Argument], frame: Argument) -> None:
        arguments = [own.get(a) or a for a in self.parameters] + [frame]
        name = self.work.request.name
        adjoint = Function(name, T.function(T.VOID, tuple(a.type for a in arguments)), arguments)
        adjoint.blocks = [self.start, *(block for block in reverse if block is not self.start)]
        for block in adjoint.blocks:
            block.parent = adjoint
        self.function.blocks = [block for block in self.function.blocks if block.parent is not adjoint]
        export(self.work, self.function, name + FORWARD)
        export(self.work, adjoint, name + REVERSE)

    def _wandering(self) -> list[Instruction]:
        """Stack slots whose address may be kept, or be found in memory; and the shadows of such."""
        memory = self.work.memory
        seen = frozenset().union(*(objects for value, objects in memory.pointees.items()
                                   if isinstance(value, Instruction) and value.opcode in ("phi", "select", "load", "call", "freeze")),
                                 *memory.content.values())
        found = [o.site for o in seen if o.kind == "alloca" and isinstance(o.site, Instruction)]
        shadows = [self.shadows.map[site] for site in found if site in self.shadows.map]
        return [i for i in (*found, *shadows) if isinstance(i, Instruction) and i.opcode == "alloca" and i.parent is not None]


def _from(start: Block) -> dict[Block, None]:
    """The blocks that control gets to from ``start``, in the function's order."""
    seen = {start}
    pending = [start]
    while pending:
        for successor in pending.pop().successors:
            if successor not in seen:
                seen.add(successor)
                pending.append(successor)
    return {block: None for block in start.function.blocks if block in seen}


def _align(alloca: Instruction) -> int:
    align, allocated = alloca.extra.get("align", 1), alloca.extra["allocated"]
    assert isinstance(align, int) and isinstance(allocated, T.Type)
    return max(align, T.align_of(allocated))


def _bytes(alloca: Instruction) -> int:
    count = alloca.operands[0] if alloca.operands else const(T.I64, 1)
    allocated = alloca.extra["allocated"]
    assert isinstance(allocated, T.Type)
    if not isinstance(count, Constant) or count.int_value is None:
        raise Unsupported("stack memory whose size is computed", alloca)
    return T.size_of(allocated) * count.int_value
