"""What the functions of a module do to memory, as their callers see it: from the innermost calls outwards, recursion to a fixed point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from irad_passes.analysis.activity import Flow
from irad_passes.analysis.integers import integers, is_literal
from irad_passes.analysis.memory import NOTHING, UNKNOWN, Memory, Object, memory
from irad_passes.analysis.places import Place as Spot
from irad_passes.analysis.places import Places as Spots
from irad_passes.analysis.places import accessed, joined
from irad_passes.ir.model import Argument, Constant, Function, Instruction, Module, Value
from irad_passes.ir.types import Type, VectorType, size_of
from irad_passes.rules.calls import (
    BEYOND,
    FRESH,
    RETURN,
    Access,
    Defined,
    Own,
    Parallel,
    Place,
    Places,
    Ruled,
    Spread,
    Summary,
)
from irad_passes.rules.memory import Exposure, Free, Reallocation, Transfer, rule_of
from irad_passes.rules.table import Rule

_MANY = 64
"""Accesses to one piece of memory, from which on they are no longer told apart."""


def callees(function: Function, module: Module, rules: Mapping[str, Rule]) -> Iterator[Function]:
    """The functions that the module defines, and that no rule is about, where ``function`` calls them."""
    for i in function.instructions():
        target = module.functions.get(i.callee) if i.callee is not None else None
        if target is not None and not target.is_declaration and _fits(i, target):
            rule = rule_of(i, rules)
            if rule is None or isinstance(rule, (Own, Parallel)):
                yield target


def _fits(i: Instruction, target: Function) -> bool:
    return [a.type for a in i.arguments] == [a.type for a in target.arguments] and i.type is target.type.returns


def summaries(functions: Mapping[str, Function], rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Rows for ``functions``, beside the other ``rules``. The functions are only read."""
    def row(name: str, summary: Summary) -> Defined:
        match rules.get(name):
            case Own() as own:
                return Ruled(own.summary(summary), own)
            case Parallel() as parallel:
                return Spread(summary, parallel)
        return Defined(summary)

    found: dict[str, Rule] = {**rules, **{name: row(name, Summary()) for name in functions}}
    pending = list(functions)
    callers: dict[str, list[str]] = {name: [] for name in functions}
    for name, function in functions.items():
        for i in function.instructions():
            if i.callee in callers and name not in callers[i.callee]:
                callers[i.callee].append(name)
    while pending:
        name = pending.pop()
        old = found[name]
        assert isinstance(old, Defined)
        new = row(name, _summary(functions[name], found, old.summary))
        if new.summary != old.summary:
            found[name] = new
            pending += [caller for caller in callers[name] if caller not in pending]
    return found


def _summary(function: Function, rules: Mapping[str, Rule], before: Summary) -> Summary:
    """What ``function`` does, by what is known so far of what it calls, and of itself."""
    found = memory(function, rules)
    where = Spots(function, rules, found)
    names = _Names(function, found)
    reads: set[Object] = set()
    leaks: set[Object] = set()
    accesses: dict[Place, set[Access]] = {place: set(known) for place, known in before.accesses.items()}
    foreign = False
    whole = integers(function)
    for i in function.instructions():
        rule = rule_of(i, rules)
        if i.opcode == "load":
            reads |= found.of(i.operands[0])
        elif isinstance(rule, Transfer):
            reads |= found.of(i.operands[1])
        elif isinstance(rule, Defined):
            reads |= frozenset().union(*(found.at(i, rule, place) for place in rule.summary.reads))
            leaks |= frozenset().union(*(found.at(i, rule, place) for place in rule.summary.leaks))
            foreign |= rule.summary.foreign
            for place, known in rule.summary.accesses.items():
                for own in names.of(found.at(i, rule, place)):
                    accesses.setdefault(own, set()).update(accessed(where.at(i, place), known))
        elif isinstance(rule, Free):
            leaks |= found.of(i.operands[0])
        elif i.opcode in ("call", "invoke") and (rule is None or isinstance(rule, (Exposure, Reallocation))):
            passed = found.reachable(frozenset().union(*(found.of(a) for a in i.operands)))
            reads |= passed
            leaks |= passed
            foreign |= i.type.is_pointer
        foreign |= i.opcode in ("inttoptr", "va_arg")
        value: Value | None = i if i.opcode == "load" else i.operands[0] if i.opcode == "store" else None
        if value is not None and (value.type.is_float or (i.opcode == "store" and (value in whole or is_literal(value)))):
            count = value.type.count if isinstance(value.type, VectorType) else 1
            row = [(size_of(value.type.scalar) * k, 0, value.type.scalar) for k in range(count)]
            for own in names.of(found.of(i.operands[-1])):
                accesses.setdefault(own, set()).update(accessed(where.access(i), row))
    for o, inside in found.puts.items():
        if o is UNKNOWN or o.kind in ("global", "shared"):
            leaks |= found.reachable(inside)
    puts: dict[Place, Places] = {}
    for o in {*found.puts, *found.content}:
        for place in names.of({o}):  # several objects may have one name
            puts[place] = puts.get(place, frozenset()) | names.of(_put(o, found))
    returned = frozenset().union(*(found.of(i.operands[0]) for i in function.instructions() if i.opcode == "ret" and i.operands))
    if returned:
        puts[RETURN] = names.of(returned)
    puts = {place: what for place, what in puts.items() if what}
    depends = _depends(function, rules, found, names, names.of(reads))
    return Summary(names.of(reads), names.of(found.written), puts, names.of(leaks), depends,
                   {place: _few(known) for place, known in accesses.items()}, foreign)


