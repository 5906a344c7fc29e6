"""Loops whose trip count is known when they are entered: constant, symbolic, triangular, none; steps of all kinds."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def constant_trip_count(x):
    s = 0.3
    for i in range(7):
        s = s * x + math.sin(s + i)
    return s


def symbolic_trip_count(x, n):
    s = 0.3
    for i in range(n):
        s = math.sin(s * x) + i
    return s


def symbolic_around_constant(a, n):
    s = 0.0
    for i in range(n):
        for j in range(3):
            s = math.cos(s) + a[i, j] * a[i, 2 - j] * s
    return s


def constant_around_symbolic(a, n):
    s = 1.0
    for i in range(3):
        for j in range(n):
            s = s * (1.0 + 0.1 * a[j, i] * s)
    return s


def triangular(a):
    s = 0.0
    n = a.shape[0]
    for i in range(n):
        for j in range(i + 1):
            if j % 2 == 0:
                s += a[i] * a[j] * a[j]
            else:
                s = math.sin(s) * a[i - j]
    return s


def triangular_from_above(a):
    s = 1.0
    n = a.shape[0]
    for i in range(n):
        p = 1.0
        for j in range(i, n):
            p *= a[j]
            for k in range(j, i - 1, -1):
                s += p * a[k]
    return s


def inner_bound_from_array(a, counts):
    s = 0.0
    position = 0
    for i in range(counts.shape[0]):
        p = 1.0
        for _ in range(counts[i]):
            p *= a[position] + 0.1 * s
            position += 1
        s += p
    return s


def squares_in_place_if_any(a, n):
    for i in range(n):
        a[i] = a[i] * a[i]
    s = 0.0
    for i in range(n):
        s += a[i] * a[0]
    return s


def bound_changes_in_memory(x, bound):
    s = 0.5
    i = 0
    while i < bound[0]:
        s = math.sin(s * x) + 0.2
        if i == 2:
            bound[0] = 5
        i += 1
    return s


def bound_overwritten_in_loop(x, bound):
    s = 0.5
    for _ in range(bound[0]):
        s = math.sin(s * x) + 0.2
        bound[0] = 0
    return s * bound[0] + s


def float_bound_shrinks(b):
    s = 0.0
    i = 0
    while i < b[0]:
        s += b[0] * b[0]
        b[0] = b[0] * 0.9
        i += 1
    return s


def step_two(a):
    s = 0.0
    for i in range(1, a.shape[0], 2):
        s += a[i] * a[i - 1] * (1.0 + s)
    return s


def step_back(a):
    s = 0.0
    for i in range(a.shape[0] - 1, -1, -1):
        s = math.sin(s + a[i])
    return s


def symbolic_step(a, start, stop, step):
    s = 0.2
    for i in range(start, stop, step):
        s = s * a[i] + a[i] * i
    return s


def counting_down(a):
    s = 0.2
    i = a.shape[0]
    while i > 0:
        i -= 3
        s = s * a[i] + a[i]
    return s


def unsigned_counter(x, n):
    s = x
    for i in range(np.uint64(n)):
        s = s * x + float(i)
    return s


def inner_loop_never_entered(a, n):
    s = a[0]
    if n > 100:
        for i in range(n):
            for j in range(i):
                s += a[i] * a[j]
    return s


def over_elements(a):
    s = 0.0
    for value in a:
        s = s * value + value
    return s


def over_rows(a):
    s = 0.0
    for row in a:
        for i, value in enumerate(row):
            s = math.sin(s) + value * row[0] * i
    return s


def over_two_arrays(a, b):
    s = 1.0
    for x, y in zip(a, b):  # noqa: B905
        s = s * x + y * y
    return s


SCENARIOS = (
    Scenario(constant_trip_count, [(0.7,)]),
    Scenario(symbolic_trip_count, [(0.7, 5), (0.7, 0), (0.7, -2)]),
    Scenario(symbolic_around_constant, [(numbers(4, 3), 4), (numbers(4, 3), 0)]),
    Scenario(constant_around_symbolic, [(numbers(4, 3), 4), (numbers(4, 3), 0)]),
    Scenario(triangular, [(numbers(6),), (numbers(0),)]),
    Scenario(triangular_from_above, [(numbers(5),)]),
    Scenario(inner_bound_from_array, [(numbers(7), np.array([2, 0, 4, 1]))]),
    Scenario(squares_in_place_if_any, [(numbers(4), n) for n in (4, 0, -1, -10)]),
    Scenario(bound_changes_in_memory, [(0.8, np.array([3])), (0.8, np.array([2]))]),
    Scenario(bound_overwritten_in_loop, [(0.8, np.array([3]))]),
    Scenario(float_bound_shrinks, [(np.array([4.3]),)]),
    Scenario(step_two, [(numbers(7),), (numbers(8),), (numbers(1),)]),
    Scenario(step_back, [(numbers(5),), (numbers(0),)]),
    Scenario(symbolic_step, [(numbers(9), 1, 8, 3), (numbers(9), 7, 0, -2), (numbers(9), 0, 9, 1), (numbers(9), 5, 5, -1)]),
    Scenario(counting_down, [(numbers(9),)]),
    Scenario(unsigned_counter, [(0.8, 4)]),
    Scenario(inner_loop_never_entered, [(numbers(3), 3)], derivative=lambda a, n: [[1.0, 0.0, 0.0]]),
    Scenario(over_elements, [(numbers(5),), (numbers(0),)]),
    Scenario(over_rows, [(numbers(3, 4),)]),
    Scenario(over_two_arrays, [(numbers(4), signed(4))]),
)
