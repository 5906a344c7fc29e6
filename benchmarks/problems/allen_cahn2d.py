"""The Allen-Cahn equation on a torus, explicit steps between two buffers that are swapped: a cubic keeps the history alive."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    n, steps = size
    return np.random.default_rng(n).uniform(-1.0, 1.0, (n, n)), steps


@njit
def primal(u0, steps):
    n, m = u0.shape
    u, w = u0.copy(), u0.copy()
    for _ in range(steps):
        for i in range(n):
            up = i - 1 if i > 0 else n - 1
            down = i + 1 if i < n - 1 else 0
            for j in range(m):
                left = j - 1 if j > 0 else m - 1
                right = j + 1 if j < m - 1 else 0
                c = u[i, j]
                w[i, j] = c + 0.1 * (u[up, j] + u[down, j] + u[i, left] + u[i, right] - 4.0 * c) + 0.05 * (c - c * c * c)
        u, w = w, u
    total = 0.0
    for i in range(n):
        for j in range(m):
            total += u[i, j] * u[i, j]
    return total


PROBLEM = Problem("allen_cahn2d", primal, prepare, {"6x6x6": (6, 6), "64x64x100": (64, 100), "256x256x50": (256, 50)})
