"""Each row's machine code over its domain, in float64, float32 and four lanes, against mpmath's numerical derivative.

The tolerance is what rounding explains: a unit in the last place for each operation of the expression, one for the result and each
operand as it comes in (the result is rounded by the primal), times how much the partial varies with it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from irad_passes.ir import types as T
from irad_passes.rules.emit import SCALED
from irad_passes.rules.rule import ScalarRule
from irad_passes.rules.val import Expression, Operand
from tests.passes.rules.algebra import CASES, Rint, Trunc, is_integer, symbolic
from tests.passes.rules.machine import DOUBLES, DTYPES, compiled, lanes, name_of

POINTS = 40
DIGITS = 40
IDS = [name_of(row, index) for row, index in CASES]
TYPES = (T.DOUBLE, T.FLOAT, DOUBLES)

REFERENCE: dict[str, Callable[..., Any]] = {
    "fneg": lambda x: -x, "fadd": lambda x, y: x + y, "fsub": lambda x, y: x - y, "fmul": lambda x, y: x * y, "fdiv": lambda x, y: x / y,
    "frem": lambda x, y: x - y * int(x / y), "remainder": lambda x, y: x - y * mpmath.nint(x / y),
    "exp2": lambda x: mpmath.power(2, x), "exp10": lambda x: mpmath.power(10, x), "log2": lambda x: mpmath.log(x, 2),
    "pow": mpmath.power, "powi": mpmath.power, "ldexp": lambda x, n: x * mpmath.power(2, n),
    "fma": lambda x, y, z: x * y + z, "fmuladd": lambda x, y, z: x * y + z, "copysign": lambda x, y: abs(x) * mpmath.sign(y),
    "minnum": min, "minimum": min, "minimumnum": min, "maxnum": max, "maximum": max, "maximumnum": max,
    "canonicalize": lambda x: x, "arithmetic.fence": lambda x: x, "ssa.copy": lambda x: x, "nextafter": lambda x, y: x,
    "tgamma": mpmath.gamma, "lgamma": lambda x: mpmath.re(mpmath.loggamma(x)), "fdim": lambda x, y: max(x - y, mpmath.mpf(0)),
    SCALED: lambda x, partial: x * partial,
}
"""The functions in mpmath, where it has none of the row's name."""


def operations(tree: Operand) -> int:
    """How many operations round in an expression; digamma counts for 40."""
    if not isinstance(tree, Expression):
        return 0
    return (1 if isinstance(tree.name, str) else 40) + sum(map(operations, tree.operands))


def sensitivity(row: ScalarRule, index: int) -> Callable[..., Any]:
    """Σ |v ∂p/∂v| over the operands and the result v that the partial p reads."""
    symbols = [sympy.Symbol(f"x{i}", real=True) for i in range(row.arity)]
    ans = sympy.Symbol("ans", real=True)
    partial = sympy.sympify(symbolic(row.expression(index), {**dict(enumerate(symbols)), "ans": ans}))
    smooth = partial.replace(lambda e: isinstance(e, (Rint, Trunc)), lambda e: e.func(0))
    varies = sum(abs(v * sympy.diff(smooth, v)) for v in (*symbols, ans) if not smooth.has(sympy.Eq))
    return sympy.lambdify([*symbols, ans], varies, [{"Rint": mpmath.nint, "Trunc": int}, "mpmath"])


@pytest.mark.parametrize("row, index", CASES, ids=IDS)
@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_partial_has_the_value_of_the_derivative(row: ScalarRule, index: int, type_: T.Type) -> None:
    function = REFERENCE.get(row.name) or getattr(mpmath, row.name)
    source = random.Random(row.name)
    dtype = DTYPES[type_]
    unit = float(np.finfo(dtype).eps)
    varies = sensitivity(row, index)
    steps = 1 + operations(row.expression(index))
    for _ in range(POINTS // lanes(type_)):
        points = [_point(row, source, dtype) for _ in range(lanes(type_))]
        if row.name == "powi":
            points = [[x, points[0][1]] for x, _ in points]
        with mpmath.workdps(DIGITS):
            exact = [[mpmath.mpf(x) for x in point] for point in points]
            ans = [float(function(*point)) for point in exact]
            order = tuple(int(i == index) for i in range(row.arity))
            expected = [mpmath.diff(function, tuple(point), order) for point in exact]
            tolerance = [steps * unit * (abs(e) + varies(*point, mpmath.mpf(a))) for e, point, a in zip(expected, exact, ans, strict=True)]
        partial = compiled(type_)[name_of(row, index)]([list(column) for column in zip(*points, strict=True)], ans)
        for got, wanted, error, point in zip(partial, expected, tolerance, points, strict=True):
            assert abs(float(got) - wanted) <= error, f"at {point}: {got}, not {float(wanted)}"


def _point(row: ScalarRule, source: random.Random, dtype: type[np.floating[Any]]) -> list[float]:
    """Random operands in the domain of ``row`` that ``dtype`` holds exactly."""
    return [source.randint(int(low), int(high)) if is_integer(row, i) else float(dtype(source.uniform(low, high)))
            for i, (low, high) in enumerate(row.domain)]
