"""Floats that travel through integer registers: make them floats again, before anything is analysed.

LLVM copies doubles as i64. Where such a copy comes from or goes to memory that holds floats (by the types of other accesses, or
because the front end says so), its loads, phis, selects and stores get the float type. Bits that are computed with stay integers.
"""

from __future__ import annotations

from collections.abc import Mapping

from irad_passes.analysis.integers import FLOAT_OF, MOVES, integers, is_literal, size
from irad_passes.analysis.memory import UNKNOWN, Memory, Object
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Constant, Function, Instruction, Value, const
from irad_passes.request import Request
from irad_passes.rules.calls import Defined
from irad_passes.rules.memory import Transfer, rule_of
from irad_passes.rules.table import Rule


class FloatTypes:
    """Which float type memory holds, per object; integers and pointers are noted too, so that mixed memory is known as mixed."""

    def __init__(self, function: Function, request: Request, memory: Memory) -> None:
        self._memory = memory
        self._kinds: dict[Object, set[T.Type]] = {}
        self._declared: set[Object] = set()
        self._undeclared: set[Object] = set()
        self._mixed: set[Object] = set()
        self._integers = integers(function)
        for argument, parameter in zip(function.arguments, request.parameters, strict=True):
            if parameter.element in ("double", "float"):
                for o in memory.of(argument):
                    self._kinds.setdefault(o, set()).add(T.plain(parameter.element))
                    self._declared.add(o)
            elif parameter.element:
                self._undeclared |= memory.of(argument)
        for i in function.instructions():
            if i.opcode == "load" and i.type.is_float:
                self._note(i.operands[0], i.type.scalar)
            elif i.opcode == "store" and i.operands[0].type.is_float:
                self._note(i.operands[1], i.operands[0].type.scalar)
            elif i.opcode == "store" and (i.operands[0] in self._integers or is_literal(i.operands[0])):
                self._mixed |= memory.of(i.operands[1]) - self._declared
            elif isinstance(rule := rule_of(i, request.rules), Defined):
                for place, kinds in rule.summary.kinds.items():
                    objects = memory.at(i, rule, place) - {UNKNOWN}
                    if not all(kind.is_float for kind in kinds):
                        self._mixed |= objects - self._declared
                    for o in objects:
                        self._kinds.setdefault(o, set()).update(kind for kind in kinds if kind.is_float)
        self._copies(function, request.rules)

    def _note(self, pointer: Value, type_: T.Type) -> None:
        for o in self._memory.of(pointer):
            if o is not UNKNOWN:
                self._kinds.setdefault(o, set()).add(type_)

    def _copies(self, function: Function, rules: Mapping[str, Rule]) -> None:
        """What is copied as a block has the same types on both sides."""
        transfers = [i for i in function.instructions() if isinstance(rule_of(i, rules), Transfer)]
        changed = bool(transfers)
        while changed:
            changed = False
            for i in transfers:
                both = [o for v in i.operands[:2] for o in self._memory.of(v) if o is not UNKNOWN]
                kinds = set().union(*(self._kinds.get(o, set()) for o in both))
                for o in both:
                    if not kinds <= self._kinds.get(o, set()):
                        self._kinds.setdefault(o, set()).update(kinds)
                        changed = True

    def of(self, pointer: Value) -> T.Type | None:
        """The float type of the memory behind ``pointer``; None where there is none, or more than one."""
        objects = self._memory.of(pointer)
        kinds = set().union(*(self._kinds.get(o, set()) for o in objects))
        return next(iter(kinds)) if len(kinds) == 1 and self._mixed.isdisjoint(objects) else None

    def copied(self, pointer: Value) -> T.Type | None:
        """The one float type in the memory behind ``pointer``, where integers beside it do not matter: their shadow is zero, as it is in
        memory that the function makes for itself."""
        objects = self._memory.of(pointer)
        own = all(o.kind in ("allocation", "alloca", "data", "result") for o in objects)
        kinds = set().union(*(self._kinds.get(o, set()) for o in objects))
        return next(iter(kinds)) if own and len(kinds) == 1 else self.of(pointer)

    def element(self, pointer: Value) -> str:
        """What `request.Parameter.element` says of the memory behind ``pointer``."""
        objects = self._memory.of(pointer)
        type_ = self.of(pointer)
        if type_ is not None and (objects <= self._declared or all(o.kind == "data" for o in objects)):
            return type_.text
        return "i64" if objects and objects <= self._undeclared else ""

    def holds_nothing_else(self, pointer: Value) -> bool:
        """Whether this is an array of floats, by what the front end says or by its accesses, or nothing is known of what it holds."""
        objects = self._memory.of(pointer)
        return self._mixed.isdisjoint(objects) and all(
            o in self._declared or (o.kind in ("data", "result") and o in self._kinds) or self._is_unknown(o) for o in objects)

    def _is_unknown(self, o: Object) -> bool:
        return o.kind == "argument" and o not in self._kinds and o not in self._undeclared

    def holds_integers(self, web: set[Instruction]) -> bool:
        """Whether one of these moves is of an integer for certain."""
        return not self._integers.isdisjoint(web)

    def may_hold(self, pointer: Value) -> bool:
        """Whether floats are read or written somewhere in this memory, or nothing is known of what it holds."""
        return any(o in self._kinds or self._is_unknown(o) for o in self._memory.of(pointer))

    def add(self, pointer: Value, type_: T.Type) -> bool:
        """Note that ``pointer``'s memory holds ``type_`` too; whether that is news."""
        before = sum(len(k) for k in self._kinds.values())
        self._note(pointer, type_)
        return before != sum(len(k) for k in self._kinds.values())


