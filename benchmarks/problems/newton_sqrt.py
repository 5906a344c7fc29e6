"""Square roots by Newton's iteration until it stands still: a while loop inside a loop."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    return (np.random.default_rng(n).uniform(0.5, 20.0, n),)


@njit
def primal(x):
    total = 0.0
    for i in range(x.size):
        a = x[i]
        y = 0.5 * (a + 1.0)
        while abs(y * y - a) > 1e-12 * a:
            y = 0.5 * (y + a / y)
        total += y * (i % 3 + 1)
    return total


def reference(x):
    return (0.5 / np.sqrt(x) * (np.arange(x.size) % 3 + 1),)


PROBLEM = Problem("newton_sqrt", primal, prepare, {"n=10": 10, "n=1e3": 1_000, "n=1e5": 100_000}, reference=reference)
