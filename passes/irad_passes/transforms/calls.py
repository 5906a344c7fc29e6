"""Reverse mode of calls: the forward sweep calls the augmented function, the reverse sweep its adjoint. `split` makes the two.

The augmented function takes the parameters of the function, each followed by its shadow if it has one, the handle of the tape, and
a place where it leaves the address of its frame: what it keeps for its adjoint, on the tape. It returns what the function returns.
The adjoint takes the pointers through which it may read the primal's memory, the shadows, for each active float a place
for its adjoint, the adjoint of the result if there is one, and the frame.
"""

from __future__ import annotations

from collections.abc import Iterator

from irad_passes.analysis.activity import carries
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Block, Instruction, Value, const, global_ref
from irad_passes.request import Activity, Parameter
from irad_passes.rules.calls import Defined
from irad_passes.rules.memory import CHECK
from irad_passes.transforms.lower_tape import OUT_OF_MEMORY
from irad_passes.transforms.shadow import Shadows
from irad_passes.transforms.tape import Lookup, Tape
from irad_passes.transforms.variants import Work

FORWARD, REVERSE = ".forward", ".reverse"
"""Behind the name of a derivative in reverse mode: its halves."""


def passed(work: Work) -> tuple[bool, ...]:
    """Which parameters the adjoint of ``work`` takes too: pointers to memory that is read, and still holds what it held."""
    rule = work.request.rules[work.request.function]
    assert isinstance(rule, Defined)
    if work.own:
        return (False,) * len(work.primals)
    return tuple(argument.type.is_pointer and not parameter.overwritten and index in rule.summary.reads for index, (argument, parameter)
                 in enumerate(zip(work.primals, work.request.parameters, strict=True)))


class Calls:
    """The calls in one function that have an adjoint."""

    def __init__(self, work: Work, shadows: Shadows, start: Block) -> None:
        self._callees = work.calls
        self._shadows = shadows
        self._start = start
        self._frames: dict[Instruction, Instruction] = {}
        self._operands: dict[Instruction, list[Value]] = {}
        self._entry = work.function.entry

    def __contains__(self, i: Instruction) -> bool:
        return i in self._callees

    def augment(self, tape: Tape) -> None:
        """Make all calls call the augmented functions. The shadows are there."""
        for i, callee in self._callees.items():
            handle = tape.handle
            self._operands[i] = list(i.arguments)
            slot = Builder(self._entry, 0).alloca(T.PTR, f"{i.name or 'call'}.slot")
            operands: list[Value] = []
            for operand, shadowed in zip(self._operands[i], callee.shadowed, strict=True):
                operands += [operand, self._shadow(callee, operand)] if shadowed else [operand]
            Builder.before(i).store(const(T.PTR, 0), slot)
            i.become("call", [*operands, handle, slot, global_ref(callee.request.name + FORWARD)], {})
            b = Builder.behind(i)
            self._frames[i] = frame = b.load(T.PTR, slot, f"{i.name or 'call'}.frame")
            failed = b.icmp("eq", i, const(T.I32, OUT_OF_MEMORY)) if callee.request.status else b.icmp("eq", frame, const(T.PTR, 0))
            b.call(CHECK, T.VOID, [handle, failed])

    def _shadow(self, callee: Work, operand: Value) -> Value:
        return self._shadows.or_null(operand) if callee.own else self._shadows.of(operand)

    def needs(self, i: Instruction) -> Iterator[Value]:
        """Values of the forward sweep that the adjoint of ``i`` reads."""
        callee = self._callees[i]
        for operand, shadowed, primal in zip(self._operands[i], callee.shadowed, passed(callee), strict=True):
            if primal:
                yield operand
            if shadowed:
                yield self._shadow(callee, operand)
        yield self._frames[i]

    def emit(self, b: Builder, i: Instruction, seed: Value | None, lookup: Lookup) -> list[tuple[Value, Value]]:
        """Emit the call of the adjoint; return what it adds to the adjoints of which operands."""
        callee = self._callees[i]
        operands: list[Value] = []
        adjoints: list[tuple[Value, Instruction]] = []
        parameters: list[Parameter] = list(callee.request.parameters)
        for operand, parameter, shadowed, primal in zip(self._operands[i], parameters, callee.shadowed, passed(callee), strict=True):
            if primal:
                operands.append(lookup(operand))
            if shadowed:
                operands.append(lookup(self._shadow(callee, operand)))
            elif parameter.activity is Activity.ACTIVE:
                place = Builder(self._start, 0).alloca(operand.type, f"{operand.name}.place")
                if self._start is b.block:
                    b.index += 1
                adjoints.append((operand, place))
                operands.append(place)
        if seed is not None:
            operands.append(seed)
        b.call(callee.request.name + REVERSE, T.VOID, [*operands, lookup(self._frames[i])])
        return [(operand, b.load(operand.type, place, f"{operand.name}.bar")) for operand, place in adjoints if carries(operand.type)]
