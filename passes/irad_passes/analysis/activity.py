"""Which values and which memory carry derivatives: varied (they depend on an active input) and useful (an active output depends on them).

Everything else costs nothing: no tangent, no adjoint, no shadow, no tape.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from irad_passes.analysis.memory import UNKNOWN, Memory, Object, Objects
from irad_passes.ir.model import Block, Function, Instruction, Value
from irad_passes.ir.types import ArrayType, StructType, Type
from irad_passes.request import Activity as ParameterActivity
from irad_passes.request import Mode, Request
from irad_passes.rules.inactive import Inactive
from irad_passes.rules.memory import Allocation, Fill, Free, Reallocation, RefCount, Transfer, rule_of
from irad_passes.rules.table import Rule, ScalarRule

COPIES = frozenset({"phi", "select", "freeze", "fpext", "fptrunc", "bitcast", "extractvalue", "insertvalue", "extractelement",
                    "insertelement", "shufflevector"})
"""Opcodes whose result holds (parts of) its operands' values."""


def carries(type_: Type) -> bool:
    """Whether values of this type can hold a derivative: floats, vectors of them, aggregates with some."""
    match type_:
        case ArrayType(element=element):
            return carries(element)
        case StructType(elements=elements):
            return any(map(carries, elements))
    return type_.is_float


def writes_active(i: Instruction, values: Set[Value], objects: Objects, memory: Memory) -> bool:
    """Whether a store writes an active value (unless it is into memory of the function's own that nobody reads it from), or other
    floats over memory that may hold some, or bits over memory that does."""
    value, pointer = i.operands
    if value in values or value.type.is_pointer:
        targets = memory.of(pointer)
        unread = bool(targets) and all(o.kind in ("allocation", "data", "alloca") for o in targets) and objects.isdisjoint(targets)
        return value in values and not unread
    return not objects.isdisjoint(memory.of(pointer) if carries(value.type) else memory.of(pointer) - {UNKNOWN})


def _opaque(i: Instruction, rule: Rule | None) -> bool:
    """Whether nothing is known of what ``i`` does with what it is given, or to whom the memory that it moves belongs."""
    return (rule is None or isinstance(rule, Reallocation)) and i.opcode in ("call", "invoke", "atomicrmw", "cmpxchg")


@dataclass(frozen=True)
class Activity:
    """What carries derivatives.

    Attributes
    ----------
    values, objects
        Active SSA values; memory that holds active values.
    shadowed
        Memory that needs a shadow: active, or reached through a pointer that may also point to active memory.
    pointers
        Pointer values that need a shadow pointer.
    varied, varied_objects
        What depends on an active input, whether or not an output depends on it.
    mirrored
        Writes that happen to the shadow as they happen to the memory: of pointers, whose shadows are pointers, and of what a
        destructor reads.
    """

    values: frozenset[Value]
    objects: Objects
    shadowed: Objects
    pointers: frozenset[Value]
    varied: frozenset[Value]
    varied_objects: Objects
    mirrored: frozenset[Instruction]

    def opaque(self, i: Instruction, rule: Rule | None, memory: Memory) -> bool:
        """Whether ``i`` is an instruction without a rule that takes, makes or can reach something active."""
        return _opaque(i, rule) and (i in self.values or any(
            v in self.values or self.touches(memory.reachable(memory.of(v))) for v in i.operands))

    def touches(self, objects: Objects) -> bool:
        """Whether an access to these objects is active."""
        return not self.objects.isdisjoint(objects)


def activity(function: Function, request: Request, memory: Memory, aborting: frozenset[Block]) -> Activity:
    """Run the two data-flow analyses, then find the pointers that need shadows. What the ``aborting`` blocks compute is never active."""
    flow = _Flow(function, request, memory, aborting)
    varied, varied_objects = flow.forward()
    useful, useful_objects = flow.backward(varied)
    values = frozenset(varied & useful)
    objects = frozenset(varied_objects & useful_objects)
    pointers, shadowed, mirrored = _shadows(function, request, memory, values, objects)
    return Activity(values, objects, shadowed, pointers, frozenset(varied), frozenset(varied_objects), mirrored)


