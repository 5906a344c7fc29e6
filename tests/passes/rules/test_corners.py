"""The corner cases of the rows: kinks, ties, poles, signed zeros, nan. Expected values follow from the text beside each."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from irad_passes.ir import types as T
from irad_passes.rules.rule import ScalarRule
from tests.passes.rules.algebra import CASES, is_integer
from tests.passes.rules.machine import DOUBLES, compiled, lanes, name_of

INF, NAN = math.inf, math.nan
LARGEST, TINIEST = 1.7976931348623157e308, 5e-324

CORNERS = [
    # row, operands, result, partials
    ("fabs", (0.0,), 0.0, (0.0,)),
    ("fabs", (-0.0,), 0.0, (0.0,)),
    ("fabs", (-INF,), INF, (-1.0,)),
    ("copysign", (0.0, -1.0), -0.0, (0.0, 0.0)),
    ("copysign", (-2.0, -0.0), -2.0, (1.0, 0.0)),
    ("copysign", (2.0, -0.0), -2.0, (-1.0, 0.0)),
    ("sqrt", (0.0,), 0.0, (INF,)),
    ("cbrt", (0.0,), 0.0, (INF,)),
    ("cbrt", (-0.0,), -0.0, (INF,)),
    ("log", (0.0,), -INF, (INF,)),
    ("log2", (0.0,), -INF, (INF,)),
    ("log10", (0.0,), -INF, (INF,)),
    ("log1p", (-1.0,), -INF, (INF,)),
    ("asin", (1.0,), math.pi / 2, (INF,)),
    ("acos", (-1.0,), math.pi, (-INF,)),
    ("acosh", (1.0,), 0.0, (INF,)),
    ("atanh", (1.0,), INF, (INF,)),
    ("atan", (INF,), math.pi / 2, (0.0,)),
    ("tanh", (INF,), 1.0, (0.0,)),
    ("exp", (-INF,), 0.0, (0.0,)),
    ("erf", (INF,), 1.0, (0.0,)),
    ("fdiv", (1.0, 0.0), INF, (INF, -INF)),
    ("fdiv", (0.0, 0.0), NAN, (INF, NAN)),
    # x⁰ = 1 for every x, so its slope in x is 0, even where y x^(y-1) is not.
    ("pow", (0.0, 0.0), 1.0, (0.0, -INF)),
    ("pow", (NAN, 0.0), 1.0, (0.0, NAN)),
    ("pow", (INF, 0.0), 1.0, (0.0, INF)),
    # 0ʸ = 0 for every y > 0.
    ("pow", (0.0, 0.5), 0.0, (INF, 0.0)),
    ("pow", (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("pow", (0.0, 2.0), 0.0, (0.0, 0.0)),
    # A negative base has whole exponents only: no slope in y.
    ("pow", (-2.0, 3.0), -8.0, (12.0, NAN)),
    ("powi", (0.0, 0), 1.0, (0.0,)),
    ("powi", (0.0, 1), 0.0, (1.0,)),
    ("powi", (0.0, 2), 0.0, (0.0,)),
    ("powi", (-2.0, 3), -8.0, (12.0,)),
    ("ldexp", (0.0, 3), 0.0, (8.0,)),
    # The quotient 0.7 / 0.1 rounds to 7, but 0.1 (a little more than a tenth) is in 0.7 (a little less) only 6 times.
    ("frem", (0.7, 0.1), math.fmod(0.7, 0.1), (1.0, -6.0)),
    ("frem", (-0.7, 0.1), math.fmod(-0.7, 0.1), (1.0, 6.0)),
    ("frem", (2.0, INF), 2.0, (1.0, 0.0)),
    ("remainder", (0.7, 0.1), math.remainder(0.7, 0.1), (1.0, -7.0)),
    ("fdim", (2.0, 2.0), 0.0, (0.0, 0.0)),
    ("atan2", (0.0, 0.0), 0.0, (NAN, NAN)),
    ("atan2", (0.0, -1.0), math.pi, (-1.0, -0.0)),
    ("hypot", (0.0, 0.0), 0.0, (NAN, NAN)),
    ("hypot", (0.0, -3.0), 3.0, (0.0, -1.0)),
    # Poles.
    ("lgamma", (0.0,), INF, (NAN,)),
    ("lgamma", (-1.0,), INF, (NAN,)),
    ("tgamma", (-2.0,), NAN, (NAN,)),
]

ENDINGS = ("num", "imum", "imumnum")
"""Of the names of minima and maxima. They differ in what they return; the partials follow what was returned."""

CHOICES = [
    # operands, result, the first operand's share
    (f"{kind}{ending}", operands, result, first)
    for kind, ending in product(("min", "max"), ENDINGS)
    for operands, result, first in [
        ((2.0, 2.0), 2.0, 1.0), ((0.0, -0.0), 0.0, 1.0), ((0.0, -0.0), -0.0, 0.0), ((-0.0, 0.0), -0.0, 1.0), ((-0.0, 0.0), 0.0, 0.0),
        ((NAN, 1.0), 1.0, 0.0), ((1.0, NAN), 1.0, 1.0), ((NAN, 1.0), NAN, 1.0), ((1.0, NAN), NAN, 0.0), ((INF, INF), INF, 1.0),
    ]
]


def partials(name: str, operands: tuple[float, ...], ans: float, type_: T.Type) -> list[float]:
    """The partials of a row at the same operands in all lanes; all lanes agree."""
    found = []
    for row, index in CASES:
        if row.name == name:
            lanes_of = compiled(type_)[name_of(row, index)]([[x] * lanes(type_) for x in operands], [ans] * lanes(type_))
            np.testing.assert_array_equal(lanes_of, lanes_of[0])
            found.append(float(lanes_of[0]))
    return found


@pytest.mark.parametrize("type_", (T.DOUBLE, T.FLOAT, DOUBLES), ids=str)
@pytest.mark.parametrize("name, operands, ans, expected", CORNERS, ids=[f"{name}{operands}" for name, operands, *_ in CORNERS])
def test_corner(name: str, operands: tuple[float, ...], ans: float, expected: tuple[float, ...], type_: T.Type) -> None:
    np.testing.assert_array_equal(partials(name, operands, ans, type_), expected)


@pytest.mark.parametrize("type_", (T.DOUBLE, T.FLOAT, DOUBLES), ids=str)
@pytest.mark.parametrize("name, operands, ans, first", CHOICES)
def test_a_tie_goes_to_what_was_returned(name: str, operands: tuple[float, float], ans: float, first: float, type_: T.Type) -> None:
    assert partials(name, operands, ans, type_) == [first, 1.0 - first]


@pytest.mark.parametrize("y, x", [(3e200, 4e200), (3e-200, 4e-200), (3e-320, 4e-310), (0.0, LARGEST)])
def test_atan2_neither_overflows_nor_underflows(y: float, x: float) -> None:
    scale = max(y, x)
    u, v = x / scale, y / scale
    expected = [u / (u * u + v * v) / scale, -v / (u * u + v * v) / scale]
    np.testing.assert_allclose(partials("atan2", (y, x), math.atan2(y, x), T.DOUBLE), expected, rtol=1e-15)


EXTREMES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 1e-200, 30.0, -700.0, 1e200, LARGEST, -LARGEST, TINIEST)
INTEGERS = (0, 1, -1, 2, -5, 3000, -3000)
FINITE: dict[str, Callable[..., Any]] = {
    "fadd": np.add, "fsub": np.subtract, "fmul": np.multiply, "fneg": np.negative, "fma": lambda x, y, z: x * y + z,
    "fmuladd": lambda x, y, z: x * y + z, "fabs": np.abs, "asinh": np.arcsinh, "atan": np.arctan, "exp10": lambda x: np.float64(10.0) ** x,
    "fdim": lambda x, y: max(x - y, 0.0), "erf": lambda x: np.float64(math.erf(x)), "erfc": lambda x: np.float64(math.erfc(x)),
    **dict.fromkeys(("minnum", "minimum", "minimumnum"), np.minimum), **dict.fromkeys(("maxnum", "maximum", "maximumnum"), np.maximum),
    **dict.fromkeys(("canonicalize", "arithmetic.fence", "ssa.copy"), np.positive),
}
"""The functions in NumPy, where it has none of the row's name."""

REGULAR = [(row, index) for row, index in CASES if not row.singular]


@pytest.mark.parametrize("row, index", REGULAR, ids=[name_of(row, index) for row, index in REGULAR])
def test_partials_of_regular_rows_are_finite_where_the_function_is(row: ScalarRule, index: int) -> None:
    function = FINITE.get(row.name) or getattr(np, row.name)
    tried = 0
    with np.errstate(all="ignore"):
        for operands in product(*(INTEGERS if is_integer(row, i) else EXTREMES for i in range(row.arity))):
            ans = float(function(*map(np.float64, operands)))
            if math.isfinite(ans):
                tried += 1
                partial = compiled(T.DOUBLE)[name_of(row, index)]([[x] for x in operands], [ans])[0]
                assert math.isfinite(partial), f"{row.name}{operands} = {ans}, partial {partial}"
    assert tried >= len(EXTREMES) // 2
