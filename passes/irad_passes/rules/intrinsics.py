"""Rows for LLVM's floating-point intrinsics, by their names without ``llvm.`` and type.

Those that libm has under the same name serve its functions too: see `libm.SHARED`. Intrinsics that return two results (``sincos``,
``sincospi``, ``frexp``, ``modf``), reductions, and the constrained and predicated families have no row.
"""

from __future__ import annotations

import math

from irad_passes.rules.rule import EVERYWHERE, POSITIVE, ScalarRule
from irad_passes.rules.val import (
    Number,
    Operand,
    copysign,
    cos,
    cosh,
    exp,
    fabs,
    ldexp,
    like,
    log,
    pow,
    powi,
    real,
    same,
    sin,
    sinh,
    sqrt,
    where,
)

LN2, LN10, LOG2_E, LOG10_E = math.log(2.0), math.log(10.0), math.log2(math.e), math.log10(math.e)
PAIR, TRIPLE = (EVERYWHERE, EVERYWHERE), (EVERYWHERE, EVERYWHERE, EVERYWHERE)
UNIT, SMALL = ((-0.9, 0.9),), ((-1.4, 1.4),)


def _which(x: Number, y: Number, ans: Number) -> tuple[Operand, Operand]:
    """Partials of a minimum or maximum: the operand that was returned has all, on a tie the first; also with nan and signed zeros."""
    first = same(ans, x)
    return where(first, 1.0, 0.0), where(first, 0.0, 1.0)


def _atan2(y: Number, x: Number, ans: Number) -> tuple[Operand, Operand]:
    """(x, -y) / (x² + y²), without overflow; nan at the origin."""
    width, height = fabs(x), fabs(y)
    scale = where(width > height, width, height)
    u, v = x / scale, y / scale
    square = (u * u + v * v) * scale
    return u / square, -v / square


def _pow(x: Number, y: Number, ans: Number) -> tuple[Operand, Operand]:
    """x⁰ is 1 for every x, 0 and nan too: its slope is 0. 0ʸ is 0 for all y > 0: slope 0. For x < 0 there is no slope in y: nan."""
    return where(y == 0, 0.0, y * pow(x, y - 1)), where((x == 0) & (y > 0), 0.0, ans * log(x))


def _powi(x: Number, n: Number, ans: Number) -> tuple[Operand, Operand]:
    """As `_pow`: x⁰ has slope 0 everywhere."""
    return where(n == 0, 0.0, real(n) * powi(x, n - 1)), 0.0


ROWS = (
    ScalarRule("sqrt", lambda x, ans: (0.5 * (1 / ans),), (POSITIVE,), singular=True),  # 0: inf
    ScalarRule("sin", lambda x, ans: (cos(x),)),
    ScalarRule("cos", lambda x, ans: (-sin(x),)),
    ScalarRule("tan", lambda x, ans: (1 + ans * ans,), SMALL),
    ScalarRule("asin", lambda x, ans: (1 / sqrt((1 - x) * (1 + x)),), UNIT, singular=True),  # -1, 1: inf
    ScalarRule("acos", lambda x, ans: (-1 / sqrt((1 - x) * (1 + x)),), UNIT, singular=True),  # -1, 1: -inf
    ScalarRule("atan", lambda x, ans: (1 / (1 + x * x),)),
    ScalarRule("atan2", _atan2, PAIR, singular=True),
    ScalarRule("sinh", lambda x, ans: (cosh(x),)),
    ScalarRule("cosh", lambda x, ans: (sinh(x),)),
    ScalarRule("tanh", lambda x, ans: (1 - ans * ans,)),
    ScalarRule("exp", lambda x, ans: (ans,)),
    ScalarRule("exp2", lambda x, ans: (ans * LN2,), function=lambda x: exp(x * log(like(x, 2)))),
    ScalarRule("exp10", lambda x, ans: (ans * LN10,), function=lambda x: exp(x * log(like(x, 10)))),
    # log and its kind at 0: inf.
    ScalarRule("log", lambda x, ans: (1 / x,), (POSITIVE,), singular=True),
    ScalarRule("log2", lambda x, ans: (LOG2_E / x,), (POSITIVE,), singular=True, function=lambda x: log(x) / log(like(x, 2))),
    ScalarRule("log10", lambda x, ans: (LOG10_E / x,), (POSITIVE,), singular=True, function=lambda x: log(x) / log(like(x, 10))),
    ScalarRule("pow", _pow, (POSITIVE, EVERYWHERE), singular=True),
    ScalarRule("powi", _powi, (EVERYWHERE, (-4, 4)), singular=True, function=pow),
    # 0 * 2ⁿ is 0 also where 2ⁿ is inf.
    ScalarRule("ldexp", lambda x, n, ans: (ldexp(like(x, 1.0), n), 0.0), (EVERYWHERE, (-9, 9)), singular=True,
               function=lambda x, n: x * pow(like(x, 2), n)),
    ScalarRule("fma", lambda x, y, z, ans: (y, x, 1.0), TRIPLE, function=lambda x, y, z: x * y + z),
    ScalarRule("fmuladd", lambda x, y, z, ans: (y, x, 1.0), TRIPLE, function=lambda x, y, z: x * y + z),
    ScalarRule("fabs", lambda x, ans: (where(x == 0, 0.0, copysign(1.0, x)),), kink=True),
    # |x| with the sign of y: at 0 as fabs.
    ScalarRule("copysign", lambda x, y, ans: (where(x == 0, 0.0, copysign(1.0, x) * copysign(1.0, y)), 0.0), PAIR, kink=True,
               function=lambda x, y: fabs(x) * y / fabs(y)),
    ScalarRule("minnum", _which, PAIR, kink=True),
    ScalarRule("maxnum", _which, PAIR, kink=True),
    ScalarRule("minimum", _which, PAIR, kink=True),
    ScalarRule("maximum", _which, PAIR, kink=True),
    ScalarRule("minimumnum", _which, PAIR, kink=True),
    ScalarRule("maximumnum", _which, PAIR, kink=True),
    ScalarRule("canonicalize", lambda x, ans: (1.0,), function=lambda x: x * 1.0),
    ScalarRule("arithmetic.fence", lambda x, ans: (1.0,), function=lambda x: x * 1.0),
    ScalarRule("ssa.copy", lambda x, ans: (1.0,), function=lambda x: x * 1.0),
)
