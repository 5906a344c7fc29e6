"""Log determinant by a Cholesky factorisation in place, by hand: triangular loops, every entry overwritten."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    m = np.random.default_rng(n).standard_normal((n, n))
    return (m @ m.T / n + np.eye(n),)


@njit
def primal(matrix):
    n = matrix.shape[0]
    a = matrix.copy()
    logarithm = 0.0
    for j in range(n):
        for k in range(j):
            for i in range(j, n):
                a[i, j] -= a[i, k] * a[j, k]
        pivot = np.sqrt(a[j, j])
        logarithm += np.log(pivot)
        for i in range(j, n):
            a[i, j] /= pivot
    return 2.0 * logarithm


def reference(matrix):
    """Only the lower triangle is read: an entry beside the diagonal stands for two."""
    inverse = np.linalg.inv(matrix)
    return (np.tril(2.0 * inverse, -1) + np.diag(np.diag(inverse)),)


PROBLEM = Problem("cholesky", primal, prepare, {"n=6": 6, "n=32": 32, "n=128": 128}, reference=reference)
