"""Where in a piece of memory a pointer points: a number of bytes from its start, known exactly or up to multiples of some step.

A step of 24 says that the pointer is somewhere in an array of records of 24 bytes, and the offset says at which field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from irad_passes.analysis.fields import movement
from irad_passes.analysis.memory import UNKNOWN, Memory, Object, Objects
from irad_passes.ir.model import Argument, Constant, Function, Instruction, Value
from irad_passes.rules.calls import BEYOND, Access, Defined
from irad_passes.rules.calls import Place as Name
from irad_passes.rules.memory import Allocation, Reallocation, Transfer, rule_of
from irad_passes.rules.table import Rule

_DEPTH = 8
"""How far a factor of an integer is looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """``offset`` bytes from the start of an object, and a multiple of ``step`` more; exactly there if ``step`` is 0."""

    offset: int
    step: int

    def moved(self, by: int, step: int = 0) -> Place:
        return _place(self.offset + by, gcd(self.step, step))

    def or_else(self, other: Place) -> Place:
        """Here or there."""
        return _place(self.offset, gcd(self.step, other.step, self.offset - other.offset))

    def covers(self, other: Place) -> bool:
        """Whether all that is at ``other`` is here."""
        return self.or_else(other) == self


def _place(offset: int, step: int) -> Place:
    return Place(offset % step if step else offset, step)


START, ANYWHERE = Place(0, 0), Place(0, 1)
_MEMORY: Objects = frozenset({UNKNOWN})
"""Stands for all that holds pointers."""


