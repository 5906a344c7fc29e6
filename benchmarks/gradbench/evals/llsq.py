"""Least squares of a polynomial against a step."""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def objective(x, n):
    total = 0.0
    for i in range(n):
        t = -1.0 + i * 2.0 / (n - 1.0)
        residual = np.sign(t)
        power = 1.0
        for j in range(x.size):
            residual -= x[j] * power
            power *= t
        total += residual * residual
    return 0.5 * total


def prepare(given):
    return floats(given["x"]), given["n"]


EVALUATION = Evaluation(
    {"primal": Function(prepare, objective), "gradient": Function(prepare, irad.gradient(objective), np.ndarray.tolist)},
    {"x": [0.5, 0.25], "n": 3})
