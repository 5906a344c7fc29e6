"""Floats that travel through integer registers: make them floats again, before anything is analysed.

LLVM copies doubles as i64. Where such a copy comes from or goes to memory that holds floats (by the types of other accesses, or
because the front end says so), its loads, phis, selects and stores get the float type. Bits that are computed with stay integers.
"""

from __future__ import annotations

from irad_passes.analysis.contents import Contents
from irad_passes.analysis.integers import FLOAT_OF, MOVES, size
from irad_passes.analysis.memory import Memory
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Constant, Function, Instruction, Value, const
from irad_passes.request import Request


def retype(function: Function, request: Request, memory: Memory) -> None:
    """Rewrite integer copies of floats in place."""
    known = Contents(function, request, memory)
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
                        known.add(i, target)


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


def _target(web: set[Instruction], known: Contents) -> T.Type | None:
    """The float type that the web moves, if memory at one of its ends holds nothing else."""
    bits = size(next(i for i in web if i.opcode == "load").type)
    if known.holds_integers(web):
        return None
    for i in web:
        kind = known.of(i.operands[-1], bits // 8) if i.opcode in ("load", "store") else None
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
