"""What memory holds: which bytes of each object are floats, by what the front end says, by the accesses, and by what is copied.

An object is a row of records of the same size, in which each float has its place: arrays of numbers are rows of records of one field,
and what is not repeated is one record. Integers that are computed are noted too, so that memory of both is known as mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import gcd

from irad_passes.analysis.integers import integers, is_literal
from irad_passes.analysis.memory import UNKNOWN, Memory, Object
from irad_passes.analysis.places import Place, Places, accessed
from irad_passes.errors import Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.model import Constant, Function, Instruction, Value
from irad_passes.ir.read import read_type
from irad_passes.request import Request
from irad_passes.rules.calls import Access, Defined
from irad_passes.rules.memory import Transfer, rule_of

_LONGEST = 4096
"""Bytes of a record that is not repeated, from which on its copy is not followed."""

Cell = tuple[int, T.Type]
"""Where in a record, and what: a float, or an integer that was computed."""
_SMALL = 16


@dataclass
class Record:
    """What is known of one object. ``size``: bytes from one record to the next, 0 where there is one. ``declared``: the front end says
    where its floats are, so that there are no others. ``open``: it holds more than is seen, which is taken to be of the same kind.
    ``exact``: what is accessed at places that do not vary, by its distance from the start; each place holds things of one type.
    ``anywhere``: what functions that are called access, nobody knows where. ``element``: how the front end says it."""

    size: int = 0
    cells: dict[int, set[T.Type]] = field(default_factory=dict)
    exact: dict[int, set[T.Type]] = field(default_factory=dict)
    declared: bool = False
    open: bool = False
    anywhere: set[T.Type] = field(default_factory=set)
    element: str = ""

    def all(self) -> Iterator[Cell]:
        """All cells."""
        return ((offset, type_) for offset, types in self.cells.items() for type_ in types)

    def add(self, place: Place, type_: T.Type) -> bool:
        """Note what is read or written at ``place``; whether that is news."""
        if self.declared:
            if gcd(self.size, place.step) != self.size or any(other.is_float for _, other in self.at(place, T.size_of(type_))):
                return False
        else:
            self.refine(place.step)
            if not place.step:
                self.exact.setdefault(place.offset, set()).add(type_)
        types = self.cells.setdefault(place.offset % self.size if self.size else place.offset, set())
        before = len(types)
        types.add(type_)
        return len(types) > before

    def add_all(self, accesses: Iterable[Access]) -> None:
        """Note what a function that is called reads and writes."""
        for offset, step, type_ in accesses:
            if 0 < step < T.size_of(type_):
                self.anywhere |= set() if self.declared else {type_}
            else:
                self.add(Place(offset, step), type_)

    def refine(self, step: int) -> None:
        """Fold records that turn out to be several smaller ones."""
        size = gcd(self.size, step)
        if size != self.size:
            cells, self.size, self.cells = tuple(self.all()), size, {}
            for offset, type_ in cells:
                self.cells.setdefault(offset % size, set()).add(type_)

    def step(self, place: Place) -> int:
        """Bytes from what is at ``place`` to what is of the same kind."""
        return gcd(self.size, place.step, *(T.size_of(type_) for _, type_ in self.all() if self.open))

    def at(self, place: Place, size: int) -> list[Cell]:
        """The cells that ``size`` bytes at ``place`` may overlap: how far behind its start, and what they hold."""
        if not place.step and size <= _SMALL:
            found = [(behind, type_) for behind in range(-7, size) for type_ in self.exact.get(place.offset + behind, ())
                     if behind > -T.size_of(type_)]
            if found:
                return found
        found = [*self._overlapped(place, size), *((0, type_) for type_ in self.anywhere)]
        return found or ([(0, type_) for _, type_ in self.all()] if self.open else [])

    def uniform(self) -> bool:
        """Whether the record is a row of floats of one type."""
        cells = list(self.all())
        return len({type_ for _, type_ in cells}) == 1 and len(cells) * T.size_of(cells[0][1]) == self.size

    def aligned(self) -> bool:
        """Whether all floats are at multiples of their size, in records whose size is one."""
        return not any(offset % T.size_of(type_) or self.size % T.size_of(type_) for offset, type_ in self.all() if type_.is_float)

    def _overlapped(self, place: Place, size: int) -> Iterator[Cell]:
        step = gcd(self.size, place.step)
        if step == self.size and size <= _SMALL and (step == 0 or step >= size + 7):
            for behind in range(-7, size):
                for type_ in self.cells.get((place.offset + behind) % step if step else place.offset + behind, ()):
                    if behind > -T.size_of(type_):
                        yield behind, type_
            return
        for offset, type_ in self.all():
            behind, length = offset - place.offset, T.size_of(type_)
            if step:
                behind %= step
                if behind < size or step - behind < length:
                    yield behind if behind < size else behind - step, type_
            elif -length < behind < size:
                yield behind, type_


@dataclass(frozen=True, slots=True)
class Moved:
    """What a block copy moves: records of ``size`` bytes with floats at these offsets."""

    size: int
    cells: tuple[tuple[int, T.Type], ...]


class Contents:
    """What the objects of one function hold."""

    def __init__(self, function: Function, request: Request, memory: Memory) -> None:
        self._memory = memory
        self._places = Places(function, request.rules, memory, [p.factor for p in request.parameters])
        self._records: dict[Object, Record] = {}
        self._integers = integers(function)
        for argument, parameter in zip(function.arguments, request.parameters, strict=True):
            if parameter.element:
                type_ = read_type(parameter.element)
                cells = {offset: {leaf} for offset, leaf in floats(type_)}
                for o in memory.of(argument):
                    self._records[o] = Record(T.size_of(type_), cells, declared=bool(cells), element=parameter.element)
        for i in function.instructions():
            if i.opcode == "load" and i.type.is_float:
                self.add(i, i.type)
            elif i.opcode == "store" and i.operands[0].type.is_float:
                self.add(i, i.operands[0].type)
            elif i.opcode == "store" and (i.operands[0] in self._integers or is_literal(i.operands[0])):
                self._note(i.operands[1], self._places.access(i), i.operands[0].type)
            elif isinstance(rule := rule_of(i, request.rules), Defined):
                for known_as, accesses in rule.summary.accesses.items():
                    for o in memory.at(i, rule, known_as) - {UNKNOWN}:
                        record = self._records.setdefault(o, Record(open=o.kind == "argument"))
                        record.add_all(accessed(self._places.at(i, known_as), accesses))
        self._transfers = [i for i in function.instructions() if isinstance(rule_of(i, request.rules), Transfer)]
        self._copies()

    # What is noted

    def add(self, i: Instruction, type_: T.Type) -> bool:
        """Note that the load or store ``i`` is of floats of this type, or a vector of them; whether that is news."""
        count, place = type_.count if isinstance(type_, T.VectorType) else 1, self._places.access(i)
        return any([self._note(i.operands[-1], place.moved(k * T.size_of(type_.scalar)), type_.scalar) for k in range(count)])

    def _note(self, pointer: Value, place: Place, type_: T.Type) -> bool:
        news = False
        for o in self._memory.of(pointer) - {UNKNOWN}:
            news |= self._records.setdefault(o, Record(open=o.kind == "argument")).add(place, type_)
        return news

    def _copies(self) -> None:
        """What is copied as a block is the same on both sides."""
        changed = bool(self._transfers)
        while changed:
            changed = False
            for i in self._transfers:
                target, source, length = i.operands[:3]
                size = length.int_value if isinstance(length, Constant) else None
                for into, out_of in ((target, source), (source, target)):
                    changed |= self._copy(into, out_of, size)

    def _copy(self, target: Value, source: Value, length: int | None) -> bool:
        """Note at ``target`` the floats that are at ``source``; whether that is news."""
        there, changed = self._places.of(source), False
        if length is not None and length > _LONGEST:
            length = None
        for o in self._memory.of(source) - {UNKNOWN}:
            record = self._records.get(o)
            if record is None:
                continue
            step = record.step(there)
            for offset, type_ in tuple(record.all()):
                behind = (offset - there.offset) % step if step else offset - there.offset
                places = range(behind, length, step) if step and length is not None else (behind,)
                for at in places:
                    if type_.is_float and at >= 0 and (length is None or at + T.size_of(type_) <= length):
                        again = 0 if length is not None else step or T.size_of(type_)
                        changed |= self._note(target, self._places.of(target).moved(at, again), type_)
        return changed

    # What is asked

    def _at(self, pointer: Value, size: int) -> Iterator[Cell]:
        place = self._places.of(pointer)
        for o in self._memory.of(pointer):
            if o in self._records:
                yield from self._records[o].at(place, size)

    def of(self, pointer: Value, size: int) -> T.Type | None:
        """The type of the floats that fill ``size`` bytes at ``pointer``; None where there is none, or not for certain."""
        cells = set(self._at(pointer, size))
        kinds = {type_ for _, type_ in cells}
        if len(kinds) != 1:
            return None
        kind = next(iter(kinds))
        return kind if kind.is_float and not any(offset % T.size_of(kind) for offset, _ in cells) else None

    def may_hold(self, pointer: Value, size: int) -> bool:
        """Whether floats are read or written somewhere in these bytes, or nothing is known of what the memory holds."""
        return any(type_.is_float for _, type_ in self._at(pointer, size)) or any(map(self._is_unknown, self._memory.of(pointer)))

    def _is_unknown(self, o: Object) -> bool:
        return o.kind in ("unknown", "closed") or (o.kind == "argument" and o not in self._records)

    def holds_integers(self, web: set[Instruction]) -> bool:
        """Whether one of these moves is of an integer for certain."""
        return not self._integers.isdisjoint(web)

    def element(self, pointer: Value, call: Instruction) -> str:
        """What `request.Parameter.element` says of the memory behind ``pointer``, which ``call`` is given."""
        records, place = [self._records[o] for o in self._memory.of(pointer) if o in self._records], self._places.of(pointer)
        elements = {record.element for record in records}
        if len(elements) == 1 and elements != {""} and len(records) == len(self._memory.of(pointer)):
            row = records[0].size
            if not records[0].declared:
                return "i64"
            if not row or not gcd(place.step, place.offset) % row:
                return elements.pop()
        if not all(record.aligned() for record in records):
            raise Unsupported("a part of a record that is not aligned is given to a function that is not inlined", call)
        kinds = {type_ for record in records for _, type_ in (*record.all(), *((0, type_) for type_ in record.anywhere))}
        kind = kinds.pop() if len(kinds) == 1 else None
        uniform = kind is not None and kind.is_float and all(o.kind in ("data", "result") for o in self._memory.of(pointer))
        return kind.text if kind is not None and uniform else ""

    def moved(self, transfer: Instruction) -> Moved | None:
        """What a block copy moves; None where that is not known."""
        target, source, length = transfer.operands[:3]
        sides = [side for side in (self._row(target), self._row(source)) if side is not None]
        records = [self._records[o] for pointer in (target, source) for o in self._memory.of(pointer) if o in self._records]
        if not sides or (any(record.anywhere for record in records) and not all(record.aligned() for record in records)):
            return None
        row = gcd(*(size for size, _ in sides))
        if any(record.declared and row % record.size and not record.uniform() for record in records):
            return None
        divisor = self._places.factor(length)
        largest = max((T.size_of(type_) for _, found in sides for _, type_ in found if type_.is_float), default=0)
        if 0 < row < largest < divisor and divisor % largest:  # records that are no rows of floats
            return None
        cells = {(offset % row if row else offset, type_) for _, found in sides for offset, type_ in found}
        certain = _moved(cells, row, length.int_value if isinstance(length, Constant) else None, divisor)
        return certain or self._taken_as_floats((target, source), cells)

    def _taken_as_floats(self, pointers: Sequence[Value], cells: set[Cell]) -> Moved | None:
        """An array of floats, where the integers beside them do not matter: their shadow is zero, as it is in memory that the function
        makes for itself; other memory holds nothing but floats."""
        objects = frozenset().union(*map(self._memory.of, pointers))
        kinds = {type_ for _, type_ in cells if type_.is_float}
        if len(kinds) != 1 or not all(o.kind in ("allocation", "alloca", "data", "result") or self._nothing_but_floats(o) for o in objects):
            return None
        kind = kinds.pop()
        size = T.size_of(kind)
        certain = all(record.aligned() and record.anywhere <= {kind} for o in objects if (record := self._records.get(o)) is not None)
        return Moved(size, ((0, kind),)) if certain and not any(offset % size for offset, type_ in cells if type_.is_float) else None

    def _nothing_but_floats(self, o: Object) -> bool:
        record = self._records.get(o)
        return record is not None and record.declared and record.uniform() and all(type_.is_float for _, type_ in record.all())

    def _row(self, pointer: Value) -> tuple[int, set[Cell]] | None:
        """The size of the records behind ``pointer``, and what they hold, counted from there; None where nothing is known."""
        place, records = self._places.of(pointer), [self._records[o] for o in self._memory.of(pointer) if o in self._records]
        size, cells = 0, set[Cell]()
        for record in records:
            step = gcd(record.step(place), *map(T.size_of, record.anywhere))
            size = gcd(size, step)
            cells |= {((offset - place.offset) % step if step else offset - place.offset, type_) for offset, type_ in record.all()}
            cells |= {(0, type_) for type_ in record.anywhere}
        return (size, cells) if any(record.cells or record.anywhere or not record.open for record in records) else None


def _moved(cells: set[Cell], row: int, length: int | None, divisor: int) -> Moved | None:
    """A block of ``length`` bytes, or a multiple of ``divisor``, of rows with these cells; None where they are not for certain."""
    offset, kind = next(iter(cells), (0, T.VOID))
    if kind.is_float and {type_ for _, type_ in cells} == {kind} and (0 < row < T.size_of(kind) or (row == T.size_of(kind) and not offset)):
        return Moved(T.size_of(kind), ((0, kind),))  # nothing but floats
    if length is None or length > _LONGEST:
        if not row or divisor % row:
            return None
    elif row and length % row:
        cells, row = {(offset + k * row, type_) for offset, type_ in cells for k in range(-(-length // row))}, length
    elif not row:
        row = length
    inside = sorted(((offset, type_) for offset, type_ in cells if -T.size_of(type_) < offset < row), key=lambda cell: cell[0])
    end = end_of_floats = 0
    for offset, type_ in inside:
        last = offset + T.size_of(type_)
        if offset < (end if type_.is_float else end_of_floats) or (type_.is_float and last > row):
            return None
        end, end_of_floats = max(end, last), last if type_.is_float else end_of_floats
    return Moved(row, tuple((offset, type_) for offset, type_ in inside if type_.is_float))


def floats(type_: T.Type, offset: int = 0) -> Iterator[tuple[int, T.Type]]:
    """Offset and type of each float in values of a type."""
    match type_:
        case T.FloatType() if type_ in (T.FLOAT, T.DOUBLE):
            yield offset, type_
        case T.ArrayType(count=count, element=element) | T.VectorType(count=count, element=element):
            for index in range(count):
                yield from floats(element, offset + index * T.size_of(element))
        case T.StructType(elements=elements):
            for index, element in enumerate(elements):
                yield from floats(element, offset + T.offset_of(type_, index))
