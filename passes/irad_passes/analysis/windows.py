"""Stencils: loads that follow each other through an array, so that what one loads in an iteration another loads in the next.

Their adjoints are added to the same places in iterations that follow each other. Kept in a window that moves with the loop, each place
gets all of them at once, when it leaves the window: one addition in memory for an iteration, to places that do not overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from irad_passes.analysis.expr import Expr, as_expr
from irad_passes.analysis.loops import Loop, LoopForest
from irad_passes.analysis.memory import UNKNOWN, Memory, underlying
from irad_passes.analysis.scev import affine
from irad_passes.ir import types as T
from irad_passes.ir.model import Instruction, Value

_WIDEST = 8
"""Places in a window, but one: each is a number that is carried from iteration to iteration."""


@dataclass(frozen=True)
class Window:
    """``places[load]``: how many iterations later than the load ``first`` this one gets to the same place. ``step``: bytes that each
    load moves on in an iteration."""

    first: Instruction
    places: dict[Instruction, int]
    step: int

    @property
    def last(self) -> int:
        return max(self.places.values())


def windows(loop: Loop, work: Iterable[Instruction], memory: Memory, forest: LoopForest) -> list[Window]:
    """The windows of a loop of one block, whose instructions with an adjoint are ``work``: over memory that these only load from."""
    work = list(work)
    others = [i for i in work if i.opcode == "store" or (i.opcode == "call" and any(a.type.is_pointer for a in i.arguments))]
    found: dict[tuple[Value, T.Type, int], list[tuple[Expr, Instruction]]] = {}
    for i in work:
        if i.opcode == "load" and isinstance(i.type, T.FloatType) and (place := _place(i.operands[0], loop, forest)) is not None:
            base, start, step = place
            if abs(step) >= T.size_of(i.type):
                found.setdefault((base, i.type, step), []).append((start, i))
    result = []
    for (_, _, step), loads in found.items():
        if all(i.opcode == "store" and distinct(i.operands[1], loads[0][1].operands[0], memory) for i in others):
            result += _windows(loads, step)
    return result


def _windows(loads: list[tuple[Expr, Instruction]], step: int) -> list[Window]:
    """Windows of loads that move together: those whose distances are whole steps, and few."""
    result = []
    while loads:
        origin = loads[0][0]
        apart = [((start - origin).number, i) for start, i in loads]
        near = {i: d // step for d, i in apart if d is not None and d % step == 0}
        front = max(near.values())
        places = {i: front - d for i, d in near.items() if front - d <= _WIDEST}
        loads = [(start, i) for start, i in loads if i not in places]
        if len(set(places.values())) > 1:
            result.append(Window(next(i for i, place in places.items() if place == 0), places, step))
    return result


def _place(pointer: Value, loop: Loop, forest: LoopForest) -> tuple[Value, Expr, int] | None:
    """``pointer`` as (a base that does not change in ``loop``, bytes from there in the first iteration, bytes in each iteration)."""
    start, step = as_expr(0), as_expr(0)
    while isinstance(pointer, Instruction) and pointer.opcode == "getelementptr" and pointer.block in loop.blocks:
        source = pointer.extra["source_type"]
        index = affine(pointer.operands[1], loop, forest) if len(pointer.operands) == 2 else None
        if index is None or not isinstance(source, T.Type):
            return None
        start += index.start * T.size_of(source)
        step += index.coefficients.get(loop, as_expr(0)) * T.size_of(source)
        pointer = pointer.operands[0]
    if step.number in (None, 0) or (isinstance(pointer, Instruction) and pointer.block in loop.blocks):
        return None
    assert step.number is not None
    return pointer, start, step.number


def distinct(p: Value, q: Value, memory: Memory) -> bool:
    """Whether two pointers, at any one time, point into different objects: also where they are swapped in a loop."""
    seen: set[tuple[Value, Value]] = set()
    pending = [(p, q)]
    while pending:
        a, b = (underlying(pointer) for pointer in pending.pop())
        ours, theirs = memory.of(a), memory.of(b)
        if ours and theirs and UNKNOWN not in ours | theirs and ours.isdisjoint(theirs):
            continue
        if not (isinstance(a, Instruction) and isinstance(b, Instruction) and a.opcode == b.opcode == "phi" and a.block is b.block):
            return False
        if (a, b) not in seen:
            seen |= {(a, b), (b, a)}
            pending += [(a.incoming(block), b.incoming(block)) for block in a.blocks]
    return True
