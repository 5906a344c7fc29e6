"""Brusselator in one dimension, periodic, explicit Euler steps: what a step reads is written by the step before."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    n, steps = size
    x = np.arange(n) / n
    return 1.0 + 0.3 * np.sin(2 * np.pi * x), 3.0 + 0.3 * np.cos(2 * np.pi * x), np.array([1.0, 3.0, 0.02, 0.01]), steps


@njit
def primal(u0, v0, p, steps):
    n = u0.size
    dt = 2e-3
    u, v = u0.copy(), v0.copy()
    du, dv = np.empty_like(u), np.empty_like(v)
    for _ in range(steps):
        for i in range(n):
            left = i - 1 if i > 0 else n - 1
            right = i + 1 if i < n - 1 else 0
            reaction = u[i] * u[i] * v[i]
            du[i] = p[0] + reaction - (p[1] + 1.0) * u[i] + p[2] * n * (u[left] - 2.0 * u[i] + u[right])
            dv[i] = p[1] * u[i] - reaction + p[3] * n * (v[left] - 2.0 * v[i] + v[right])
        for i in range(n):
            u[i] += dt * du[i]
            v[i] += dt * dv[i]
    total = 0.0
    for i in range(n):
        total += u[i] * u[i] + v[i]
    return total


PROBLEM = Problem("brusselator", primal, prepare, {"8x20": (8, 20), "32x500": (32, 500), "64x1000": (64, 1000)}, argnums=(0, 1, 2))
