"""Each row's partials are the derivatives of its function: proved by sympy.

Where sympy cannot simplify the difference to 0 (it does not, for kinks and steps), both sides are computed to 50 digits at random
rational points of the domain, and agree to 30.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy

from irad_passes.rules.rule import ScalarRule
from tests.passes.rules.algebra import CASES, is_integer, primal, symbolic

POINTS = 12
PROVABLE = [(row, index) for row, index in CASES if not row.unproved]


def point(row: ScalarRule, source: random.Random) -> list[Any]:
    """Random rational operands in the domain of ``row``."""
    return [
        source.randint(int(low), int(high)) if is_integer(row, i) else sympy.Rational(round(source.uniform(low, high) * 10**6), 10**6)
        for i, (low, high) in enumerate(row.domain)
    ]


@pytest.mark.parametrize("row, index", PROVABLE, ids=[f"{row.name}-{index}" for row, index in PROVABLE])
def test_partial_is_the_derivative(row: ScalarRule, index: int) -> None:
    symbols = [sympy.Symbol(f"x{i}", real=True, integer=is_integer(row, i) or None) for i in range(row.arity)]
    function = primal(row, symbols)
    expected = sympy.diff(function, symbols[index])
    partial = symbolic(row.expression(index), {**dict(enumerate(symbols)), "ans": function})
    if not (expected - partial).has(sympy.Piecewise, sympy.Heaviside, sympy.sign, sympy.Abs) and sympy.simplify(expected - partial) == 0:
        return
    source = random.Random(f"{row.name}-{index}")
    for _ in range(POINTS):
        values = dict(zip(symbols, point(row, source), strict=True))
        difference = (expected.subs(values) - partial.subs(values)).evalf(50)
        assert abs(difference) < 1e-30 * max(1, abs(expected.subs(values).evalf(50))), values


def test_rows_without_proof_say_why() -> None:
    assert {row.name for row, _ in CASES if row.unproved} == {"nextafter"}
