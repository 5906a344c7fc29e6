"""What reverse mode does with each instruction of a function, for people who ask where its memory and its time go.

Runs the passes up to the sweep and looks at what the sweep has decided. Nothing is emitted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from irad_passes.analysis.expr import Expr, Operation
from irad_passes.analysis.loops import Loop
from irad_passes.ir import types as T
from irad_passes.ir.model import Argument, Function, Instruction, Value
from irad_passes.pipeline import PASSES, begin, sweep_of
from irad_passes.request import Request
from irad_passes.rules.inactive import Inactive
from irad_passes.rules.memory import Allocation, rule_of
from irad_passes.rules.table import ScalarRule
from irad_passes.transforms.reverse import Reverse
from irad_passes.transforms.tape import Stack

_VAGUE = re.compile(r"^(!\d+) = (?:distinct )?!DILocation\(line: 0,", re.M)


@dataclass(frozen=True)
class Trips:
    """How often a loop's body runs each time the loop is entered. ``count`` is None where that is known only when it has run;
    ``locations`` are those of the instructions in the loop."""

    locations: frozenset[str]
    count: Expr | None


@dataclass(frozen=True)
class Taped:
    """``bytes`` on the tape for each iteration of the innermost of ``loops``, which are given from the outside in; where there is a
    ``callee``, so many times what a call of that function keeps."""

    location: str
    bytes: int
    loops: tuple[Trips, ...]
    callee: str = ""


@dataclass(frozen=True)
class Noted:
    """Something about an instruction: the name of a rule, what makes a kink."""

    location: str
    what: str


@dataclass(frozen=True)
class Report:
    """What `report` finds. A location is the number of an LLVM debug location ("!17") in ``metadata``, or "".

    Attributes
    ----------
    active
        Instructions that carry derivatives.
    taped
        Values that the forward sweep keeps.
    recomputed
        Values that the reverse sweep computes again.
    temporaries
        Arrays that the function allocates for itself: they stay until the reverse sweep has passed, with their shadows.
    rules
        Functions that have a rule.
    kinks
        Places at which the derivative jumps.
    parameters
        Names of the function's parameters in `Trips.count`.
    metadata
        The text that says what the locations are.
    """

    active: tuple[str, ...]
    taped: tuple[Taped, ...]
    recomputed: tuple[str, ...]
    temporaries: tuple[str, ...]
    rules: tuple[Noted, ...]
    kinks: tuple[Noted, ...]
    parameters: tuple[str, ...]
    metadata: str


def report(text: str, request: Request) -> Report:
    """What a reverse sweep does; the arguments and errors are those of `pipeline.differentiate`."""
    work = begin(text, request)
    for step in PASSES:
        if step.name == "derive":
            break
        step.run(work)
    parameters, metadata = tuple(argument.name for argument in work.function.arguments), "\n".join(work.module.trailer)
    _forget_vague_locations(work.function, metadata)
    sweep = sweep_of(work)
    assert isinstance(sweep, Reverse), "a report is about reverse mode"
    if work.function.entry in sweep.aborting:
        return Report((), (), (), (), (), (), parameters, metadata)
    temporaries = tuple(_location(i) for i in work.function.instructions()
                        if isinstance(rule_of(i, request.rules), Allocation) and i.block not in sweep.aborting)
    sweep.prepare()
    active = [i for i in work.function.instructions() if sweep.adjoints.has_work(i) and i.block not in sweep.aborting]
    rules, kinks = _rules(sweep, active)
    return Report(tuple(map(_location, active)), tuple(_taped(sweep)), tuple(map(_location, _recomputed(sweep))),
                  temporaries, tuple(rules), tuple(kinks), parameters, metadata)


def _taped(sweep: Reverse) -> list[Taped]:
    """What is kept in loops; the few values outside of them are on the stack."""
    found = []
    for value, slot in sweep.tape.slots.items():
        assert isinstance(value, Instruction)
        if isinstance(slot, Stack):
            continue
        found.append(_taped_in(sweep, value, T.size_of(value.type)))
    found += [replace(_taped_in(sweep, call, 1), callee=work.request.function) for call, work in sweep.context.calls.items()]
    return found + [_taped_in(sweep, record, T.size_of(T.PTR)) for record in sweep.tape.records.values()]  # its link to the one before


def _taped_in(sweep: Reverse, value: Instruction, size: int) -> Taped:
    return Taped(_location(value), size, tuple(_trips(sweep, loop) for loop in sweep.flow.forest.around(value.block)))


def _trips(sweep: Reverse, loop: Loop) -> Trips:
    where = frozenset(str(i.extra["location"]) for block in loop.blocks for i in block.instructions if "location" in i.extra)
    count = sweep.flow.expressions.get(loop)
    if count is None or not all(isinstance(leaf, Argument) for leaf in count.leaves()):
        return Trips(where, None)
    return Trips(where, _if_entered(count + 1))


def _if_entered(count: Expr) -> Expr:
    """A trip count without "but 1 at least": where a loop is entered, its body runs."""
    match count.atom:
        case Operation(name="smax" | "umax", operands=(some, other)) if other.number == 1:
            return some
    return count


def _recomputed(sweep: Reverse) -> list[Instruction]:
    """What the reverse sweep makes again: all that is between what it needs and what it has."""
    found: dict[Instruction, None] = {}
    pending: list[Value] = list(sweep.needed)
    while pending:
        value = pending.pop()
        if not isinstance(value, Instruction) or value in found or value in sweep.plan.kept or sweep.values.free(value):
            continue
        found[value] = None
        pending += sweep.values.operands(value) or ()
    return [i for i in found if i.type.is_float]


def _rules(sweep: Reverse, active: list[Instruction]) -> tuple[list[Noted], list[Noted]]:
    """The functions among the active instructions, and what makes the derivative jump."""
    rules, kinks = [], []
    varied = sweep.adjoints.activity.varied
    for i in active:
        rule = rule_of(i, sweep.request.rules)
        if isinstance(rule, ScalarRule):
            if i.opcode == "call":
                rules.append(Noted(_location(i), rule.name))
            if rule.kink:
                kinks.append(Noted(_location(i), rule.name))
    for i in sweep.function.instructions():
        rule = rule_of(i, sweep.request.rules)
        if i.block in sweep.aborting or not any(operand in varied for operand in i.operands):
            continue
        if i.opcode == "fcmp":
            kinks.append(Noted(_location(i), "comparison"))
        elif isinstance(rule, Inactive) and i.opcode == "call" and i.type is not T.VOID:
            (rules if i.callee in sweep.request.rules else kinks).append(Noted(_location(i), rule.name))  # what a front end holds constant
    return rules, kinks


def _location(i: Instruction) -> str:
    """Where an instruction comes from; what has no location, such as a phi, is where its block goes on."""
    instructions = i.block.instructions
    at = instructions.index(i)
    near = [*instructions[at:], *reversed(instructions[:at])]
    return next((str(j.extra["location"]) for j in near if "location" in j.extra), "")


def _forget_vague_locations(function: Function, metadata: str) -> None:
    """Take away locations that say no line."""
    vague = set(_VAGUE.findall(metadata))
    for i in function.instructions():
        if i.extra.get("location") in vague:
            del i.extra["location"]
