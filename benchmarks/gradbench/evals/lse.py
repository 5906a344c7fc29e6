"""The logarithm of a sum of exponentials."""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def objective(x):
    most = x[0]
    for i in range(x.size):
        most = max(most, x[i])
    total = 0.0
    for i in range(x.size):
        total += np.exp(x[i] - most)
    return most + np.log(total)


def prepare(given):
    return (floats(given["x"]),)


EVALUATION = Evaluation(
    {"primal": Function(prepare, objective), "gradient": Function(prepare, irad.gradient(objective), np.ndarray.tolist)},
    {"x": [0.5, 0.25]})
