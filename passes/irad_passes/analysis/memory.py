"""Underlying objects: what memory each pointer may point into, and what is written.

Flow-insensitive inclusion analysis over the objects of one function: its pointer arguments, its allocas and allocations, globals, and one
object for all that it cannot see. In objects of its own, pointers are told apart by where they are, as far as `fields` can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from irad_passes.analysis.fields import Fields
from irad_passes.ir.model import Argument, Block, Constant, Function, Instruction, Value
from irad_passes.ir.types import PTR
from irad_passes.request import ANYWHERE, CLOSED
from irad_passes.rules.calls import BEYOND, FRESH, RETURN, Defined, Place
from irad_passes.rules.inactive import Inactive
from irad_passes.rules.memory import Allocation, Exposure, Fill, Free, Helper, Reallocation, RefCount, Shared, Tape, Transfer, rule_of
from irad_passes.rules.table import Rule, ScalarRule


@dataclass(frozen=True, eq=False)
class Object:
    """A piece of memory. ``site``: the argument, alloca, allocating call or global; ``kind``: which of these, "data" for the
    memory behind an allocation's header, "closed" for that of all containers of the caller's, "result" for what a call of a function of
    the module allocated (``place``: the function's name for it), "shared" for the runtime's own, "unknown" for what cannot be seen."""

    kind: str
    site: Value | None = None
    place: Place = ""

    def __repr__(self) -> str:
        return f"<{self.kind} {self.site.ref if self.site is not None else ''}>"


UNKNOWN = Object("unknown")
_ARITHMETIC = frozenset({"ptrtoint", "add", "sub", "and", "or", "zext", "trunc"})
"""What is done to addresses as integers."""
_ALONG = frozenset({"load", "getelementptr", "freeze", "addrspacecast", "bitcast", "call"})
"""Opcodes that go along a pointer and hand it on to nobody; what calls do is seen apart."""
OWN = frozenset({"alloca", "allocation", "data"})
"""Kinds of objects that the function makes: nobody else sees them, or stores pointers in them, unless they escape."""
Objects = frozenset[Object]
NOTHING: Objects = frozenset()


@dataclass(frozen=True)
class Memory:
    """``pointees[v]``: objects that pointer ``v`` may point into. ``content[o]``: objects that pointers in ``o`` may point into.
    ``accesses``: what each instruction may write, or take away; ``written``: all that is written. ``escaped``: objects that something
    outside the function may keep a pointer to: the ones stored into arguments' memory, returned, or given to calls without a row.
    ``puts[o]``: what the function itself stores pointers to there."""

    pointees: dict[Value, Objects]
    content: dict[Object, Objects]
    accesses: dict[Instruction, Objects]
    written: Objects
    escaped: Objects
    puts: dict[Object, Objects] = field(default_factory=dict)
    _globals: dict[str, Object] = field(default_factory=dict)
    _results: dict[tuple[Instruction, Place], Object] = field(default_factory=dict)

    def of(self, pointer: Value) -> Objects:
        """Objects that ``pointer`` may point into."""
        if isinstance(pointer, Constant):
            return _constant(pointer, self._globals)
        return self.pointees.get(pointer, NOTHING)

    def inside(self, objects: Objects) -> Objects:
        """What pointers in the objects may point into."""
        return frozenset().union(*(self.content.get(o, NOTHING) for o in objects))

    def at(self, call: Instruction, rule: Defined, place: Place) -> Objects:
        """Memory that the function which ``call`` calls knows as ``place``."""
        if isinstance(place, int):
            return self.of(call.operands[place])
        if place == BEYOND:
            given = frozenset().union(*(self.inside(self.of(a)) if a.type.is_pointer else self.of(a) for a in call.arguments))
            return self.reachable(given) | (frozenset({UNKNOWN}) if rule.summary.foreign else NOTHING)
        if place.startswith("@"):
            made = Object("shared") if place.endswith("()") else Object("global", Constant(PTR, place))
            return frozenset({self._globals.setdefault(place[1:], made)})
        if place.startswith(FRESH):
            return frozenset({self._results.setdefault((call, place), Object("result", call, place))})
        return NOTHING

    def shared(self) -> dict[Object, str]:
        """The runtime's own memory that the function reaches, and how `at` calls it."""
        return {o: f"@{name}" for name, o in self._globals.items() if o.kind == "shared"}

    def reachable(self, objects: Objects) -> Objects:
        """The objects, and all that can be reached through pointers in them."""
        seen = set(objects)
        pending = list(objects)
        while pending:
            for inner in self.content.get(pending.pop(), NOTHING):
                if inner not in seen:
                    seen.add(inner)
                    pending.append(inner)
        return frozenset(seen)


def underlying(pointer: Value) -> Value:
    """The pointer that a chain of address arithmetic starts from."""
    while isinstance(pointer, Instruction) and pointer.opcode in ("getelementptr", "freeze", "addrspacecast", "bitcast"):
        pointer = pointer.operands[0]
    return pointer


def held(allocation: Instruction, rules: Mapping[str, Rule], memory: Memory) -> Objects:
    """What the destructor of an allocation reads: the memory behind the header, and memory without a header that is reached from there."""
    seen = set(memory.inside(memory.of(allocation)))
    pending = list(seen)
    while pending:
        for o in memory.content.get(pending.pop(), NOTHING) - seen:
            rule = rule_of(o.site, rules) if isinstance(o.site, Instruction) else None
            if o.kind == "allocation" and isinstance(rule, Allocation) and rule.data_offset is None:
                seen.add(o)
                pending.append(o)
    return frozenset(seen)


def memory(function: Function, rules: Mapping[str, Rule], aborting: frozenset[Block] = frozenset(), groups: Sequence[int] = ()) -> Memory:
    """Run the analysis to its fixed point. What ``aborting`` blocks hand out, to build an exception, does not count as escaped.

    ``groups``: the arguments' `Parameter.group`. The memory of a group is one object; `ANYWHERE` is what cannot be seen.
    """
    content: dict[Object, Objects] = {UNKNOWN: frozenset({UNKNOWN})}
    pointees = _given(function, groups)
    content |= {o: frozenset({o if o.kind == "closed" else UNKNOWN}) for objects in pointees.values() for o in objects}
    globals_: dict[str, Object] = {}
    puts: dict[Object, Objects] = {}
    result = Memory(pointees, content, {}, NOTHING, NOTHING, puts, globals_)

    def of(value: Value) -> Objects:
        return _constant(value, globals_) if isinstance(value, Constant) else pointees.get(value, NOTHING)

    def inside(objects: Objects) -> Objects:
        return frozenset().union(*(content.get(o, NOTHING) for o in objects))

    def block(value: Value) -> Objects:
        """What a block copy reads or writes: where it may be a header or memory, it is memory."""
        return of(value) - headers or of(value)

    def put(objects: Objects, what: Objects, offset: int | None = None) -> bool:
        changed = False
        for target in objects:
            changed |= fields.put(target, offset, what)
            puts[target] = puts.get(target, NOTHING) | what
            old = content.get(target, NOTHING)
            if not what <= old:
                content[target] = old | what
                changed = True
        return changed

    def loaded(pointer: Value, whole: bool) -> Objects:
        offset = None if whole else fields.distance(pointer)
        found = NOTHING
        for o in of(pointer):
            inner = content.get(o, NOTHING)
            found |= fields.get(o, offset, inner) if o.kind in OWN else inner
        return found

    fields = Fields[Object]()
    headers: set[Object] = set()
    relevant: list[tuple[Instruction, Rule | None]] = []
    for i in function.instructions():
        rule = rule_of(i, rules) if i.opcode == "call" else None
        if isinstance(rule, Allocation):
            header = Object("allocation", i)
            pointees[i] = frozenset({header})
            if rule.data_offset is not None:
                headers.add(header)
                content[header] = frozenset({Object("data", i)})
                fields.put(header, rule.data_offset, content[header])
        elif isinstance(rule, Shared):
            pointees[i] = frozenset({globals_.setdefault(f"{i.callee}()", Object("shared"))})
        elif i.opcode == "alloca":
            pointees[i] = frozenset({Object("alloca", i)})
        elif i.opcode in ("load", "store", "phi", "select", "call", "inttoptr", "getelementptr", "freeze", "addrspacecast", "bitcast",
                          "insertvalue", "extractvalue", "atomicrmw", "cmpxchg", "invoke", "va_arg", "extractelement", "ret"):
            relevant.append((i, rule))

    relevant += [(i, None) for i in _addresses(function)]

    changed = True
    while changed:
        changed = False
        for i, rule in relevant:
            new = NOTHING
            match i.opcode:
                case "load":
                    if i.type.is_pointer or not _scalar(i):
                        new = loaded(i.operands[0], whole=not i.type.is_pointer)
                case "store":
                    offset = fields.distance(i.operands[1]) if i.operands[0].type.is_pointer else None
                    changed |= put(of(i.operands[1]), of(i.operands[0]), offset)
                case "getelementptr" | "freeze" | "addrspacecast" | "bitcast" | "extractvalue" | "extractelement":
                    new = of(i.operands[0])
                case "phi" | "insertvalue":
                    new = frozenset().union(*map(of, i.operands))
                case "select":
                    new = of(i.operands[1]) | of(i.operands[2])
                case "inttoptr":
                    new = of(i.operands[0]) | {UNKNOWN}
                case "va_arg":
                    new = frozenset({UNKNOWN})
                case opcode if opcode in _ARITHMETIC:
                    new = frozenset().union(*map(of, i.operands))
                case _:
                    if isinstance(rule, Transfer):
                        changed |= put(block(i.operands[0]), inside(block(i.operands[1])))
                    elif isinstance(rule, Defined):
                        for place, sources in rule.summary.puts.items():
                            what = frozenset().union(*(result.at(i, rule, source) for source in sources))
                            changed |= put(result.at(i, rule, place), what) | fields.enter(what)
                            new |= what if place == RETURN else NOTHING
                    elif rule is None and i.opcode == "call":  # it may store addresses wherever it gets
                        given = result.reachable(frozenset().union(*map(of, i.arguments)))
                        changed |= put(given, frozenset({UNKNOWN})) | fields.enter(given)
                    if isinstance(rule, Reallocation):
                        new = inside(of(i.operands[rule.header]))
                    elif i.type.is_pointer and not isinstance(rule, (ScalarRule, Allocation, Defined, Shared, Tape)):
                        new = frozenset({UNKNOWN})
            if i.opcode not in _ALONG:  # it hands pointers on
                for operand in i.operands[:1] if i.opcode == "store" else i.operands:
                    if fields.distance(operand) != 0:
                        changed |= fields.enter(of(operand))
            old = pointees.get(i, NOTHING)
            if not new <= old:
                pointees[i] = old | new
                changed = True

    accesses: dict[Instruction, Objects] = {}
    written: set[Object] = set()
    exposed = result.reachable(frozenset(o for i, rule in relevant if isinstance(rule, Exposure) for v in i.operands for o in of(v)))
    for i, rule in relevant:
        objects = writes(i, rule, result)
        if i.opcode == "call" and UNKNOWN in objects:  # it may know what was exposed before
            objects |= exposed
        if objects:
            accesses[i] = objects
            written |= NOTHING if isinstance(rule, RefCount) else objects
    outside = {o for p in function.arguments for o in pointees.get(p, NOTHING)} | {UNKNOWN}
    escaped: set[Object] = set()
    for i, rule in relevant:
        if i.parent in aborting:
            continue
        if i.opcode == "store" and of(i.operands[1]) & outside:
            escaped |= result.reachable(of(i.operands[0]))
        elif isinstance(rule, Transfer) and of(i.operands[0]) & outside:
            escaped |= result.reachable(inside(block(i.operands[1])))
        elif isinstance(rule, Defined):
            for place, sources in rule.summary.puts.items():
                if result.at(i, rule, place) & outside:
                    escaped |= result.reachable(frozenset().union(*(result.at(i, rule, source) for source in sources)))
            escaped |= result.reachable(frozenset().union(*(result.at(i, rule, place) for place in rule.summary.leaks)))
        elif i.opcode == "call" and (rule is None or isinstance(rule, (Exposure, Reallocation))):
            escaped |= frozenset().union(*(result.reachable(of(a)) for a in i.arguments))
        elif i.opcode == "ret" and i.operands:
            escaped |= result.reachable(of(i.operands[0]))
    return replace(result, accesses=accesses, written=frozenset(written), escaped=frozenset(escaped))


def _given(function: Function, groups: Sequence[int]) -> dict[Value, Objects]:
    """What the arguments point to."""
    pointees: dict[Value, Objects] = {}
    shared: dict[int, Objects] = {ANYWHERE: frozenset({UNKNOWN})}
    for argument, group in zip(function.arguments, groups or [0] * len(function.arguments), strict=True):
        if argument.type.is_pointer:
            own = frozenset({Object("closed" if group == CLOSED else "argument", argument)})
            pointees[argument] = shared.setdefault(group, own) if group else own
    return pointees


def _addresses(function: Function) -> list[Instruction]:
    """The integers that are computed from addresses."""
    found = [i for i in function.instructions() if i.opcode == "ptrtoint"]
    seen = set(found)
    for i in found:
        for user in i.users:
            if user.opcode in _ARITHMETIC and user not in seen:
                seen.add(user)
                found.append(user)
    return found


def writes(i: Instruction, rule: Rule | None, memory: Memory) -> Objects:
    """Objects that an instruction may write."""
    match i.opcode:
        case "store":
            return memory.of(i.operands[1])
        case "atomicrmw" | "cmpxchg":
            return memory.of(i.operands[0])
        case "call" | "invoke":
            if isinstance(rule, (Fill, Transfer)):
                return memory.of(i.operands[0])
            if isinstance(rule, RefCount) and rule.change < 0:  # the last reference to a member of a container may go
                return frozenset(o for o in memory.of(i.operands[rule.operand]) if o.kind == "closed")
            if isinstance(rule, (Allocation, RefCount, Free, Shared, Tape)):
                return NOTHING
            if isinstance(rule, Defined):
                return frozenset().union(*(memory.at(i, rule, place) for place in rule.summary.writes))
            if isinstance(rule, Helper):
                return frozenset().union(*(memory.of(i.operands[k]) for k in rule.writes))
            if isinstance(rule, (Inactive, ScalarRule)) and not any(a.type.is_pointer for a in i.arguments):
                return NOTHING
            return frozenset().union(*(memory.reachable(memory.of(a)) for a in i.arguments))
    return NOTHING


def _scalar(i: Instruction) -> bool:
    return i.type.text[0] not in "{[<%"


def _constant(value: Constant, globals_: dict[str, Object]) -> Objects:
    """Objects that a constant pointer may point into: every global that its text names."""
    text = value.text
    if "@" not in text:
        return frozenset({UNKNOWN}) if text.startswith("inttoptr") else NOTHING
    found: set[Object] = set()
    for name in global_names(text):
        found.add(globals_.setdefault(name, Object("global", Constant(value.type, "@" + name))))
    return frozenset(found)


def global_names(text: str) -> list[str]:
    """The globals that ``text`` names, as printed, without @."""
    names = []
    for part in text.split("@")[1:]:
        if part.startswith('"'):
            names.append(part[: part.index('"', 1) + 1])
        else:
            end = next((k for k, c in enumerate(part) if not (c.isalnum() or c in "-$._")), len(part))
            names.append(part[:end])
    return names


def is_argument(o: Object) -> bool:
    """Whether the object is the memory behind a parameter; behind the first of a group, where it is that of a group."""
    return isinstance(o.site, Argument)
