"""A saddle point: a descent over the end of an ascent. Letters as in `particle`."""

from __future__ import annotations

from numba import njit

import irad
from benchmarks.gradbench.descent import descent
from benchmarks.gradbench.evaluation import Evaluation, Function


@njit
def negated(x2, y2, first):
    """Minus the function, over its second point: what the ascent minimises."""
    return -((first[0] ** 2 + first[1] ** 2) - (x2**2 + y2**2))


def slopes(function, mode):
    """The two slopes of ``function(x, y, data)``, in one mode."""
    both, along, across = irad.gradient(function, (0, 1)), irad.derivative(function, 0), irad.derivative(function, 1)

    @njit
    def forward(x, y, data):
        return along(x, y, data), across(x, y, data)

    @njit
    def reverse(x, y, data):
        return both(x, y, data)

    return forward if mode == "f" else reverse


def variant(outer, inner):
    """Both points, as a function of the start."""
    ascend = descent(negated, slopes(negated, inner))

    @njit
    def highest(x1, y1, start):
        x2, y2 = ascend(start, (x1, y1))
        return -negated(x2, y2, (x1, y1))

    descend = descent(highest, slopes(highest, outer))

    @njit
    def run(start):
        first = descend(start, start)
        return first, ascend(start, first)

    return run


EVALUATION = Evaluation(
    {letters: Function(lambda given: (tuple(map(float, given["start"])),), variant(*letters), lambda found: [*found[0], *found[1]])
     for letters in ("rr", "ff", "fr", "rf")}, {"start": [1.0, 1.0]})
