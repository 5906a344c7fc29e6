"""Rows for the functions of C's libm that are not LLVM intrinsics, and which intrinsics' rows its other functions share.

Names are those for doubles; `table.lookup` adds the ``f`` of single precision. A front end registers rows from here under the
names of its own run-time library.
"""

from __future__ import annotations

import math

from irad_passes.rules import arithmetic, intrinsics
from irad_passes.rules.rule import EVERYWHERE, POSITIVE, ScalarRule
from irad_passes.rules.special import digamma
from irad_passes.rules.val import exp, log, rint, sqrt, where

PAIR = (EVERYWHERE, EVERYWHERE)
TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)

LDEXP = next(row for row in intrinsics.ROWS if row.name == "ldexp")
FMOD = next(row for row in arithmetic.ROWS if row.name == "frem")
TGAMMA = ScalarRule("tgamma", lambda x, ans: (ans * digamma(x),), ((-3.9, 6.0),), singular=True)
LGAMMA = ScalarRule("lgamma", lambda x, ans: (digamma(x),), ((-3.9, 30.0),), singular=True)
ERF = ScalarRule("erf", lambda x, ans: (TWO_OVER_ROOT_PI * exp(-x * x),))
ERFC = ScalarRule("erfc", lambda x, ans: (-TWO_OVER_ROOT_PI * exp(-x * x),))
# One step from x: a slope of 1, as for x itself; on the way to y, which only gives the direction.
NEXTAFTER = ScalarRule("nextafter", lambda x, y, ans: (1.0, 0.0), PAIR, unproved="computer algebra has no last bit of a number")

ROWS = (
    TGAMMA, LGAMMA, ERF, ERFC, NEXTAFTER,
    ScalarRule("expm1", lambda x, ans: (ans + 1,), function=lambda x: exp(x) - 1),
    ScalarRule("log1p", lambda x, ans: (1 / (1 + x),), ((-0.9, 5.0),), singular=True, function=lambda x: log(1 + x)),  # -1: inf
    ScalarRule("asinh", lambda x, ans: (1 / sqrt(1 + x * x),)),
    ScalarRule("acosh", lambda x, ans: (1 / sqrt((x - 1) * (x + 1)),), ((1.1, 5.0),), singular=True),  # 1: inf
    ScalarRule("atanh", lambda x, ans: (1 / ((1 - x) * (1 + x)),), ((-0.9, 0.9),), singular=True),  # -1, 1: inf
    ScalarRule("cbrt", lambda x, ans: (1 / (3 * (ans * ans)),), (POSITIVE,), singular=True),  # 0: inf
    # The origin is the tip of a cone: nan.
    ScalarRule("hypot", lambda x, y, ans: (x / ans, y / ans), PAIR, singular=True, function=lambda x, y: sqrt(x * x + y * y)),
    # As frem: (ans - x) / y is minus the whole number of times that y was taken off.
    ScalarRule("remainder", lambda x, y, ans: (1.0, rint((ans - x) / y)), ((-9.0, 9.0), POSITIVE), singular=True, kink=True,
               function=lambda x, y: x - y * rint(x / y)),
    # Equal operands: 0, as for all x < y.
    ScalarRule("fdim", lambda x, y, ans: (where(x <= y, 0.0, 1.0), where(x <= y, 0.0, -1.0)), PAIR, kink=True,
               function=lambda x, y: where(x <= y, 0.0, x - y)),
)

SHARED = {
    "fmod": "frem", "fmin": "minnum", "fmax": "maxnum", "fminimum": "minimum", "fmaximum": "maximum",
    "fminimum_num": "minimumnum", "fmaximum_num": "maximumnum", "scalbn": "ldexp", "pow10": "exp10", "_hypot": "hypot",
    **{name: name for name in ("sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "exp2",
                               "exp10", "log", "log2", "log10", "pow", "ldexp", "fma", "fabs", "copysign")},
}
"""Other names in libm, and which row they share."""
