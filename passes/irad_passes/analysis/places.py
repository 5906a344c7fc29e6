"""Where in a piece of memory a pointer points: a number of bytes from its start, known exactly or up to multiples of some step.

A step of 24 says that the pointer is somewhere in an array of records of 24 bytes, and the offset says at which field.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from irad_passes.analysis.memory import Memory
from irad_passes.ir import types as T
from irad_passes.ir.model import Argument, Constant, Function, Instruction, Value
from irad_passes.request import Request
from irad_passes.rules.memory import Allocation, rule_of

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


def _place(offset: int, step: int) -> Place:
    return Place(offset % step if step else offset, step)


START, ANYWHERE = Place(0, 0), Place(0, 1)


class Places:
    """The places of all pointers of a function, each in whatever objects it points into."""

    def __init__(self, function: Function, request: Request, memory: Memory) -> None:
        self._rules = request.rules
        self._memory = memory
        self._factors = {a: p.factor for a, p in zip(function.arguments, request.parameters, strict=True)}
        self._places: dict[Value, Place] = {}
        pending = [i for i in function.instructions() if i.type.is_pointer]
        changed = True
        while changed:  # from "nowhere" on, phis can only become less exact
            changed = False
            for i in pending:
                found = self._find(i)
                if found is not None and found != self._places.get(i):
                    self._places[i] = found
                    changed = True

    def of(self, pointer: Value) -> Place:
        """The place of ``pointer``."""
        return self._known(pointer) or ANYWHERE

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
                return None if not known else _joined(known)
            case "alloca":
                return START
            case "load":
                return START if self._is_data(i) else ANYWHERE
            case "call":
                return START if isinstance(rule_of(i, self._rules), Allocation) else ANYWHERE
        return ANYWHERE

    def _is_data(self, load: Instruction) -> bool:
        """Whether this loads the address of the memory behind a header."""
        headers, place = self._memory.of(load.operands[0]), self._known(load.operands[0])
        rules = [rule_of(o.site, self._rules) for o in headers if o.kind == "allocation" and isinstance(o.site, Instruction)]
        return 0 < len(rules) == len(headers) and all(
            isinstance(rule, Allocation) and rule.data_offset is not None and place == Place(rule.data_offset, 0) for rule in rules)

    def _movement(self, i: Instruction) -> tuple[int, int]:
        """By how many bytes address arithmetic moves its pointer: a constant part, and a divisor of the rest."""
        type_ = i.extra["source_type"]
        assert isinstance(type_, T.Type)
        constant, step, inner = 0, 0, False
        for index in i.operands[1:]:
            number = index.int_value if isinstance(index, Constant) else None
            if inner and isinstance(type_, T.StructType):
                assert number is not None
                constant += T.offset_of(type_, number)
                type_ = type_.elements[number]
                continue
            if inner:
                assert isinstance(type_, (T.ArrayType, T.VectorType))
                type_ = type_.element
            size, inner = T.size_of(type_), True
            if number is not None:
                constant += number * size
            else:
                step = gcd(step, size * self.factor(index))
        return constant, step

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


def _joined(places: list[Place]) -> Place:
    first, *others = places
    for other in others:
        first = first.or_else(other)
    return first