def _few(accesses: set[Access]) -> frozenset[Access]:
    """The accesses, each once; where there are many, what covers all of a type: recursion would go on making new ones."""
    kept: list[tuple[Spot, Type]] = []
    for offset, step, type_ in sorted(accesses, key=lambda access: (access[1] or _MANY, access[0], access[2].text)):
        place = Spot(offset, step)
        if not any(type_ is other and wide.covers(place) for wide, other in kept):
            kept.append((place, type_))
    if len(kept) > _MANY:
        kept = [(joined([place for place, other in kept if other is type_]), type_) for type_ in {type_ for _, type_ in kept}]
    return frozenset((place.offset, place.step, type_) for place, type_ in kept)


def _put(o: Object, found: Memory) -> frozenset[Object]:
    """Where the pointers point that the function leaves in ``o``: in new memory all that are there, else those that it stores."""
    return found.content.get(o, NOTHING) if o.kind in ("allocation", "data", "result") else found.puts.get(o, NOTHING)


class _Names:
    """The names that callers know the objects of ``function`` by. Its own stack has none: nobody sees it afterwards."""

    def __init__(self, function: Function, found: Memory) -> None:
        self._shared = found.shared()
        self._position = {i: k for k, i in enumerate(i for i in function.instructions() if i.opcode == "call")}
        self._index = {argument: k for k, argument in enumerate(function.arguments)}

    def of(self, objects: frozenset[Object] | set[Object]) -> Places:
        return frozenset(name for o in objects if (name := self._name(o)) is not None)

    def _name(self, o: Object) -> Place | None:
        match o.kind:
            case "argument":
                assert isinstance(o.site, Argument)
                return self._index[o.site]
            case "global":
                assert isinstance(o.site, Constant)
                return o.site.text
            case "shared":
                return self._shared[o]
            case "unknown":
                return BEYOND
            case "allocation" | "data" | "result":
                assert isinstance(o.site, Instruction)
                return f"{FRESH} {o.kind} {self._position[o.site]}"
        return None


def _depends(function: Function, rules: Mapping[str, Rule], found: Memory, names: _Names,
             reads: Places) -> frozenset[tuple[Place, Place]]:
    """Which floats that come out depend on which that go in. Integers that may be the bits of a float count as floats."""
    flow = Flow(function, rules, found, frozenset(), bits=True)
    written = names.of(found.written)
    sources: list[tuple[Place, set[Argument], set[Object]]] = [(BEYOND, set(), {UNKNOWN})]
    for index, argument in enumerate(function.arguments):
        if argument.type.is_pointer:
            sources.append((index, set(), set(found.of(argument))))
        else:
            sources.append((index, {argument}, set()))
    pairs: set[tuple[Place, Place]] = set()
    for source, values, objects in sources:
        varied, varied_objects = flow.spread(set(values), set(objects))
        pairs |= {(source, place) for place in names.of(varied_objects & found.written) if place != source}
        if any(o in varied for i in function.instructions() if i.opcode == "ret" for o in i.operands):
            pairs.add((source, RETURN))
        if source in written and source in reads:
            pairs.add((source, source))
    return frozenset(pairs)
