"""``prange``: the derivative is that of the loop that it means."""

from __future__ import annotations

import math

import numpy as np
from numba import prange

from scenarios.scenario import Scenario, numbers, signed

PARALLEL = {"parallel": True}


def parallel_map_and_sums(a, b):
    s, p = 0.0, 1.0
    for i in prange(a.shape[0]):
        b[i] = math.sin(a[i]) * b[i]
        s += b[i] * a[i]
        p *= a[i]
    return s * p


def parallel_stencil(u, rounds):
    v = np.zeros_like(u)
    for _ in range(rounds):
        for i in prange(1, u.shape[0] - 1):
            v[i] = u[i] + 0.2 * (u[i - 1] - 2.0 * u[i] + u[i + 1]) * u[i]
        for i in prange(1, u.shape[0] - 1):
            u[i] = v[i]
    return np.sum(u * u)


def parallel_gather(a, index, out):
    for i in prange(index.shape[0]):
        out[i] = a[index[i]] * a[index[index.shape[0] - 1 - i]]
    least, most = 9.0, -9.0
    for i in prange(out.shape[0]):
        least = min(least, out[i])
        most = max(most, out[i])
    return least * most * most


def parallel_array_reduction(a):
    s = np.zeros(a.shape[1])
    for i in prange(a.shape[0]):
        s += a[i] * a[i, 0]
    return s[0] * s[1] + s[2]


SCENARIOS = (
    Scenario(parallel_map_and_sums, [(numbers(6), signed(6)), (numbers(0), signed(0))], options=PARALLEL),
    Scenario(parallel_stencil, [(numbers(7), 3)], options=PARALLEL),
    Scenario(parallel_gather, [(numbers(4), np.array([2, 0, 2, 3, 0, 2]), np.zeros(6))], argnums=(0,), options=PARALLEL),
    Scenario(parallel_array_reduction, [(numbers(5, 3),)], options=PARALLEL),
)
