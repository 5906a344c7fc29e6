"""A determinant by expansion in minors: recursion, indices in linked lists that it changes."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    return (np.random.default_rng(n).standard_normal((n, n)),)


@njit
def minor(a, after, row):
    """The determinant of the rows from ``row`` on and the columns still in the list ``after``."""
    n = a.shape[0]
    if row == n - 1:
        return a[row, after[n]]
    total, sign = 0.0 * a[0, 0], 1.0
    before, column = n, after[n]
    while column < n:
        after[before] = after[column]
        total += sign * a[row, column] * minor(a, after, row + 1)
        after[before] = column
        sign = -sign
        before, column = column, after[column]
    return total


@njit
def primal(a):
    n = a.shape[0]
    after = np.arange(1, n + 2)
    after[n] = 0
    return minor(a, after, 0)


def reference(a):
    return (np.linalg.det(a) * np.linalg.inv(a).T,)


PROBLEM = Problem("det", primal, prepare, {"n=4": 4, "n=6": 6, "n=8": 8}, reference=reference)
