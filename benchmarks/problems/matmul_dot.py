"""The squared norm of a product of matrices, by BLAS."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem
from benchmarks.problems.matmul import prepare, reference


@njit
def primal(a, b):
    c = np.dot(a, b)
    total = 0.0
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            total += c[i, j] * c[i, j]
    return total


PROBLEM = Problem("matmul_dot", primal, prepare, {"n=8": 8, "n=64": 64, "n=256": 256}, argnums=(0, 1), reference=reference)
