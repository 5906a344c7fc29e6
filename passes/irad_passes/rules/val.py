"""Numbers that a rule is written with: an `Expression` keeps what is asked of it, a `Val` emits IR.

Each operation is one ``apply(name, *operands)``. Names are LLVM's: opcodes, predicates of ``fcmp``, intrinsics without ``llvm.`` and
type; then libm's. `rules.emit` knows the instructions behind them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TypeAlias

from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Value, const
from irad_passes.rules.emit import convert, emit, literal

Key: TypeAlias = "int | str"
"""What an expression starts from: an operand by its index, or "ans", the primal's result."""

_ON_LITERALS: dict[str, Callable[..., float]] = {
    "fadd": operator.add, "fsub": operator.sub, "fmul": operator.mul, "fdiv": operator.truediv, "fneg": operator.neg,
    "oeq": operator.eq, "une": operator.ne, "olt": operator.lt, "ole": operator.le, "ogt": operator.gt, "oge": operator.ge,
    "and": operator.and_, "or": operator.or_,
}
_NEUTRAL = {("fmul", 0): 1.0, ("fmul", 1): 1.0, ("fdiv", 1): 1.0, ("pow", 1): 1.0, ("and", 0): 1, ("and", 1): 1, ("or", 0): 0, ("or", 1): 0}
"""The literal that, as the operand of that index, makes an operation return its other operand."""


class Number:
    """What a rule computes with. Arithmetic and comparisons mix with Python's numbers; a comparison gives a condition."""

    __slots__ = ()
    __hash__ = object.__hash__

    def apply(self, name: str, *operands: Operand) -> Number:
        """``name`` of ``operands``, the first number among which is this one."""
        raise NotImplementedError

    def __add__(self, other: Operand) -> Number:
        return apply("fadd", self, other)

    def __radd__(self, other: float) -> Number:
        return apply("fadd", other, self)

    def __sub__(self, other: Operand) -> Number:
        return apply("fsub", self, other)

    def __rsub__(self, other: float) -> Number:
        return apply("fsub", other, self)

    def __mul__(self, other: Operand) -> Number:
        return apply("fmul", self, other)

    def __rmul__(self, other: float) -> Number:
        return apply("fmul", other, self)

    def __truediv__(self, other: Operand) -> Number:
        return apply("fdiv", self, other)

    def __rtruediv__(self, other: float) -> Number:
        return apply("fdiv", other, self)

    def __neg__(self) -> Number:
        return apply("fneg", self)

    def __eq__(self, other: Operand) -> Number:  # type: ignore[override]
        return apply("oeq", self, other)

    def __ne__(self, other: Operand) -> Number:  # type: ignore[override]
        return apply("une", self, other)

    def __lt__(self, other: Operand) -> Number:
        return apply("olt", self, other)

    def __le__(self, other: Operand) -> Number:
        return apply("ole", self, other)

    def __gt__(self, other: Operand) -> Number:
        return apply("ogt", self, other)

    def __ge__(self, other: Operand) -> Number:
        return apply("oge", self, other)

    def __and__(self, other: Number) -> Number:
        return apply("and", self, other)

    def __or__(self, other: Number) -> Number:
        return apply("or", self, other)


Operand: TypeAlias = "Number | float"


class Tree(Number):
    """A number that is not computed yet."""

    __slots__ = ()

    def apply(self, name: str, *operands: Operand) -> Number:
        return Expression(name, operands)


@dataclass(frozen=True, slots=True, eq=False)
class Leaf(Tree):
    """Where an expression starts."""

    key: Key


@dataclass(frozen=True, slots=True, eq=False)
class Expression(Tree):
    """An operation on trees and Python's numbers. ``name`` is a function where it is made of others (see `composed`)."""

    name: str | Callable[..., Number]
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Val(Number):
    """An IR value; operations emit instructions at ``builder`` and fold what is literal.

    ``real`` is the type of Python's floats beside it: its own, or for a condition that of what was compared.
    """

    builder: Builder
    value: Value
    real: T.Type

    def apply(self, name: str, *operands: Operand) -> Number:
        values = [operand.value if isinstance(operand, Val) else self._constant(operand) for operand in operands]
        if name == "like":
            return self._with(values[1])
        if name == "real":
            return self._with(convert(self.builder, values[0], self.real))
        numbers = [literal(value) for value in values]
        if None not in numbers and name in _ON_LITERALS:
            try:
                return self._literal(_ON_LITERALS[name](*numbers), values[0].type)
            except ZeroDivisionError:
                pass
        for index, number in enumerate(numbers[:2]):
            if number is not None and _NEUTRAL.get((name, index)) == number:
                return self._with(values[1 - index])
        return self._with(emit(self.builder, name, values))

    def _with(self, value: Value) -> Val:
        return Val(self.builder, value, self.real)

    def _constant(self, operand: Operand) -> Value:
        """A Python number as a constant: an int beside an integer stays one."""
        assert not isinstance(operand, Number), f"{operand!r} among values"
        return const(self.real if isinstance(operand, float) or self.value.type.is_float else self.value.type, operand)

    def _literal(self, number: float, type_: T.Type) -> Val:
        if isinstance(number, bool):
            type_ = T.vector(type_.count, T.I1) if isinstance(type_, T.VectorType) else T.I1
        return self._with(const(type_, number))