class Places:
    """The places of all pointers of a function, each in whatever objects it points into.

    A pointer that is loaded is where all pointers into its objects are that something stores where it is loaded from: ``_stored`` has
    their places, by the object that they lead into and the one that they are in.
    """

    def __init__(self, function: Function, rules: Mapping[str, Rule], memory: Memory, factors: Sequence[int] = ()) -> None:
        self._rules = rules
        self._memory = memory
        self._factors = dict(zip(function.arguments, factors, strict=False))
        self._places: dict[Value, Place] = {}
        self._stored: dict[Object, dict[Object, Place]] = {}
        pending = [i for i in function.instructions() if i.type.is_pointer]
        stores = self._stores(function)
        copies = [i for i in function.instructions() if isinstance(rule_of(i, rules), Transfer)]
        changed = True
        while changed:  # from "nowhere" on, phis can only become less exact
            changed = False
            for i in pending:
                found = self._find(i)
                if found is not None and found != self._places.get(i):
                    self._places[i] = found
                    changed = True
            for store in stores:
                found = self._known(store.operands[0])
                changed |= found is not None and self._store(memory.of(store.operands[0]), found, memory.of(store.operands[1]))
            for copy in copies:
                changed |= self._copy(memory.of(copy.operands[0]), memory.of(copy.operands[1]))

    def _stores(self, function: Function) -> list[Instruction]:
        """The stores of pointers. What else puts pointers into memory may put any anywhere: that is noted at once."""
        stores: list[Instruction] = []
        for i in function.instructions():
            rule = rule_of(i, self._rules)
            if i.opcode == "store":
                if i.operands[0].type.is_pointer:
                    stores.append(i)
                else:
                    self._store(self._memory.of(i.operands[0]), ANYWHERE)
            elif isinstance(rule, Allocation):
                data = frozenset(o for o in self._memory.inside(self._memory.of(i)) if o.kind == "data" and o.site is i)
                self._store(data, START, self._memory.of(i))
            elif isinstance(rule, Defined):
                for sources in rule.summary.puts.values():
                    for source in sources:
                        self._store(self._memory.at(i, rule, source), ANYWHERE)
            elif i.opcode in ("atomicrmw", "cmpxchg", "call", "invoke") and (rule is None or isinstance(rule, Reallocation)):
                self._store(self._memory.reachable(frozenset().union(*map(self._memory.of, i.operands))), ANYWHERE)
        return stores

    def _store(self, objects: Objects, place: Place, within: Objects = _MEMORY) -> bool:
        """Note that pointers to this place of ``objects`` are in memory; whether that is news."""
        changed = False
        for o in objects - {UNKNOWN}:
            stored = self._stored.setdefault(o, {})
            for holder in within:
                known = stored.get(holder)
                joined = place if known is None else known.or_else(place)
                changed |= joined != known
                stored[holder] = joined
        return changed

    def _copy(self, target: Objects, source: Objects) -> bool:
        """Note that ``target`` gets the pointers that are in ``source``; whether that is news."""
        found = [(o, place) for o, stored in self._stored.items() for holder, place in stored.items() if holder in source]
        return any([self._store(frozenset({o}), place, target) for o, place in found])

    def of(self, pointer: Value) -> Place:
        """The place of ``pointer``."""
        return self._known(pointer) or ANYWHERE

    def access(self, i: Instruction) -> Place:
        """The place that a load or a store is at: objects are aligned, so where nothing else is known, the alignment of the access says
        something."""
        place, align = self.of(i.operands[-1]), i.extra.get("align")
        return Place(0, align) if place.step and isinstance(align, int) and align > place.step and not align % place.step else place

    def at(self, call: Instruction, known_as: Name) -> Place:
        """Where memory begins that a function which is called knows by that name."""
        if isinstance(known_as, int):
            return self.of(call.operands[known_as])
        return ANYWHERE if known_as == BEYOND else START

    def _known(self, pointer: Value) -> Place | None:
        if isinstance(pointer, Constant):
            return START if pointer.global_name is not None or "@" not in pointer.text else ANYWHERE
        return START if isinstance(pointer, Argument) else self._places.get(pointer)

    def _find(self, i: Instruction) -> Place | None:
        match i.opcode:
            case "getelementptr":
                base = self._known(i.operands[0])
                return None if base is None else base.moved(*self._movement(i))
            case "freeze" | "addrspacecast" | "bitcast":
                return self._known(i.operands[0])
            case "phi" | "select":
                known = [place for v in i.operands[i.opcode == "select":] if (place := self._known(v)) is not None]
                return None if not known else joined(known)
            case "alloca":
                return START
            case "load":
                return START if self._is_data(i) else self._loaded(i)
            case "call":
                return START if isinstance(rule_of(i, self._rules), Allocation) else ANYWHERE
        return ANYWHERE

    def _loaded(self, load: Instruction) -> Place | None:
        """Where a pointer points that comes from memory."""
        objects = self._memory.of(load)
        if not objects or any(o.kind in ("unknown", "closed") for o in objects):
            return ANYWHERE
        holders = self._memory.of(load.operands[0]) | _MEMORY
        known = [place for o in objects for holder, place in self._stored.get(o, {}).items() if holder in holders]
        return joined(known) if known else None

    def _is_data(self, load: Instruction) -> bool:
        """Whether this loads the address of the memory behind a header."""
        headers, place = self._memory.of(load.operands[0]), self._known(load.operands[0])
        rules = [rule_of(o.site, self._rules) for o in headers if o.kind == "allocation" and isinstance(o.site, Instruction)]
        return 0 < len(rules) == len(headers) and all(
            isinstance(rule, Allocation) and rule.data_offset is not None and place == Place(rule.data_offset, 0) for rule in rules)

    def _movement(self, i: Instruction) -> tuple[int, int]:
        """By how many bytes address arithmetic moves its pointer: a constant part, and a divisor of the rest."""
        constant, others = movement(i)
        return constant, gcd(*(size * self.factor(index) for size, index in others))

    def factor(self, value: Value, seen: frozenset[Value] = frozenset()) -> int:
        """A number that divides the integer ``value``; 0 if it is 0. Integers of the size of an address are taken not to overflow."""
        if isinstance(value, Constant):
            number = value.int_value
            return 1 if number is None else abs(number)
        if value in seen:
            return 0  # what comes around is a multiple if all else is
        if isinstance(value, Argument):
            return self._factors.get(value, 1)
        if not isinstance(value, Instruction) or len(seen) == _DEPTH:
            return 1
        seen |= {value}
        operands = value.operands
        match value.opcode:
            case "mul":
                return self.factor(operands[0], seen) * self.factor(operands[1], seen)
            case "add" | "sub":
                return gcd(self.factor(operands[0], seen), self.factor(operands[1], seen))
            case "or" if "disjoint" in value.flags:
                return gcd(self.factor(operands[0], seen), self.factor(operands[1], seen))
            case "phi":
                return gcd(*(self.factor(v, seen) for v in operands))
            case "select":
                return gcd(self.factor(operands[1], seen), self.factor(operands[2], seen))
            case "freeze" | "sext" | "zext":
                return self.factor(operands[0], seen)
            case "shl" if isinstance(operands[1], Constant) and operands[1].int_value is not None:
                return self.factor(operands[0], seen) << operands[1].int_value
            case "and" if isinstance(operands[1], Constant) and operands[1].int_value:
                return operands[1].int_value & -operands[1].int_value
        return 1


def accessed(start: Place, accesses: Iterable[Access]) -> Iterator[Access]:
    """The accesses to what begins at ``start``, counted as that is."""
    for offset, step, type_ in accesses:
        place = start.moved(offset, step)
        yield place.offset, place.step, type_


def joined(places: Iterable[Place]) -> Place:
    """Somewhere of these places."""
    first, *others = places
    for other in others:
        first = first.or_else(other)
    return first
