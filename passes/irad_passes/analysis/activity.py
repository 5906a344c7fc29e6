"""Which values and which memory carry derivatives: varied (they depend on an active input) and useful (an active output depends on them).

Everything else costs nothing: no tangent, no adjoint, no shadow, no tape.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from irad_passes.analysis.memory import OWN, UNKNOWN, Memory, Object, Objects, held
from irad_passes.ir.model import Block, Constant, Function, Instruction, Value
from irad_passes.ir.types import I1, ArrayType, IntType, StructType, Type
from irad_passes.request import Activity as ParameterActivity
from irad_passes.request import Mode, Request
from irad_passes.rules.calls import RETURN, Defined, Place
from irad_passes.rules.inactive import Inactive
from irad_passes.rules.memory import Allocation, Exposure, Fill, Free, Reallocation, RefCount, Transfer, rule_of
from irad_passes.rules.table import Rule

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
        unread = bool(targets) and all(o.kind in OWN for o in targets) and objects.isdisjoint(targets)
        return value in values and not unread
    return not objects.isdisjoint(memory.of(pointer) if carries(value.type) else memory.of(pointer) - {UNKNOWN})


def _opaque(i: Instruction, rule: Rule | None) -> bool:
    """Whether nothing is known of what ``i`` does with what it is given, or to whom the memory that it moves belongs."""
    return (rule is None or isinstance(rule, (Exposure, Reallocation))) and i.opcode in ("call", "invoke", "atomicrmw", "cmpxchg")


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
    calls
        The calls of functions of the module that have a derivative, and how each parameter takes part in it.
    """

    values: frozenset[Value]
    objects: Objects
    shadowed: Objects
    pointers: frozenset[Value]
    varied: frozenset[Value]
    varied_objects: Objects
    mirrored: frozenset[Instruction]
    calls: dict[Instruction, tuple[ParameterActivity, ...]]

    def opaque(self, i: Instruction, rule: Rule | None, memory: Memory) -> bool:
        """Whether ``i`` is an instruction without a rule that takes, makes or can reach something active."""
        return _opaque(i, rule) and (i in self.values or any(
            v in self.values or self.touches(memory.reachable(memory.of(v))) for v in i.operands))

    def touches(self, objects: Objects) -> bool:
        """Whether an access to these objects is active."""
        return not self.objects.isdisjoint(objects)


Shadowed = Callable[[Instruction, tuple[ParameterActivity, ...]], Sequence[bool]]
"""From a call, and how its parameters take part, to the parameters for which the derivative of the callee wants a shadow."""


def activity(function: Function, request: Request, memory: Memory, aborting: frozenset[Block],
             shadowed: Shadowed = lambda call, parameters: (), functions: Container[str] = ()) -> Activity:
    """Run the two data-flow analyses, then find the pointers that need shadows. What the ``aborting`` blocks compute is never active.

    ``functions``: the names of the module's functions.
    """
    flow = Flow(function, request.rules, memory, aborting)
    known = _known(function, request, flow)
    varied, varied_objects = flow.spread({a for a, p in zip(function.arguments, request.parameters, strict=True)
                                          if p.activity is ParameterActivity.ACTIVE}, set(known))
    useful, useful_objects = flow.gather(varied, known | (_outputs(function, request, memory) - {UNKNOWN}), returned=not request.status)
    values = frozenset(varied & useful)
    objects = frozenset(varied_objects & useful_objects)
    calls: dict[Instruction, tuple[ParameterActivity, ...]] = {}
    pointers, behind, mirrored = _shadows(function, request, memory, values, objects, aborting, calls, shadowed, functions)
    return Activity(values, objects, behind, pointers, frozenset(varied), frozenset(varied_objects), mirrored, calls)


def _known(function: Function, request: Request, flow: Flow) -> set[Object]:
    """Memory that is varied and useful from the start: what has a shadow, and unseen memory where floats are read or written."""
    duplicated = duplicates(function, request, flow.memory)
    return {*duplicated, *({UNKNOWN} if duplicated and flow.unseen_floats else ())}


def duplicates(function: Function, request: Request, memory: Memory) -> Objects:
    """The memory of parameters that are duplicated."""
    return frozenset().union(*(memory.of(a) for a, p in zip(function.arguments, request.parameters, strict=True)
                               if p.activity is ParameterActivity.DUPLICATED))


