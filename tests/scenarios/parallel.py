"""``prange``: the derivative is that of the loop that it means, and runs in parallel where iterations write places of their own."""

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


def parallel_rows(a, w, c):
    """Each iteration has its row and a buffer of its own; all have the weights and a number."""
    s = 0.0
    out = np.zeros((a.shape[0], 2))
    for i in prange(a.shape[0]):
        t = np.zeros(3)
        for j in range(3):
            t[j] = a[i, j] * w[j]
        k = 0
        while t[0] > 0.3 and k < 3:
            t[0] = t[0] * t[1] * c
            k += 1
        row = out[i]
        row[0] = t[0] + t[2]
        row[1] += row[0] * c
        s += math.tanh(row[1])
    return s + out[0, 1]


def parallel_buffers_swapped(u, steps):
    """Neighbours are read from the one and written to the other; around the end; from the end on."""
    u, v = u.copy(), np.zeros_like(u)
    for _ in range(steps):
        for i in prange(1, u.shape[0] - 1):
            v[i] = u[i] + 0.1 * (u[i + 1] - 2.0 * u[i] + u[i - 1]) * u[i]
        u, v = v, u
    for i in prange(u.shape[0]):
        v[i] = u[i] * u[i - 1]
    s = 0.0
    for i in prange(-3, 3):
        s += v[i] * u[i] * i
    return s


def parallel_views(pair, out):
    """Views of one array that overlap, parts of a tuple, places that neighbours write."""
    x, y = pair
    left, right = x[:-1], x[1:]
    for i in prange(left.shape[0]):
        out[i + 1] = left[i] * right[i] * y[i] + x[0]
    s = 0.0
    for i in prange(1, out.shape[0]):
        s += out[i] * out[i]
    return s


SCENARIOS = (
    Scenario(parallel_map_and_sums, [(numbers(6), signed(6)), (numbers(0), signed(0))], options=PARALLEL),
    Scenario(parallel_stencil, [(numbers(7), 3)], options=PARALLEL),
    Scenario(parallel_gather, [(numbers(4), np.array([2, 0, 2, 3, 0, 2]), np.zeros(6))], argnums=(0,), options=PARALLEL),
    Scenario(parallel_array_reduction, [(numbers(5, 3),)], options=PARALLEL),
    Scenario(parallel_rows, [(numbers(5, 3), numbers(3), 1.3)], options=PARALLEL),
    Scenario(parallel_buffers_swapped, [(numbers(7), 2)], options=PARALLEL),
    Scenario(parallel_views, [((numbers(6), numbers(5)), np.zeros(6))], argnums=(0,), options=PARALLEL),
)
