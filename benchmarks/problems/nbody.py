"""Potential energy of bodies: all pairs, a triangular loop, a square root and a division each."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    return (np.random.default_rng(n).standard_normal(3 * n),)


@njit
def primal(x):
    energy = 0.0
    for i in range(x.size // 3):
        for j in range(i):
            a = x[3 * i] - x[3 * j]
            b = x[3 * i + 1] - x[3 * j + 1]
            c = x[3 * i + 2] - x[3 * j + 2]
            energy -= 1.0 / np.sqrt(a * a + b * b + c * c + 0.01)
    return energy


def reference(x):
    x = x.reshape(-1, 3)
    apart = x[:, None] - x[None]
    cubes = ((apart**2).sum(axis=2) + 0.01) ** -1.5
    return ((apart * cubes[:, :, None]).sum(axis=1).ravel(),)


PROBLEM = Problem("nbody", primal, prepare, {"n=4": 4, "n=100": 100, "n=1000": 1000}, reference=reference)
