"""Rows for floating-point instructions, and for the product that derivatives are made with. Casts, phi and
select are the transforms' own business."""

from __future__ import annotations

from irad_passes.rules.emit import SCALED
from irad_passes.rules.rule import EVERYWHERE, POSITIVE, ScalarRule
from irad_passes.rules.val import rint, trunc

PAIR = (EVERYWHERE, EVERYWHERE)

ROWS = (
    ScalarRule("fneg", lambda x, ans: (-1.0,), function=lambda x: -x),
    ScalarRule("fadd", lambda x, y, ans: (1.0, 1.0), PAIR, function=lambda x, y: x + y),
    ScalarRule("fsub", lambda x, y, ans: (1.0, -1.0), PAIR, function=lambda x, y: x - y),
    ScalarRule("fmul", lambda x, y, ans: (y, x), PAIR, function=lambda x, y: x * y),
    # x / 0: inf or nan. 1 / y is written out, for LLVM to compute it once: in both partials, and in those of a logarithm or root of y.
    ScalarRule("fdiv", lambda x, y, ans: (1 / y, -ans * (1 / y)), (EVERYWHERE, POSITIVE), singular=True, kink=True,
               function=lambda x, y: x / y),
    # (ans - x) / y is minus the whole number of times that y was taken off; trunc(x / y) may be one too much when it rounds up.
    ScalarRule("frem", lambda x, y, ans: (1.0, rint((ans - x) / y)), ((-9.0, 9.0), POSITIVE), singular=True,
               function=lambda x, y: x - y * trunc(x / y)),
    # Where x is 0, the tangent of the partial may be inf or nan too: see `transforms.forward.scaled`.
    ScalarRule(SCALED, lambda x, partial, ans: (partial, x), PAIR, singular=True, function=lambda x, partial: x * partial),
)
