"""Where in objects pointers are: for objects to whose start all pointers lead, from which fixed numbers of bytes go on.

A struct of two pointers holds one here and one there; an object with pointers into its middle, or behind an index, holds all of them
anywhere.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from irad_passes.ir import types as T
from irad_passes.ir.model import Constant, Instruction, Value

Thing = TypeVar("Thing")
_STEPS = ("getelementptr", "freeze", "addrspacecast", "bitcast")
"""Opcodes that make a pointer of another one."""


def movement(i: Instruction) -> tuple[int, list[tuple[int, Value]]]:
    """By how many bytes address arithmetic moves its pointer: a constant part, and multiples of sizes."""
    type_ = i.extra["source_type"]
    assert isinstance(type_, T.Type)
    constant, others, inner = 0, list[tuple[int, Value]](), False
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
            others.append((size, index))
    return constant, others


class Fields(Generic[Thing]):
    """What pointers in objects point to, by where they are."""

    def __init__(self) -> None:
        self._entered: set[Thing] = set()  # there are pointers to other places than their start
        self._fields: dict[Thing, dict[int | None, frozenset[Thing]]] = {}
        self._distances: dict[Value, int | None] = {}

    def enter(self, objects: frozenset[Thing]) -> bool:
        """Note that there are pointers into these objects of which nobody knows where they point; whether that is news."""
        before = len(self._entered)
        self._entered |= objects
        return len(self._entered) > before

    def distance(self, pointer: Value) -> int | None:
        """Bytes from the pointer that a chain of address arithmetic starts from; None where they are not fixed."""
        if pointer not in self._distances:
            total: int | None = 0
            at = pointer
            while total is not None and isinstance(at, Instruction) and at.opcode in _STEPS:
                if at.opcode == "getelementptr":
                    constant, others = movement(at)
                    total = None if others else total + constant
                at = at.operands[0]
            if isinstance(at, Constant) and at.global_name is None and "@" in at.text:
                total = None  # address arithmetic of constants
            self._distances[pointer] = total
        return self._distances[pointer]

    def put(self, o: Thing, offset: int | None, what: frozenset[Thing]) -> bool:
        """Note what is stored at an offset of ``o``; whether that is news."""
        own = self._fields.setdefault(o, {})
        where = None if o in self._entered else offset
        old = own.get(where, frozenset())
        own[where] = old | what
        return not what <= old

    def get(self, o: Thing, offset: int | None, whole: frozenset[Thing]) -> frozenset[Thing]:
        """What may be at an offset of ``o``, of all that it holds."""
        if offset is None or o in self._entered:
            return whole
        own = self._fields.get(o, {})
        return own.get(offset, frozenset()) | own.get(None, frozenset())
