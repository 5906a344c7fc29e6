"""Potential energy of bodies: all pairs, a triangular loop, a square root and a division each."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    return (np.random.default_rng(n).standard_normal((n, 3)),)


@njit
def primal(x):
    energy = 0.0
    for i in range(x.shape[0]):
        for j in range(i):
            a = x[i, 0] - x[j, 0]
            b = x[i, 1] - x[j, 1]
            c = x[i, 2] - x[j, 2]
            energy -= 1.0 / np.sqrt(a * a + b * b + c * c + 0.01)
    return energy


def reference(x):
    apart = x[:, None] - x[None]
    cubes = ((apart**2).sum(axis=2) + 0.01) ** -1.5
    return ((apart * cubes[:, :, None]).sum(axis=1),)


PROBLEM = Problem("nbody", primal, prepare, {"n=4": 4, "n=100": 100, "n=1000": 1000}, reference=reference)
