"""A chain of linear equations by the classical Runge-Kutta method, and the gradient of where its last one ends."""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def slopes(x, y, out):
    out[0] = x[0]
    for i in range(1, x.size):
        out[i] = x[i] * y[i - 1]


@njit
def solve(x, steps):
    n, h = x.size, 2.0 / steps
    y, at = np.zeros(n), np.empty(n)
    k1, k2, k3, k4 = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for _ in range(steps):
        slopes(x, y, k1)
        for i in range(n):
            at[i] = y[i] + h * k1[i] / 2.0
        slopes(x, at, k2)
        for i in range(n):
            at[i] = y[i] + h * k2[i] / 2.0
        slopes(x, at, k3)
        for i in range(n):
            at[i] = y[i] + h * k3[i]
        slopes(x, at, k4)
        for i in range(n):
            y[i] += h * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0
    return y


@njit
def last(x, steps):
    return solve(x, steps)[x.size - 1]


def prepare(given):
    return floats(given["x"]), given["s"]


EVALUATION = Evaluation(
    {"primal": Function(prepare, solve, np.ndarray.tolist), "gradient": Function(prepare, irad.gradient(last), np.ndarray.tolist)},
    {"x": [0.5, 0.25], "s": 2})
