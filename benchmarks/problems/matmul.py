"""The squared norm of a product of matrices, by three loops."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    rng = np.random.default_rng(n)
    return rng.standard_normal((n, n)), rng.standard_normal((n, n))


@njit
def primal(a, b):
    c = np.zeros_like(a)
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    total = 0.0
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            total += c[i, j] * c[i, j]
    return total


def reference(a, b):
    return 2.0 * a @ b @ b.T, 2.0 * a.T @ a @ b


PROBLEM = Problem("matmul", primal, prepare, {"n=8": 8, "n=64": 64, "n=128": 128}, argnums=(0, 1), reference=reference)
