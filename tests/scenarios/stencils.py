"""Stencils: loops that read neighbours, whose adjoints are collected in a window that moves with the loop."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from scenarios.outlined import outlined
from scenarios.scenario import Scenario, numbers, signed


@njit
def weighted(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i] * (i + 0.5)
    return s


def three_points(a):
    b = np.zeros_like(a)
    for i in range(1, a.shape[0] - 1):
        b[i] = a[i - 1] * a[i] + math.sin(a[i + 1]) * a[i]
    s = 0.0
    for i in range(b.shape[0]):
        s += b[i] * b[i]
    return s


def central_differences(a, out):
    for i in range(1, a.shape[0] - 1):
        out[i] = (a[i + 1] - a[i - 1]) * a[i + 1]
    return weighted(out)


def five_points_downwards(a, out):
    for i in range(a.shape[0] - 3, 1, -1):
        out[i] = a[i - 2] * a[i + 2] + a[i] * a[i - 1] - a[i] * a[i + 1]
    return weighted(out)


def every_second(a, out):
    for i in range(2, a.shape[0] - 2, 2):
        out[i] = a[i] * a[i - 2] + a[i + 1] * a[i - 1] * a[i + 2]
    return weighted(out)


def far_apart(a, out):
    for i in range(a.shape[0] - 12):
        out[i] = a[i] * a[i + 12] + a[i + 1] * a[i + 11]
    return weighted(out)


def in_place(a):
    for i in range(1, a.shape[0] - 1):
        a[i] = a[i - 1] * a[i] + a[i + 1] * a[i + 1]
    return weighted(a)


def views_of_one_array(a):
    left, middle, right = a[:-2], a[1:-1], a[2:]
    for i in range(left.shape[0]):
        middle[i] = left[i] * right[i] + middle[i]
    return weighted(a)


def heat(a, steps):
    u, w = a.copy(), a.copy()
    for _ in range(steps):
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                w[i, j] = u[i, j] + 0.2 * u[i, j] * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * u[i, j])
        u, w = w, u
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += u[i, j] * u[i, j]
    return s


def swapped_halfway(a, steps):
    u, w = a.copy(), a.copy()
    for k in range(steps):
        for i in range(1, a.shape[0] - 1):
            w[i] = u[i - 1] * u[i + 1] + 0.5 * u[i]
        if k % 2 == 0:
            u = w
        else:
            u, w = w, u
    return u[1] * u[2]


def columns(a, out):
    for j in range(a.shape[1]):
        for i in range(1, a.shape[0] - 1):
            out[i, j] = a[i - 1, j] * a[i, j] - math.exp(a[i + 1, j])
    return weighted(out[:, 0]) * out[1, -1]


def running_product(a, out):
    p = 1.0
    for i in range(2, a.shape[0]):
        p *= 1.0 + 0.1 * a[i] * a[i - 1] + 0.1 * a[i - 2]
        out[i] = p
    return weighted(out)


def two_arrays(a, b, out):
    for i in range(1, a.shape[0] - 1):
        out[i] = a[i - 1] * b[i + 1] + a[i + 1] * b[i - 1] * b[i]
    return weighted(out)


@outlined
def smoothed(a, out):
    for i in range(1, a.shape[0] - 1):
        out[i] += a[i - 1] * a[i] + a[i + 1]


def called_in_loop(a, n):
    out = np.ones_like(a)
    for _ in range(n):
        smoothed(a * out, out)
    return weighted(out)


def of_records(r):
    s = 0.0
    for i in range(1, r.shape[0] - 1):
        s += r[i - 1]["x"] * r[i + 1]["y"] + r[i]["x"] * r[i - 1]["y"] * r[i + 1]["x"]
    return s


def read_once_more(a, n):
    d = a.shape[0]
    s = 0.0
    for k in range(n):
        for i in range(1, d):
            s += a[i] * a[i - 1] * s + a[k]
        s = math.sin(s)
    return s


def on_a_circle(a, out):
    n = a.shape[0]
    for i in range(n):
        left = i - 1 if i > 0 else n - 1
        right = i + 1 if i < n - 1 else 0
        out[i] = a[left] * a[i] - math.sin(a[right]) * a[i]
    return weighted(out)


def around_backwards(a, out):
    n = a.shape[0]
    for i in range(n - 1, -1, -1):
        left = i - 1 if i > 0 else n - 1
        out[i] += a[left] * a[i] * a[left]
    return weighted(out)


def last_one_counts_double(a):
    p, s = 1.0, 0.0
    n = a.shape[0]
    for i in range(n):
        p *= 1.0 + 0.2 * a[i] * (2.0 if i == n - 1 else 1.0)
        s += p
    return s * p


def from_two_to_the_bound(a, b, m):
    """The bound is not that of the loop where m says so: then no iteration is special, or one in the middle."""
    s, n = 0.0, a.shape[0]
    for i in range(2, n):
        s += a[i] * b[i + 1 if i < m - 1 else 0] * s + a[i - 1]
    for i in range(2, n):
        s += a[i] * b[i + 1 if i < n - 1 else 0] * s + a[i - 1]
    return s


def torus(a, steps):
    n, m = a.shape
    u, w = a.copy(), a.copy()
    for _ in range(steps):
        for i in range(n):
            up = i - 1 if i > 0 else n - 1
            down = i + 1 if i < n - 1 else 0
            for j in range(m):
                left = j - 1 if j > 0 else m - 1
                right = j + 1 if j < m - 1 else 0
                w[i, j] = u[i, j] + 0.2 * u[i, j] * (u[up, j] + u[down, j] + u[i, left] + u[i, right] - u[i, j] ** 3)
        u, w = w, u
    s = 0.0
    for i in range(n):
        for j in range(m):
            s += u[i, j] * u[i, j]
    return s


RECORDS = np.zeros(5, dtype=[("x", np.float64), ("n", np.int32), ("y", np.float64)])
RECORDS["x"], RECORDS["y"], RECORDS["n"] = numbers(5), signed(5), 3

SCENARIOS = (
    Scenario(three_points, [(signed(n),) for n in (9, 4, 3, 2, 0)]),
    Scenario(central_differences, [(signed(n), np.zeros(n)) for n in (9, 3, 2)], argnums=(0, 1)),
    Scenario(five_points_downwards, [(signed(n), np.zeros(n)) for n in (20, 6, 5, 4)], argnums=(0, 1)),
    Scenario(every_second, [(signed(n), np.zeros(n)) for n in (21, 6, 5, 3)], argnums=(0, 1)),
    Scenario(far_apart, [(signed(n), np.zeros(n)) for n in (30, 13, 12)], argnums=(0, 1)),
    Scenario(in_place, [(numbers(n),) for n in (6, 3, 2)], name="stencil_in_place"),
    Scenario(views_of_one_array, [(numbers(n),) for n in (7, 3)]),
    Scenario(heat, [(signed(5, 6), 3), (signed(3, 3), 2), (signed(2, 4), 1), (signed(4, 4), 0)]),
    Scenario(swapped_halfway, [(numbers(6), n) for n in (5, 2, 1, 0)]),
    Scenario(columns, [(signed(6, 3), np.zeros((6, 3))), (signed(3, 1), np.zeros((3, 1)))], argnums=(0, 1)),
    Scenario(columns, [(np.asfortranarray(signed(6, 3)), np.zeros((6, 3)).T.copy().T)], argnums=(0, 1), name="columns_in_fortran_order"),
    Scenario(running_product, [(signed(n), np.zeros(n)) for n in (9, 3, 2)], argnums=(0, 1)),
    Scenario(two_arrays, [(signed(n), numbers(n), np.zeros(n)) for n in (9, 3)], argnums=(0, 1, 2)),
    Scenario(called_in_loop, [(numbers(5), 3), (numbers(2), 1), (numbers(4), 0)], name="stencil_called_in_loop"),
    Scenario(of_records, [(RECORDS,), (RECORDS[:3].copy(),)]),
    Scenario(on_a_circle, [(signed(n), np.zeros(n)) for n in (9, 3, 2, 1, 0)], argnums=(0, 1)),
    Scenario(around_backwards, [(signed(n), numbers(n)) for n in (9, 3, 2, 1, 0)], argnums=(0, 1)),
    Scenario(last_one_counts_double, [(signed(n),) for n in (9, 2, 1, 0)]),
    Scenario(from_two_to_the_bound, [(0.5 * signed(n), numbers(n), m) for n, m in ((9, 9), (9, 6), (9, 1), (4, 4), (3, 3), (2, 2), (1, 1))],
             argnums=(0, 1)),
    Scenario(torus, [(signed(5, 6), 3), (signed(3, 1), 2), (signed(1, 3), 2), (signed(2, 2), 2), (signed(4, 4), 0)]),
    Scenario(read_once_more, [(0.5 * numbers(5), 3), (numbers(2), 1)]),
)