class _Flow:
    def __init__(self, function: Function, request: Request, memory: Memory, aborting: frozenset[Block]) -> None:
        self.memory = memory
        self.request = request
        self.function = function
        self.duplicated = frozenset().union(*(memory.of(a) for a, p in zip(function.arguments, request.parameters, strict=True)
                                              if p.activity is ParameterActivity.DUPLICATED))
        self.instructions = [(i, rule_of(i, request.rules)) for block in function.blocks if block not in aborting
                             for i in block.instructions]
        self.unseen_floats = any(
            i.opcode in ("load", "store") and UNKNOWN in memory.of(i.operands[-1])
            and carries(i.type if i.opcode == "load" else i.operands[0].type) for i, _ in self.instructions)

    def _known(self) -> set[Object]:
        """Memory that is varied and useful from the start: what has a shadow, and unseen memory where floats are read or written."""
        return {*self.duplicated, *({UNKNOWN} if self.duplicated and self.unseen_floats else ())}

    def forward(self) -> tuple[set[Value], set[Object]]:
        values: set[Value] = {a for a, p in zip(self.function.arguments, self.request.parameters, strict=True)
                              if p.activity is ParameterActivity.ACTIVE}
        objects: set[Object] = self._known()
        changed = True
        while changed:
            size = len(values), len(objects)
            for i, rule in self.instructions:
                if i.opcode == "store":
                    if i.operands[0] in values:
                        objects |= self.memory.of(i.operands[1])
                elif isinstance(rule, Transfer):
                    if not objects.isdisjoint(self.memory.of(i.operands[1])):
                        objects |= self.memory.of(i.operands[0])
                elif _opaque(i, rule):
                    reached = self._reached(i)
                    if not objects.isdisjoint(reached) or any(v in values for v in i.operands):
                        objects |= reached
                        if carries(i.type):
                            values.add(i)
                elif i not in values and self._varies(i, rule, values, objects):
                    values.add(i)
            changed = size != (len(values), len(objects))
        return values, objects

    def _varies(self, i: Instruction, rule: Rule | None, values: set[Value], objects: set[Object]) -> bool:
        if not carries(i.type) or isinstance(rule, Inactive):
            return False
        if i.opcode == "load":
            return not objects.isdisjoint(self.memory.of(i.operands[0]))
        if i.opcode in COPIES or isinstance(rule, ScalarRule):
            return any(o in values for o in i.operands)
        return any(o in values for o in i.operands)

    def _reached(self, i: Instruction) -> Objects:
        """Memory that a call without a rule can get at."""
        return self.memory.reachable(frozenset().union(*map(self.memory.of, i.operands)))

    def backward(self, varied: set[Value]) -> tuple[set[Value], set[Object]]:
        values: set[Value] = set()
        objects: set[Object] = self._known()
        if self.request.mode is Mode.FORWARD:
            outputs = set(self.duplicated)
            pending = list(outputs)
            while pending:
                for inner in self.memory.content.get(pending.pop(), ()):
                    if inner not in outputs and inner is not UNKNOWN:
                        outputs.add(inner)
                        pending.append(inner)
            objects |= outputs
        changed = True
        backwards = self.instructions[::-1]
        while changed:
            size = len(values), len(objects)
            for i, rule in backwards:
                if i.opcode == "store":
                    if i.operands[0] in varied and not objects.isdisjoint(self.memory.of(i.operands[1])):
                        values.add(i.operands[0])
                elif isinstance(rule, Transfer):
                    if not objects.isdisjoint(self.memory.of(i.operands[0])):
                        objects |= self.memory.of(i.operands[1])
                elif i.opcode == "ret":
                    if not self.request.status:
                        values.update(o for o in i.operands if o in varied)
                elif _opaque(i, rule):
                    values.update(o for o in i.operands if o in varied)
                    objects |= self._reached(i)
                    if i in varied:
                        values.add(i)
                elif i in values:
                    if i.opcode == "load":
                        objects |= self.memory.of(i.operands[0])
                    else:
                        values.update(o for o in i.operands if o in varied)
            changed = size != (len(values), len(objects))
        return values, objects


