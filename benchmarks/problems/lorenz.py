"""Lorenz's system by the classical Runge-Kutta method: a long sequential loop over scalars."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(steps):
    return np.array([1.0, 1.0, 1.0, 10.0, 28.0, 8.0 / 3.0]), steps


@njit
def slope(x, y, z, p):
    return p[3] * (y - x), x * (p[4] - z) - y, x * y - p[5] * z


@njit
def primal(p, steps):
    h = 1e-3
    x, y, z = p[0], p[1], p[2]
    for _ in range(steps):
        a, b, c = slope(x, y, z, p)
        d, e, f = slope(x + 0.5 * h * a, y + 0.5 * h * b, z + 0.5 * h * c, p)
        g, i, j = slope(x + 0.5 * h * d, y + 0.5 * h * e, z + 0.5 * h * f, p)
        k, m, n = slope(x + h * g, y + h * i, z + h * j, p)
        x += h / 6.0 * (a + 2.0 * d + 2.0 * g + k)
        y += h / 6.0 * (b + 2.0 * e + 2.0 * i + m)
        z += h / 6.0 * (c + 2.0 * f + 2.0 * j + n)
    return x + y + z


PROBLEM = Problem("lorenz", primal, prepare, {"T=10": 10, "T=1e3": 1_000, "T=5e3": 5_000})
