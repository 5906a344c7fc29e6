"""What is carried from one iteration to the next, in variables and in arrays."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers


def previous_row_overwritten(a, n, m):
    s = 0.0
    for i in range(1, n):
        for j in range(m):
            s += a[i * m + j] ** 2
            a[(i - 1) * m + j] = s
    return s


def last_value_used(a):
    y = 0.0
    for i in range(a.shape[0]):
        y = a[i] * a[i]
    return y * math.sin(y)


def previous_value_used(a):
    s = 0.0
    previous = 1.0
    for i in range(a.shape[0]):
        s += previous * a[i]
        previous = a[i] * a[i]
    return s


def logistic_map(r, x, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def two_term_recurrence(x, y, n):
    for _ in range(n):
        x, y = y, math.sin(x * y) + 0.5 * x
    return x + y


def truncated_in_loop(x, n):
    for _ in range(n):
        x = x / 0.8
        x = x - int(x)
    return x


def product_with_zero(a, x):
    for i in range(a.shape[0]):
        x *= a[i]
    return x


def quotient_chain(a, x):
    for i in range(a.shape[0]):
        x = x / a[i]
    return x


def maximum_loop(a):
    best = a[0]
    for i in range(1, a.shape[0]):
        if a[i] > best:
            best = a[i]
    return best * best


def minimum_by_index(a):
    at = 0
    for i in range(1, a.shape[0]):
        if a[i] < a[at]:
            at = i
    return a[at] * a[at] * at


def insertion_sort(a):
    n = a.shape[0]
    for i in range(1, n):
        key = a[i]
        j = i - 1
        while j >= 0 and a[j] > key:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = key
    s = 0.0
    for i in range(n):
        s += a[i] * (i + 1)
    return s


def next_iteration_overwrites(a):
    s = 0.0
    for i in range(1, a.shape[0]):
        s += a[i] * a[i - 1]
        a[i] = s * 0.5
    return s


def left_shift(a):
    for i in range(1, a.shape[0]):
        a[i - 1] = math.sin(a[i]) * a[i - 1]
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i]
    return s


def invariant_load(a, x):
    s = 0.0
    for i in range(x.shape[0]):
        s += math.exp(a[0]) * x[i]
    a[0] = s
    for i in range(x.shape[0]):
        s += a[0] * x[i] * x[i]
    return s


def remembered_branches(a, x):
    for i in range(a.shape[0]):
        if x > a[i]:
            x = x * 0.7
        else:
            x = x + a[i] * x
    return x


SCENARIOS = (
    Scenario(
        previous_row_overwritten,
        [(np.arange(1.0, 13.0), 4, 3)],
        derivative=lambda a, n, m: [[0.0] * 3 + [8.0, 10, 12, 14, 16, 18, 20, 22, 24]],
    ),
    Scenario(last_value_used, [(numbers(4),)]),
    Scenario(
        previous_value_used, [(numbers(5),)], derivative=lambda a: [[1 + 2 * a[0] * a[1], *(a[:-2] ** 2 + 2 * a[1:-1] * a[2:]), a[-2] ** 2]]
    ),
    Scenario(logistic_map, [(3.1, 0.3, 8), (3.1, 0.3, 0)], condition=100.0),
    Scenario(two_term_recurrence, [(0.5, 0.8, 6)]),
    Scenario(truncated_in_loop, [(0.7, 6)], derivative=lambda x, n: [[1.25**n]]),
    Scenario(
        product_with_zero,
        [(np.array([1.5, 0.0, 2.5]), 2.0), (np.array([0.0, 0.0, 2.5]), 2.0)],
        derivative=lambda a, x: [[x * a[1] * a[2], x * a[0] * a[2], x * a[0] * a[1], a.prod()]],
    ),
    Scenario(quotient_chain, [(numbers(5), 2.0)], derivative=lambda a, x: [[*(-x / a.prod() / a), 1 / a.prod()]]),
    Scenario(
        maximum_loop,
        [(numbers(6),), (np.array([1.0, 3.0, 3.0, 2.0]),)],
        derivative=lambda a: [2 * a.max() * (np.arange(a.size) == a.argmax())],
        kink=True,
    ),
    Scenario(minimum_by_index, [(numbers(6),)]),
    Scenario(insertion_sort, [(numbers(7),), (np.sort(numbers(7)),)], derivative=lambda a: [1.0 + np.argsort(np.argsort(a))]),
    Scenario(next_iteration_overwrites, [(numbers(6),)]),
    Scenario(left_shift, [(numbers(6),)]),
    Scenario(invariant_load, [(numbers(1), numbers(4))]),
    Scenario(remembered_branches, [(numbers(9), 1.1)]),
)