def hands_out(request: Request) -> bool:
    """Whether the shadows of what the function leaves in duplicated memory are left in its shadow."""
    return request.mode is Mode.FORWARD or request.inner


def _outputs(function: Function, request: Request, memory: Memory) -> Objects:
    """Memory that a caller reaches through duplicated memory, where it gets the shadow too."""
    return memory.reachable(duplicates(function, request, memory)) if hands_out(request) else frozenset()


class Flow:
    """The data flow of one function. With ``bits``, integers count as floats: they may be copies of some."""

    def __init__(self, function: Function, rules: Mapping[str, Rule], memory: Memory, aborting: frozenset[Block], *,
                 bits: bool = False) -> None:
        self.memory = memory
        self.bits = bits
        self.instructions = [(i, rule_of(i, rules)) for block in function.blocks if block not in aborting for i in block.instructions]
        self.unseen_floats = any(
            i.opcode in ("load", "store") and UNKNOWN in memory.of(i.operands[-1])
            and carries(i.type if i.opcode == "load" else i.operands[0].type) for i, _ in self.instructions) or any(
            isinstance(rule, Defined) and UNKNOWN in self._all(i, rule, rule.summary.reads | rule.summary.writes)
            for i, rule in self.instructions)

    def _all(self, i: Instruction, rule: Defined, places: Iterable[Place]) -> Objects:
        return frozenset().union(*(self.memory.at(i, rule, place) for place in places))

    def spread(self, values: set[Value], objects: set[Object]) -> tuple[set[Value], set[Object]]:
        """What depends on these values, and on what is in these objects: they are added to."""
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
                elif isinstance(rule, Defined):
                    for source, target in rule.summary.depends:
                        if self._goes_in(i, rule, source, values, objects):
                            objects |= self.memory.at(i, rule, target)
                            if target == RETURN and self._carries(i.type):
                                values.add(i)
                elif _opaque(i, rule):
                    reached = self._reached(i)
                    if not objects.isdisjoint(reached) or any(v in values for v in i.operands):
                        objects |= reached
                        if self._carries(i.type):
                            values.add(i)
                elif i not in values and self._varies(i, rule, values, objects):
                    values.add(i)
            changed = size != (len(values), len(objects))
        return values, objects

    def _goes_in(self, i: Instruction, rule: Defined, source: Place, values: Set[Value], objects: Set[Object]) -> bool:
        return (isinstance(source, int) and i.operands[source] in values) or not self.memory.at(i, rule, source).isdisjoint(objects)

    def _carries(self, type_: Type) -> bool:
        return carries(type_) or (self.bits and isinstance(type_.scalar, IntType) and type_.scalar is not I1)

    def _varies(self, i: Instruction, rule: Rule | None, values: set[Value], objects: set[Object]) -> bool:
        if not self._carries(i.type) or isinstance(rule, Inactive):
            return False
        if i.opcode == "load":
            return not objects.isdisjoint(self.memory.of(i.operands[0]))
        return any(o in values for o in i.operands)

    def _reached(self, i: Instruction) -> Objects:
        """Memory that a call without a rule can get at."""
        return self.memory.reachable(frozenset().union(*map(self.memory.of, i.operands)))

    def gather(self, varied: set[Value], objects: set[Object], *, returned: bool) -> tuple[set[Value], set[Object]]:
        """Of what is varied, what these objects depend on, and what is ``returned``; and the memory that they depend on."""
        values: set[Value] = set()
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
                elif isinstance(rule, Defined):
                    for source, target in rule.summary.depends:
                        if (target == RETURN and i in values) or not objects.isdisjoint(self.memory.at(i, rule, target)):
                            objects |= self.memory.at(i, rule, source)
                            if isinstance(source, int) and i.operands[source] in varied:
                                values.add(i.operands[source])
                elif i.opcode == "ret":
                    if returned:
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


