"""Scalar evolution, in small: induction variables, how often a loop goes round, integers that are affine in loop counters.

Only what is exact is said: a count holds for every input for which the program's behaviour is defined, also where an error
return leaves the loop early (then fewer iterations run). Everything else is None.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from irad_passes.analysis.cfg import Cfg
from irad_passes.analysis.expr import Expr, Leaf, as_expr, at_most, extended, leaf, maximum, udiv, wrapped
from irad_passes.analysis.loops import Loop, LoopForest, is_invariant
from irad_passes.ir.model import Block, Constant, Instruction, Value
from irad_passes.ir.types import IntType

_MAX_DEPTH = 8
_MAX_STEP = 1 << 31  # so that rounding a distance up to whole steps overflows only where no loop would ever end

_INVERSE = {"eq": "ne", "ne": "eq", "slt": "sge", "sge": "slt", "sgt": "sle", "sle": "sgt",
            "ult": "uge", "uge": "ult", "ugt": "ule", "ule": "ugt"}
_SWAPPED = {"eq": "eq", "ne": "ne", "slt": "sgt", "sgt": "slt", "sle": "sge", "sge": "sle",
            "ult": "ugt", "ugt": "ult", "ule": "uge", "uge": "ule"}


@dataclass(frozen=True, eq=False)
class Induction:
    """A header phi that grows by the same ``step`` in each iteration.

    Attributes
    ----------
    start
        Its value in the first iteration.
    step
        What is added, invariant in the loop; its low bits count where the phi is narrower than 64.
    increment
        The value it gets in the next iteration.
    nsw, nuw
        Whether a step over the signed or unsigned range is undefined behaviour.
    """

    phi: Instruction
    start: Value
    step: Expr
    increment: Instruction
    nsw: bool
    nuw: bool


@dataclass(frozen=True, eq=False)
class Affine:
    """``start`` + the sum of ``coefficients[loop]`` x (number of the iteration of that loop, from 0), modulo 2^64."""

    start: Expr
    coefficients: dict[Loop, Expr]


@dataclass(frozen=True, eq=False)
class Sequence:
    """A value of ``bits`` bits that is ``start + k * step`` in iteration k; the low bits of ``start`` count."""

    start: Expr
    step: int
    bits: int
    nsw: bool
    nuw: bool


def induction(phi: Instruction, loop: Loop) -> Induction | None:
    """``phi`` as an induction variable of ``loop``; None if it is none."""
    latch = loop.latch
    if phi.opcode != "phi" or phi.parent is not loop.header or latch is None or len(phi.blocks) != 2 or latch not in phi.blocks:
        return None
    if not isinstance(phi.type, IntType) or phi.type.bits > 64:
        return None
    increment = phi.incoming(latch)
    start = phi.operands[1 - phi.blocks.index(latch)]
    if phi.blocks[0] in loop.blocks and phi.blocks[1] in loop.blocks:
        return None
    step, nsw, nuw = as_expr(0), True, True
    value = increment
    while value is not phi:
        link = _added(value, loop)
        if link is None:
            return None
        value, amount, no_signed_wrap, no_unsigned_wrap = link
        step, nsw, nuw = step + amount, nsw and no_signed_wrap, nuw and no_unsigned_wrap
    if not isinstance(increment, Instruction) or increment is phi:
        return None
    return Induction(phi, start, extended(step, phi.type.bits, True), increment, nsw, nuw)


def backedge_count(loop: Loop, graph: Cfg) -> Expr | None:
    """How many times the back edge of ``loop`` is taken each time the loop is entered; its leaves are available at the preheader.

    The header runs once more than that. Counts of 2^63 and more, of loops that do not end in this world, read as negative
    numbers.

    Returns
    -------
    Expr or None
        None where the loop has several exits, or the exit does not compare an induction with an invariant, or a step could pass
        the bound by wrapping around.
    """
    latch = loop.latch
    if latch is None or len(loop.exits) != 1:
        return None
    exiting, _ = loop.exits[0]
    if any(exiting in child.blocks for child in loop.children) or not _dominates(exiting, latch, loop, graph):
        return None
    branch = exiting.terminator
    if branch.opcode != "br" or len(branch.operands) != 1:
        return None
    stays = branch.blocks[0] in loop.blocks
    if stays == (branch.blocks[1] in loop.blocks):
        return None
    condition, frozen = branch.operands[0], False
    while isinstance(condition, Instruction) and condition.opcode in ("freeze", "xor"):
        if condition.opcode == "xor":
            if not (isinstance(condition.operands[1], Constant) and condition.operands[1].int_value in (1, -1)):
                return None
            stays = not stays
        frozen |= condition.opcode == "freeze"
        condition = condition.operands[0]
    if not isinstance(condition, Instruction) or condition.opcode != "icmp":
        return None
    predicate = str(condition.extra["predicate"]).split()[-1]
    left, right = condition.operands
    if invariant_expr(left, loop) is not None:
        left, right, predicate = right, left, _SWAPPED[predicate]
    tested, bound = sequence(left, loop), invariant_expr(right, loop)
    if tested is None or bound is None or (frozen and _may_overflow(left, loop)):
        return None
    return _iterations(tested, predicate if stays else _INVERSE[predicate], bound)


def invariant_expr(value: Value, loop: Loop, depth: int = 0) -> Expr | None:
    """``value`` in terms of what is available at the preheader of ``loop``; None where it may vary, or is no integer.

    Its low bits count where the value is narrower than 64.
    """
    if not isinstance(value.type, IntType) or value.type.bits > 64:
        return None
    if isinstance(value, Constant):
        number = value.int_value
        if number is not None:
            return as_expr(wrapped(number, value.type.bits))
        return None if value.text in ("undef", "poison") else leaf(value)
    if is_invariant(value, loop):
        return leaf(value)
    assert isinstance(value, Instruction)
    if depth > _MAX_DEPTH or value.opcode not in ("add", "sub", "mul", "sext", "zext", "trunc"):
        return None
    operands = [invariant_expr(operand, loop, depth + 1) for operand in value.operands]
    x, y = operands[0], operands[-1]
    if x is None or y is None:
        return None
    match value.opcode:
        case "add":
            return x + y
        case "sub":
            return x - y
        case "mul":
            return x * y
        case "trunc":
            return x
    inner = value.operands[0].type
    assert isinstance(inner, IntType)
    return extended(x, inner.bits, value.opcode == "sext")


def affine(value: Value, loop: Loop, forest: LoopForest, depth: int = 0) -> Affine | None:
    """An i64 inside ``loop`` in terms of the counters of ``loop`` and of the loops in it.

    Start and coefficients are available at the preheader of ``loop``. None where the value is no such sum.
    """
    if not isinstance(value.type, IntType) or value.type.bits != 64 or depth > _MAX_DEPTH:
        return None
    constant = invariant_expr(value, loop)
    if constant is not None:
        return Affine(constant, {})
    assert isinstance(value, Instruction)
    if value.opcode == "phi":
        return _affine_phi(value, loop, forest, depth)
    if value.opcode not in ("add", "sub", "mul", "or", "shl") or (value.opcode == "or" and "disjoint" not in value.flags):
        return None
    x = affine(value.operands[0], loop, forest, depth + 1)
    y = affine(value.operands[1], loop, forest, depth + 1)
    if x is None or y is None:
        return None
    if value.opcode in ("add", "or"):
        return _sum(x, y, 1)
    if value.opcode == "sub":
        return _sum(x, y, -1)
    if y.coefficients:
        x, y = y, x
    factor = y.start
    if value.opcode == "shl":
        amount = y.start.number
        if y.coefficients or amount is None or not 0 <= amount < 64 or isinstance(value.operands[0], Constant):
            return None
        factor = as_expr(1 << amount)
    if y.coefficients:
        return None
    return Affine(x.start * factor, {inner: c * factor for inner, c in x.coefficients.items()})


def _affine_phi(phi: Instruction, loop: Loop, forest: LoopForest, depth: int) -> Affine | None:
    """An induction variable of ``loop`` or of a loop in it, whose step does not depend on ``loop``."""
    own = forest.loop_of(phi.block)
    found = None if own is None else induction(phi, own)
    if own is None or found is None or any(isinstance(v, Instruction) and v.block in loop.blocks for v in found.step.leaves()):
        return None
    start = affine(found.start, loop, forest, depth + 1)
    return None if start is None else _sum(start, Affine(as_expr(0), {own: found.step}), 1)


def _sum(x: Affine, y: Affine, sign: int) -> Affine:
    coefficients = dict(x.coefficients)
    for loop, coefficient in y.coefficients.items():
        coefficients[loop] = coefficients.get(loop, as_expr(0)) + coefficient * sign
    return Affine(x.start + y.start * sign, {loop: c for loop, c in coefficients.items() if c.number != 0})


def _added(value: Value, loop: Loop) -> tuple[Value, Expr, bool, bool] | None:
    """Take ``value`` as ``other + amount`` with an invariant amount: (other, amount, no signed wrap, no unsigned wrap)."""
    if not isinstance(value, Instruction) or value.block not in loop.blocks or value.opcode not in ("add", "sub", "or"):
        return None
    if value.opcode == "or" and "disjoint" not in value.flags:
        return None
    other, amount = value.operands
    step = invariant_expr(amount, loop)
    if step is None and value.opcode != "sub":
        other, step = amount, invariant_expr(other, loop)
    if step is None:
        return None
    # nuw speaks of the operand as an unsigned number: of adding 2^64 - 1 it is of no use for counting down.
    upward = step.number is None or step.number >= 0
    nsw, nuw = (True, upward) if value.opcode == "or" else ("nsw" in value.flags, "nuw" in value.flags and upward)
    return other, -step if value.opcode == "sub" else step, nsw, nuw


def sequence(value: Value, loop: Loop, depth: int = 0) -> Sequence | None:
    """``value`` as a number that grows by a constant in each iteration of ``loop``."""
    if not isinstance(value, Instruction) or depth > _MAX_DEPTH or not isinstance(value.type, IntType):
        return None
    if value.opcode == "phi":
        found = induction(value, loop)
        start = None if found is None else invariant_expr(found.start, loop)
        if found is None or start is None or found.step.number is None:
            return None
        return Sequence(start, found.step.number, value.type.bits, found.nsw, found.nuw)
    if value.opcode in ("sext", "zext", "trunc", "freeze"):
        inner = sequence(value.operands[0], loop, depth + 1)
        if inner is None or (value.opcode == "freeze" and _may_overflow(value.operands[0], loop)):
            return None
        return _cast(inner, value, value.type.bits)
    link = _added(value, loop)
    if link is None:
        return None
    base = sequence(link[0], loop, depth + 1)
    if base is None:
        return None
    return replace(base, start=base.start + link[1], nsw=base.nsw and link[2], nuw=base.nuw and link[3])


def _may_overflow(value: Value, loop: Loop) -> bool:
    """Whether a number that is a sequence may become poison, which a freeze turns into any other number."""
    seen: set[Value] = set()
    work = [value]
    while work:
        link = work.pop()
        if link in seen or not isinstance(link, Instruction) or link.block not in loop.blocks:
            continue
        if link.flags:
            return True
        seen.add(link)
        work.extend(link.operands)
    return False


def _cast(inner: Sequence, cast: Instruction, bits: int) -> Sequence | None:
    """What a cast makes of a sequence; None where the wider values do not follow each other by the same step."""
    if cast.opcode in ("trunc", "freeze"):
        return replace(inner, step=wrapped(inner.step, bits), bits=bits, nsw=False, nuw=False)
    never_negative = cast.opcode == "zext" and "nneg" in cast.flags
    # That a step cannot wrap the narrow number says nothing about how near it gets to a wide bound: no flags are left.
    if inner.nsw and (cast.opcode == "sext" or never_negative):
        return Sequence(extended(inner.start, inner.bits, True), inner.step, bits, False, False)
    if inner.nuw and cast.opcode == "zext":
        return Sequence(extended(inner.start, inner.bits, False), inner.step, bits, False, False)
    return None


def _iterations(tested: Sequence, predicate: str, bound: Expr) -> Expr | None:
    """The first k for which ``tested`` no longer is ``predicate`` ``bound``."""
    bits, step = tested.bits, tested.step
    if predicate == "ne":
        # One step at a time, around the whole circle if need be: the difference is exact.
        return extended((bound - tested.start) * step, bits, False) if abs(step) == 1 else None
    if predicate == "eq" or not 0 < abs(step) < _MAX_STEP or (step > 0) != (predicate[1] == "l"):
        return None
    signed, strict = predicate[0] == "s", predicate[2] == "t"
    start, bound = extended(tested.start, bits, signed), extended(bound, bits, signed)
    direction = 1 if step > 0 else -1
    reach = abs(step) - strict
    if not (reach == 0 or (tested.nsw if signed else tested.nuw) or _has_room(bound, bits, signed, reach * direction)):
        return None
    if not strict and (bits < 64 or (bound.number is not None and _has_room(bound, bits, signed, direction))):
        bound, strict = bound + direction, True
    low, high = (start, bound) if step > 0 else (bound, start)
    distance = maximum(high, low, signed or bits < 64) - low
    if strict:
        return udiv(distance + (abs(step) - 1), abs(step))
    return udiv(distance, abs(step)) + at_most(low, high, signed)


def _has_room(bound: Expr, bits: int, signed: bool, reach: int) -> bool:
    """Whether ``bound + reach`` surely is in the range of ``bits`` bits."""
    low, high = _range(bits, signed)
    least, most = low, high
    if bound.number is not None:
        least = most = wrapped(bound.number, 64, signed)
    elif isinstance(bound.atom, Leaf):
        value: Value = bound.atom.value
        extension = "sext" if bound.atom.signed else "zext"
        if isinstance(value, Instruction) and value.opcode in ("sext", "zext"):
            extension, value = value.opcode, value.operands[0]
        assert isinstance(value.type, IntType)
        if value.type.bits < bits and (signed or extension == "zext"):
            least, most = _range(value.type.bits, extension == "sext")
    return low <= least + min(reach, 0) and most + max(reach, 0) <= high


def _range(bits: int, signed: bool) -> tuple[int, int]:
    """The least and the greatest number of ``bits`` bits."""
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)


def _dominates(block: Block, latch: Block, loop: Loop, graph: Cfg) -> bool:
    """Whether each iteration that goes on to the next one passes ``block``."""
    if block in (loop.header, latch):
        return True
    seen = {block}
    work = [loop.header]
    while work:
        for successor in graph.successors[work.pop()]:
            if successor is latch:
                return False
            if successor in loop.blocks and successor not in seen:
                seen.add(successor)
                work.append(successor)
    return True
