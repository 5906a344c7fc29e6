"""Which functions may make their calls of another one at once (`rules.calls.Parallel`), and what their adjoints do about shadows to
which several calls may add. `parallel` writes the derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from irad_passes.analysis.memory import OWN, underlying
from irad_passes.ir import types as T
from irad_passes.ir.model import Argument, Function, Module
from irad_passes.request import Mode
from irad_passes.rules.calls import Parallel, Spread
from irad_passes.rules.memory import PARALLEL, Exposure, Fill, Shared, Tape, Transfer, rule_of
from irad_passes.rules.table import Rule
from irad_passes.transforms.variants import Work

WORD = 8
"""Bytes that each parameter fits in."""


@dataclass(frozen=True)
class Team:
    """``kernel``: the work on the function that is called. ``operands``: for each of its parameters, the number of the parameter that is
    handed on; None for the number of the call. ``copied``: parameters of the kernel of whose shadows each lane has a copy, and the type
    of the floats in it; ``neighbours``: there are others in whose shadows neighbours meet."""

    kernel: Work
    operands: tuple[int | None, ...]
    rule: Parallel
    copied: dict[int, T.Type]
    neighbours: bool


def team(work: Work) -> Team | None:
    """How the calls in a function may run at once; None where they may not, or where it is not known."""
    rule = work.request.rules.get(work.request.function)
    if not isinstance(rule, Spread) or not work.request.inner:
        return None
    calls = [i for i in work.function.instructions() if i.callee == rule.parallel.kernel]
    if len(calls) != 1 or calls[0] not in work.calls or len(work.calls) != 1:
        return None
    call, kernel = calls[0], work.calls[calls[0]]
    operands = tuple(work.primals.index(o) if isinstance(o, Argument) else None for o in call.arguments)
    if operands.count(None) != 1 or any(T.size_of(a.type) > WORD for a in kernel.primals):
        return None
    found = Team(kernel, operands, rule.parallel, {}, False)
    if rule.parallel.apart:  # tangents are where the numbers are that they belong to: what is apart has tangents apart
        return found if work.request.mode is Mode.FORWARD else None
    if not work.request.status or not kernel.request.status or not _apart(found):
        return None
    return _with_shadows(found) if work.request.mode is Mode.REVERSE else found


def together(module: Module) -> dict[str, Rule]:
    """Rows for the functions whose calls `parallel` has written to run at once: in a derivative that is differentiated again."""
    return {function.name: Parallel(kernel, count=0, apart=True) for function in module.functions.values()
            if function.name.endswith(f".{PARALLEL}") and (kernel := kernel_of(function)) is not None}


def kernel_of(function: Function) -> str | None:
    """The function that such a function calls."""
    called = [i.callee for i in function.instructions() if i.opcode == "call"]
    return called[0] if len(called) == 1 else None


def _apart(found: Team) -> bool:
    """Whether calls write only memory that no other call reads or writes, and all that they do is known."""
    kernel = found.kernel
    memory = kernel.memory
    private = {a for a, p, o in zip(kernel.primals, kernel.request.parameters, found.operands, strict=True)
               if o in found.rule.private and p.group >= 0}
    alone = frozenset().union(*(memory.of(a) for a in private if not _group(kernel, a)))
    for writer, objects in memory.accesses.items():
        if not all(o.kind in OWN or o in alone for o in objects):
            target = writer.operands[1 if writer.opcode == "store" else 0]
            if writer.opcode == "call" and not isinstance(rule_of(writer, kernel.request.rules), (Fill, Transfer)):
                return False
            if underlying(target) not in private:
                return False
    if kernel.calls or not all(o.kind in (*OWN, "argument") for o in kernel.activity.objects):
        return False
    for i in kernel.function.instructions():
        rule = rule_of(i, kernel.request.rules)
        unruled = rule is None and i.opcode == "call"
        if unruled or isinstance(rule, (Exposure, Shared, Tape)) or i.opcode in ("atomicrmw", "cmpxchg", "fence"):
            return False
    return True


def _group(kernel: Work, argument: Argument) -> int:
    return kernel.request.parameters[kernel.primals.index(argument)].group


def _with_shadows(found: Team) -> Team | None:
    """The team with what it does about shadows to which several calls may add; None where that is not known."""
    kernel, rule = found.kernel, found.rule
    copied: dict[int, T.Type] = {}
    neighbours = False
    for position, (shadowed, parameter, operand) in enumerate(zip(kernel.shadowed, kernel.request.parameters, found.operands, strict=True)):
        if not shadowed or (operand in rule.private and parameter.group >= 0):
            continue
        if operand in rule.near and parameter.group >= 0:
            neighbours = True
        elif operand in rule.sizes and (float_ := _floats(parameter.element)) is not None:
            copied[position] = float_
        else:
            return None
    return replace(found, copied=copied, neighbours=neighbours)


def _floats(element: str) -> T.Type | None:
    """The type of the floats that an element consists of, where it consists of such of one type."""
    members = set(element.strip("{} ").split(", "))
    return T.DOUBLE if members == {"double"} else T.FLOAT if members == {"float"} else None
