"""A square and its derivative: whether the protocol works."""

from __future__ import annotations

from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function


@njit
def square(x):
    return x * x


def prepare(given):
    return (float(given),)


EVALUATION = Evaluation({"square": Function(prepare, square), "double": Function(prepare, irad.derivative(square))}, 1.0)