def _shadows(function: Function, request: Request, memory: Memory, values: frozenset[Value], objects: Objects, aborting: frozenset[Block],
             calls: dict[Instruction, tuple[ParameterActivity, ...]],
             shadowed_by: Shadowed, functions: Container[str]) -> tuple[frozenset[Value], Objects, frozenset[Instruction]]:
    """Pointers that need a shadow pointer, found backwards from the active accesses; what they point to; the writes to mirror. The
    ``calls`` that need a derivative are added."""
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
    defined: list[tuple[Instruction, Defined]] = []
    puts: list[tuple[Value, Objects, Objects]] = []  # what a callee writes pointers through, its target, and what these point to
    for i in function.instructions():
        rule = rule_of(i, request.rules)
        if isinstance(rule, Allocation) and rule.destructor is not None and request.mode is Mode.FORWARD:
            destroyed |= held(i, request.rules, memory)
        if i.opcode == "load" and i in values:
            need(i.operands[0])
        elif i.opcode == "store":
            if writes_active(i, values, objects, memory):
                need(i.operands[1])
            pointees = memory.of(i.operands[0])
            if address := i.operands[0].type.is_pointer and pointees:
                moves.append((i, i.operands, memory.of(i.operands[1]), pointees))
            if not carries(i.operands[0].type) and (not address or _is_function(i.operands[0], functions)):
                others.append(i)
        elif isinstance(rule, (Fill, Transfer)):
            if not objects.isdisjoint(memory.of(i.operands[0])):
                need(i.operands[0])
                if isinstance(rule, Transfer) and not objects.isdisjoint(memory.of(i.operands[1])):
                    need(i.operands[1])
            ends = i.operands[:1 if isinstance(rule, Fill) else 2]
            moves.append((i, ends, memory.of(ends[0]), memory.inside(memory.of(ends[-1]))))
        elif isinstance(rule, Defined) and i.block not in aborting:
            defined.append((i, rule))
            for place, what in rule.summary.puts.items():
                if isinstance(place, int):
                    puts.append((i.arguments[place], memory.at(i, rule, place), frozenset().union(*(memory.at(i, rule, p) for p in what))))
        elif isinstance(rule, (RefCount, Free)):
            counted[i] = i.operands[rule.operand if isinstance(rule, RefCount) else 0]
    shadowed: set[Object] = set()
    mirrors: set[Instruction] = set()
    mirrored = _outputs(function, request, memory) - {UNKNOWN}
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
        loaded = frozenset({UNKNOWN} if request.inner else ()).union(
            *(memory.of(p.operands[0]) for p in pointers if isinstance(p, Instruction) and p.opcode == "load"),
            *(memory.reachable(memory.of(p)) for i in calls for p in i.arguments if p in pointers))
        for i, operands, target, pointees in moves:
            handed_out = not target.isdisjoint(mirrored) and (  # the caller gets the shadow, too
                i.opcode == "store" or (request.inner and len(operands) == 2 and pointees))
            read = not target.isdisjoint(loaded) or not target.isdisjoint(destroyed)
            if handed_out or (read and not pointees.isdisjoint(objects | shadowed)):
                for operand in operands:
                    need(operand)
                mirrors.add(i)
        for operand, target, pointees in puts:
            if not target.isdisjoint(mirrored) or not (target.isdisjoint(loaded) or pointees.isdisjoint(objects | shadowed)):
                need(operand)
        for i in others:
            if not memory.of(i.operands[1]).isdisjoint(destroyed & shadowed):
                need(i.operands[1])
                mirrors.add(i)
        for i, rule in defined:
            taken = _taken(i, rule, memory, values, objects, shadowed, pointers)
            if taken is not None:
                calls[i] = taken
                wanted = shadowed_by(i, taken) or [False] * len(taken)
                for operand, part, also in zip(i.arguments, taken, wanted, strict=True):
                    if part is ParameterActivity.DUPLICATED or also:
                        need(operand)
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


def _is_function(value: Value, functions: Container[str]) -> bool:
    return isinstance(value, Constant) and value.global_name is not None and value.global_name in functions


def _taken(i: Instruction, rule: Defined, memory: Memory, values: Set[Value], objects: Objects, shadowed: Set[Object],
           pointers: Set[Value]) -> tuple[ParameterActivity, ...] | None:
    """How the parameters of a call take part; None where it needs no derivative."""
    written = frozenset().union(*(memory.at(i, rule, place) for place in rule.summary.writes))
    if i not in values and i not in pointers and objects.isdisjoint(written) and shadowed.isdisjoint(written):
        return None
    carriers = rule.summary.carriers

    def part(index: int, operand: Value) -> ParameterActivity:
        if operand.type.is_pointer:
            touched = index in carriers and not objects.isdisjoint(memory.of(operand))
            return ParameterActivity.DUPLICATED if touched or operand in pointers else ParameterActivity.CONST
        return ParameterActivity.ACTIVE if operand in values else ParameterActivity.CONST

    return tuple(part(index, operand) for index, operand in enumerate(i.arguments))