def retype(function: Function, request: Request, memory: Memory) -> FloatTypes:
    """Rewrite integer copies of floats in place. Returns the float types of all memory."""
    known = FloatTypes(function, request, memory)
    webs = _webs(function)
    changed = True
    while changed:
        changed = False
        for web in list(webs):
            target = _target(web, known)
            if target is not None:
                webs.remove(web)
                _rewrite(web, target)
                changed = True
                for i in web:
                    if i.opcode in ("load", "store"):
                        known.add(i.operands[-1], target.scalar)
    return known


def _webs(function: Function) -> list[set[Instruction]]:
    """Loads of integers of a float's size, with the phis, selects and stores that only move what they load; each load in one web."""
    webs: list[set[Instruction]] = []
    seen: set[Instruction] = set()
    for i in function.instructions():
        if i.opcode == "load" and i not in seen and size(i.type) in FLOAT_OF:
            web: set[Instruction] = set()
            pending = [i]
            while pending:
                member = pending.pop()
                if member in web:
                    continue
                web.add(member)
                if member.opcode in MOVES:
                    pending += [v for v in member.operands if isinstance(v, Instruction) and v.type is i.type
                                and v.opcode in ("load", *MOVES)]
                if member.opcode != "store":
                    pending += [u for u in member.users if u.opcode in MOVES or (u.opcode == "store" and u.operands[0] is member)]
            seen |= web
            webs.append(web)
    return webs


def _target(web: set[Instruction], known: FloatTypes) -> T.Type | None:
    """The float type that the web moves, if memory at one of its ends holds nothing else."""
    bits = size(next(i for i in web if i.opcode == "load").type)
    if known.holds_integers(web):
        return None
    for i in web:
        kind = known.of(i.operands[-1]) if i.opcode in ("load", "store") else None
        if kind is FLOAT_OF[bits]:
            return kind
        if kind is T.FLOAT and bits == 64:
            return T.vector(2, T.FLOAT)
    return None


def _rewrite(web: set[Instruction], target: T.Type) -> None:
    integer = next(i for i in web if i.opcode == "load").type
    for i in web:
        if i.opcode != "store":
            i.type = target
    for i in web:
        for index, operand in enumerate(i.operands):
            moved = operand.type is integer and (i.opcode in ("phi", "freeze") or (i.opcode == "select" and index)
                                                 or (i.opcode == "store" and not index))
            if moved:
                at = Builder.before(i) if i.opcode != "phi" else Builder.before(i.blocks[index].terminator)
                i.set_operand(index, _cast(at, operand, target))
        for user in [u for u in i.users if u not in web]:
            if user.opcode == "bitcast" and user.type is target:
                user.replace_all_uses_with(i)
                user.erase()
            elif user.opcode != "store" or user.operands[0] is i:
                at = Builder.before(user) if user.opcode != "phi" else Builder.behind(i)
                bits = at.cast("bitcast", i, integer, f"{i.name}.bits")
                for index, operand in enumerate(user.operands):
                    if operand is i:
                        user.set_operand(index, bits)


def _cast(b: Builder, value: Value, target: T.Type) -> Value:
    if isinstance(value, Constant):
        if value.text in ("undef", "poison"):
            return Constant(target, value.text)
        if value.int_value == 0:
            return const(target, 0.0)
    return b.cast("bitcast", value, target)