def _shadows(function: Function, request: Request, memory: Memory, values: frozenset[Value],
             objects: Objects) -> tuple[frozenset[Value], Objects, frozenset[Instruction]]:
    """Pointers that need a shadow pointer, found backwards from the active accesses; what they point to; the writes to mirror."""
    pointers: set[Value] = set()
    pending: list[Value] = []

    def need(pointer: Value) -> None:
        if pointer not in pointers and pointer.type.is_pointer:
            pointers.add(pointer)
            pending.append(pointer)

    moves: list[tuple[Instruction, list[Value], Objects, Objects]] = []  # writes of pointers: their operands, target, what these point to
    others: list[Instruction] = []
    counted: dict[Instruction, Value] = {}
    destroyed: set[Object] = set()  # what a destructor reads
    for i in function.instructions():
        rule = rule_of(i, request.rules)
        if isinstance(rule, Allocation) and rule.destructor is not None and request.mode is Mode.FORWARD:
            destroyed |= memory.inside(memory.of(i))
        if i.opcode == "load" and i in values:
            need(i.operands[0])
        elif i.opcode == "store":
            if writes_active(i, values, objects, memory):
                need(i.operands[1])
            pointees = memory.of(i.operands[0])
            if i.operands[0].type.is_pointer and pointees:
                moves.append((i, i.operands, memory.of(i.operands[1]), pointees))
            elif not carries(i.operands[0].type):
                others.append(i)
        elif isinstance(rule, (Fill, Transfer)):
            if not objects.isdisjoint(memory.of(i.operands[0])):
                need(i.operands[0])
                if isinstance(rule, Transfer) and not objects.isdisjoint(memory.of(i.operands[1])):
                    need(i.operands[1])
            ends = i.operands[:1 if isinstance(rule, Fill) else 2]
            moves.append((i, ends, memory.of(ends[0]), memory.inside(memory.of(ends[-1]))))
        elif isinstance(rule, (RefCount, Free)):
            counted[i] = i.operands[rule.operand if isinstance(rule, RefCount) else 0]
    shadowed: set[Object] = set()
    mirrors: set[Instruction] = set()
    mirrored = frozenset(o for a, p in zip(function.arguments, request.parameters, strict=True)
                         if p.activity is ParameterActivity.DUPLICATED for o in memory.of(a))
    while True:
        while pending:
            pointer = pending.pop()
            shadowed |= memory.of(pointer)
            if isinstance(pointer, Instruction):
                match pointer.opcode:
                    case "getelementptr" | "freeze" | "addrspacecast" | "bitcast" | "load":
                        need(pointer.operands[0])
                    case "phi":
                        for operand in pointer.operands:
                            need(operand)
                    case "select":
                        need(pointer.operands[1])
                        need(pointer.operands[2])
        before = len(pointers)
        loaded = frozenset().union(*(memory.of(p.operands[0]) for p in pointers if isinstance(p, Instruction) and p.opcode == "load"))
        for i, operands, target, pointees in moves:
            handed_out = (request.mode is Mode.FORWARD and i.opcode == "store"
                          and not target.isdisjoint(mirrored))  # the caller gets the shadow, too
            read = not target.isdisjoint(loaded) or not target.isdisjoint(destroyed)
            if handed_out or (read and not pointees.isdisjoint(objects | shadowed)):
                for operand in operands:
                    need(operand)
                mirrors.add(i)
        for i in others:
            if not memory.of(i.operands[1]).isdisjoint(destroyed & shadowed):
                need(i.operands[1])
                mirrors.add(i)
        if request.mode is Mode.FORWARD:
            for i in counted:
                header = counted[i]
                if not memory.of(header).isdisjoint(shadowed):
                    need(header)
        for o in list(shadowed):
            if o.kind == "data" and o.site is not None and o.site not in pointers:
                need(o.site)
        if len(pointers) == before and not pending:
            return frozenset(pointers), frozenset(shadowed), frozenset(mirrors)
