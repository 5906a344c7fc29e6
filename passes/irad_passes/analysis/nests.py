"""Nests of counted loops whose iterations can be counted in front of the outermost, so that one array holds a value of them all."""

from __future__ import annotations

from irad_passes.analysis.expr import emit
from irad_passes.analysis.loops import Loop, is_invariant
from irad_passes.analysis.reversal import Reversal
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Value, const

Guard = tuple[Value, bool]
"""A condition, and what it has to be."""


def hoistable_nest(flow: Reversal, loop: Loop) -> list[Loop]:
    """The loops around and with ``loop``, outermost first, whose trip counts and guards are all known in front of the first."""
    nest = [loop]
    fixed: list[Value] = []
    while True:
        inner, outer = nest[0], nest[0].parent
        found = guards(flow, inner)
        if outer is None or outer not in flow.expressions or found is None:
            return nest
        fixed += [*flow.expressions[inner].leaves(), *(condition for condition, _ in found)]
        if not all(is_invariant(value, outer) for value in fixed):
            return nest
        nest.insert(0, outer)


def trip_count(flow: Reversal, b: Builder, loop: Loop, outermost: bool) -> Value:
    """Emit how many times the header of ``loop`` runs; in front of an outer loop: 0 where a guard keeps it from running."""
    one = const(T.I64, 1)
    name = f"{loop.header.name}.trips"
    if outermost:
        return b.add(flow.counts[loop], one, name)
    number = b.add(emit(flow.expressions[loop], b), one, name)
    for condition, wanted in guards(flow, loop) or []:
        nothing = const(T.I64, 0)
        number = b.select(condition, number, nothing, name) if wanted else b.select(condition, nothing, number, name)
    return number


def guards(flow: Reversal, loop: Loop) -> list[Guard] | None:
    """Conditions in the loop around ``loop`` under which an iteration enters it; None where they are no plain branches."""
    outer, block = loop.parent, loop.preheader
    if outer is None or block is None:
        return None
    found: list[Guard] = []
    preheader = block
    while block is not outer.header:
        above = flow.dominators.idom[block]
        assert above is not None
        branch = above.terminator
        inside = {target for target in branch.blocks if target in flow.graph.predecessors}
        if len(inside) > 1 and flow.forest.loop_of(above) is outer:
            sides = [target for target in inside
                     if flow.graph.predecessors[target] == [above] and flow.dominators.dominates(target, preheader)]
            if sides:
                if branch.opcode != "br":
                    return None
                found.append((branch.operands[0], branch.blocks[0] is sides[0]))
        block = above
    return found
