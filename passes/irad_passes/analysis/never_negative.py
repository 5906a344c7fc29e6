"""Integers that are never negative: what grows from such numbers in steps of such, without wrapping around."""

from __future__ import annotations

import re
from collections.abc import Callable

from irad_passes.ir.model import Constant, Function, Instruction, Value
from irad_passes.ir.types import I1, IntType, Type

_RANGE = re.compile(r"\brange\(i\d+ (-?\d+), (-?\d+)\)")


def never_negative(function: Function) -> set[Value]:
    """The integers of ``function`` that are not negative, or poison: the largest set in which each follows from others."""
    found: set[Value] = {i for i in function.instructions() if _is_number(i.type) and i.opcode in _RULES}
    pending = list(found)
    while pending:
        i = pending.pop()
        if i in found and isinstance(i, Instruction) and not _RULES[i.opcode](i, lambda v: _at_least(v, 0) or v in found):
            found.discard(i)
            pending += i.users
    return found


def _is_number(type_: Type) -> bool:
    return isinstance(type_, IntType) and type_ is not I1  # whose 1 is -1 to a sext


def _at_least(value: Value, least: int) -> bool:
    """Whether a constant, or what a call returns by its declaration, is at least that much."""
    if isinstance(value, Constant):
        return _is_number(value.type) and value.int_value is not None and value.int_value >= least
    if isinstance(value, Instruction) and value.opcode == "call":
        match = _RANGE.search(str(value.extra.get("return_attributes", "")))
        return match is not None and least <= int(match[1]) < int(match[2])
    return False


_Test = Callable[[Value], bool]


def _all(i: Instruction, known: _Test) -> bool:
    return all(map(known, i.operands))


def _any(i: Instruction, known: _Test) -> bool:
    return any(map(known, i.operands))


def _first(i: Instruction, known: _Test) -> bool:
    return known(i.operands[0])


def _no_wrap(i: Instruction, known: _Test) -> bool:
    return "nsw" in i.flags and all(map(known, i.operands))


def _right_shift(i: Instruction, known: _Test) -> bool:
    return known(i.operands[0]) or _at_least(i.operands[1], 1)


def _call(i: Instruction, known: _Test) -> bool:
    name = (i.callee or "").rsplit(".", 1)[0]
    if name in ("llvm.smax", "llvm.umin"):
        return any(map(known, i.arguments))
    return name in ("llvm.smin", "llvm.umax") and all(map(known, i.arguments))


_RULES: dict[str, Callable[[Instruction, _Test], bool]] = {
    "add": _no_wrap, "mul": _no_wrap,
    "shl": lambda i, known: "nsw" in i.flags and known(i.operands[0]),
    "lshr": _right_shift, "ashr": _first,
    "and": _any, "or": _all, "xor": _all,
    "udiv": _first, "sdiv": _all, "urem": _any, "srem": _first,
    "sext": _first, "zext": lambda i, known: True,
    "phi": _all, "select": lambda i, known: all(map(known, i.operands[1:])),
    "call": _call,
}
"""For each opcode: whether the result is not negative, given what is known of the operands."""
