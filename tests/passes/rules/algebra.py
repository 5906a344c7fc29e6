"""The rows as computer algebra: their expressions, and the functions they belong to, in sympy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import sympy

from irad_passes.rules.rule import ScalarRule
from irad_passes.rules.table import ROWS
from irad_passes.rules.val import Expression, Key, Leaf, Operand


class Step(sympy.Function):
    """A function whose derivative is 0 wherever it has one."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.Integer(0)


class Rint(Step):
    def _eval_evalf(self, precision: int) -> sympy.Expr:
        return sympy.sympify(mpmath.nint(self.args[0].evalf(50)))


class Trunc(Step):
    def _eval_evalf(self, precision: int) -> sympy.Expr:
        return sympy.Integer(int(self.args[0].evalf(50)))


OPERATIONS: dict[str, Callable[..., Any]] = {
    "fadd": lambda x, y: x + y, "fsub": lambda x, y: x - y, "fmul": lambda x, y: x * y, "fdiv": lambda x, y: x / y, "fneg": lambda x: -x,
    "oeq": sympy.Eq, "une": sympy.Ne, "olt": sympy.Lt, "ole": sympy.Le, "ogt": sympy.Gt, "oge": sympy.Ge,
    "and": sympy.And, "or": sympy.Or, "same": sympy.Eq, "select": lambda c, x, y: sympy.Piecewise((x, c), (y, True)),
    "real": lambda n: n, "like": lambda x, number: number,
    "pow": sympy.Pow, "powi": sympy.Pow, "ldexp": lambda x, n: x * 2**n, "cbrt": sympy.cbrt, "sqrt": sympy.sqrt,
    "fabs": sympy.Abs, "copysign": lambda x, y: sympy.Abs(x) * sympy.sign(y), "rint": Rint, "trunc": Trunc,
    "minnum": sympy.Min, "minimum": sympy.Min, "minimumnum": sympy.Min,
    "maxnum": sympy.Max, "maximum": sympy.Max, "maximumnum": sympy.Max,
    "tgamma": sympy.gamma, "lgamma": sympy.loggamma,
}
"""Operations, and functions that have another name in sympy."""

CONSTANTS = {
    float(exact): exact
    for exact in (sympy.log(2), sympy.log(10), 1 / sympy.log(2), 1 / sympy.log(10), 2 / sympy.sqrt(sympy.pi), -2 / sympy.sqrt(sympy.pi))
}
"""What the doubles in the rows stand for: each is the double nearest to it."""


def operation(name: str) -> Callable[..., Any]:
    return OPERATIONS.get(name) or getattr(sympy, name)


def symbolic(tree: Operand, leaves: Mapping[Key, Any]) -> Any:
    """A row's expression as sympy's, with ``leaves`` for its operands and result."""
    match tree:
        case Leaf(key=key):
            return leaves[key]
        case Expression(name=name, operands=operands):
            function = operation(name if isinstance(name, str) else name.__name__)
            return function(*(symbolic(operand, leaves) for operand in operands))
        case int() | float():
            return CONSTANTS.get(tree) or sympy.Rational(tree)
    raise TypeError(tree)


def primal(row: ScalarRule, operands: list[Any]) -> Any:
    """The function of a row, of sympy's ``operands``."""
    if row.function is None:
        return operation(row.name)(*operands)
    tree = row.function(*map(Leaf, range(row.arity)))
    return symbolic(tree, dict(enumerate(operands)))


def is_integer(row: ScalarRule, index: int) -> bool:
    """Whether operand ``index`` is an integer: then its domain is bounded by integers."""
    return isinstance(row.domain[index][0], int)


CASES = [(row, index) for row in ROWS for index in range(row.arity) if not is_integer(row, index)]
"""Each row with each operand that it has a partial for."""