def apply(name: str, *operands: Operand) -> Number:
    """``name`` of ``operands``, as the first number among them computes it."""
    for operand in operands:
        if isinstance(operand, Number):
            return operand.apply(name, *operands)
    raise TypeError(f"{name} of {operands}: one operand at least must be a Number")


def evaluate(root: Operand, leaves: Mapping[Key, Val]) -> Operand:
    """``root`` with ``leaves`` in place; what occurs twice is computed once, and of a decided `where` only what it takes."""
    known: dict[int, Operand] = {}

    def walk(node: Operand) -> Operand:
        if isinstance(node, Leaf):
            return leaves[node.key]
        if not isinstance(node, Expression):
            return node
        if id(node) not in known:
            known[id(node)] = compute(node)
        return known[id(node)]

    def compute(node: Expression) -> Operand:
        if node.name == "select":
            condition = walk(node.operands[0])
            decided = literal(condition.value) if isinstance(condition, Val) else None
            if decided is not None:
                return walk(node.operands[1 if decided else 2])
        operands = [walk(operand) for operand in node.operands]
        return apply(node.name, *operands) if isinstance(node.name, str) else node.name(*operands)

    return walk(root)


def keys(root: Operand) -> frozenset[Key]:
    """What `evaluate` needs in ``leaves``."""
    if isinstance(root, Leaf):
        return frozenset({root.key})
    if isinstance(root, Expression):
        return frozenset().union(*map(keys, root.operands))
    return frozenset()


def composed(function: Callable[[Number], Number]) -> Callable[[Number], Number]:
    """Let an expression hold ``function`` as one node, by its name, and expand it where IR is emitted."""

    @wraps(function)
    def call(x: Number) -> Number:
        return Expression(call, (x,)) if isinstance(x, Tree) else function(x)

    return call


def where(condition: Number, x: Operand, y: Operand) -> Number:
    """``x`` where the condition holds, else ``y``."""
    return apply("select", condition, x, y)


def same(x: Number, y: Number) -> Number:
    """Whether two floats are the same, bit by bit: so is a nan with itself, and 0.0 is not -0.0."""
    return apply("same", x, y)


def real(n: Number) -> Number:
    """The integer ``n`` as a float."""
    return apply("real", n)


def like(x: Number, number: float) -> Number:
    """A literal of the type of ``x``."""
    return apply("like", x, number)


def _unary(name: str) -> Callable[[Operand], Number]:
    return lambda x: apply(name, x)


def _binary(name: str) -> Callable[[Operand, Operand], Number]:
    return lambda x, y: apply(name, x, y)


sqrt, cbrt, fabs, rint, trunc = _unary("sqrt"), _unary("cbrt"), _unary("fabs"), _unary("rint"), _unary("trunc")
sin, cos, tan = _unary("sin"), _unary("cos"), _unary("tan")
asin, acos, atan, atan2 = _unary("asin"), _unary("acos"), _unary("atan"), _binary("atan2")
sinh, cosh, tanh = _unary("sinh"), _unary("cosh"), _unary("tanh")
asinh, acosh, atanh = _unary("asinh"), _unary("acosh"), _unary("atanh")
exp, exp2, exp10, expm1 = _unary("exp"), _unary("exp2"), _unary("exp10"), _unary("expm1")
log, log2, log10, log1p = _unary("log"), _unary("log2"), _unary("log10"), _unary("log1p")
erf, erfc, tgamma, lgamma = _unary("erf"), _unary("erfc"), _unary("tgamma"), _unary("lgamma")
pow, powi, ldexp, hypot = _binary("pow"), _binary("powi"), _binary("ldexp"), _binary("hypot")
copysign, fmod, maxnum, minnum = _binary("copysign"), _binary("fmod"), _binary("maxnum"), _binary("minnum")
