"""Buffers that are filled again and again and read more often than they are written: the reverse sweep takes their stores back."""

from __future__ import annotations

import math

import numpy as np

from scenarios.outlined import outlined
from scenarios.scenario import Scenario, numbers, signed


def triangular_solves(lower, b):
    d = b.shape[1]
    z = np.empty(d)
    total = 0.0
    for i in range(b.shape[0]):
        for row in range(d):
            rest = b[i, row]
            for column in range(row):
                rest -= lower[row, column] * z[column]
            z[row] = rest / lower[row, row]
            total += z[row] * z[row]
    return total


def power_iteration(a, n):
    d = a.shape[0]
    x, y = np.ones(d), np.zeros(d)
    for _ in range(n):
        size = 0.0
        for i in range(d):
            y[i] = 0.0
            for j in range(d):
                y[i] += a[i, j] * math.sin(x[j])
            size += y[i] * y[i]
        for i in range(d):
            x[i] = y[i] / math.sqrt(size)
    return x[0] * x[d - 1]


def filled_twice(a, n):
    d = a.shape[0]
    t = np.zeros(d)
    s = 0.0
    for k in range(n):
        for i in range(d):
            t[i] = a[i] * a[i] + k
        for i in range(d):
            for j in range(d):
                s += t[i] * math.exp(-t[j])
        for i in range(d):
            t[i] = s * a[i]
        for i in range(d):
            for j in range(i, d):
                s += t[j] * a[i] * t[d - 1 - j] * 0.01
    return s + t[0]


def filled_where(a, n):
    d = a.shape[0]
    t = np.zeros(d)
    s = 0.0
    for k in range(n):
        if a[k % d] > 0.0:
            for i in range(k % d):
                t[i] = a[i] * math.cos(a[d - 1 - i] * k)
        elif k > 2:
            t[k % d] = s
            continue
        for i in range(d):
            if a[i] > 0.3:
                for j in range(d):
                    s += t[j] * t[i] * a[j]
        s = math.sin(s)
    for i in range(d):
        for j in range(d):
            s += t[i] * t[j]
    return s


def read_between(a):
    d = a.shape[0]
    t = np.zeros(d)
    s = 1.0
    k = 0
    while k < 2 * d:
        t[k % d] = s * a[k % d]
        for j in range(d):
            if t[j] > 5.0:
                break
            s += 0.1 * t[j] * t[j]
        t[(k + 1) % d] *= 0.5
        for j in range(d):
            s += t[j] * math.sin(t[d - 1 - j])
        if s > 40.0:
            return s * t[0]
        k += 1
    return s


def permuted(a, n):
    d = a.shape[0]
    order = np.zeros(d, dtype=np.int64)
    s = 0.0
    for k in range(n):
        for i in range(d):
            order[i] = (i * (k + 1) + k) % d
        for i in range(d):
            for j in range(d):
                s += math.sin(a[order[j]] * s) * a[order[(i + j) % d]]
    return s


def swapped(a, n):
    d = a.shape[0]
    x, y = a * a, np.zeros_like(a)
    s = 0.0
    for _ in range(n):
        for i in range(d):
            y[i] = 0.1 * i
            for j in range(d):
                y[i] += x[j] * math.cos(x[i] * a[j])
        x, y = y, x
        s += x[0]
    return s + y[d - 1]


def rows_of_tables(a, n):
    d = a.shape[0]
    t = np.zeros((2, d))
    s = 0.0
    for k in range(n):
        now, before = t[k % 2], t[(k + 1) % 2]
        for i in range(d):
            now[i] = a[i]
            for j in range(d):
                now[i] += before[j] * before[i] * a[j]
        s += now[d - 1]
    return s


def made_in_loop(a, n):
    d = a.shape[0]
    s = 0.5
    for _ in range(n):
        t = np.empty(d)
        for _ in range(2):
            for i in range(d):
                t[i] = a[i] * s
            for i in range(d):
                for j in range(d):
                    s += 0.02 * math.exp(-t[i] * t[j])
    return s


@outlined
def smoothed(a, s, n):
    t = np.zeros(a.shape[0])
    for k in range(n):
        for i in range(a.shape[0]):
            t[i] = a[i] * s + k
        for i in range(a.shape[0]):
            for j in range(a.shape[0]):
                s += 0.01 * math.sin(t[j] * t[i])
    return s


def called(a, n):
    s = 0.1
    for k in range(n):
        s += smoothed(a, s, k)
    return s


def until_negative(a, limit):
    d = a.shape[0]
    t = np.empty(d)
    s = 0.0
    for k in range(d):
        for i in range(d):
            t[i] = a[k] * a[i]
        for i in range(d):
            for j in range(d):
                s += t[j] * t[i]
        if s > limit:
            raise ValueError("too much")
    return s


def bits_of_singles(a, n):
    d = a.shape[0]
    t = np.empty(d, dtype=np.float32)
    s = 0.0
    for k in range(n):
        for i in range(d):
            t[i] = np.float32(k + i)
        for i in range(d):
            for j in range(d):
                s += math.sin(a[i] * t[j])
    return s


SCENARIOS = (
    Scenario(triangular_solves, [(numbers(4, 4), signed(3, 4)), (numbers(1, 1), signed(2, 1)), (numbers(0, 0), signed(2, 0))]),
    Scenario(power_iteration, [(numbers(4, 4), n) for n in (3, 1, 0)]),
    Scenario(filled_twice, [(0.3 * numbers(4), n) for n in (3, 0)]),
    Scenario(filled_where, [(signed(5), n) for n in (8, 1, 0)], condition=10.0),
    Scenario(read_between, [(0.3 * numbers(4),), (numbers(5),)]),
    Scenario(permuted, [(numbers(5), n) for n in (3, 0)]),
    Scenario(swapped, [(0.4 * numbers(4), n) for n in (4, 1, 0)]),
    Scenario(rows_of_tables, [(0.4 * numbers(3), n) for n in (5, 1)]),
    Scenario(made_in_loop, [(numbers(4), n) for n in (3, 0)], name="buffer_made_in_loop"),
    Scenario(called, [(numbers(3), n) for n in (4, 0)], name="buffer_of_a_callee"),
    Scenario(until_negative, [(numbers(4), 1e9)], argnums=(0,)),
    Scenario(until_negative, [(numbers(4), 2.0)], argnums=(0,), raises=ValueError, name="until_negative_raises"),
    Scenario(bits_of_singles, [(numbers(4), n) for n in (2, 0)]),
)
