"""Calls that stay calls: functions that are not inlined, recursion, and what can go wrong between a caller and its callee."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from scenarios.scenario import Scenario, numbers, signed


def outlined(function: Callable[..., Any]) -> Any:
    """Compile a function that irad does not inline."""
    compiled = njit(function)
    compiled._irad_noinline = True
    return compiled


@outlined
def product(x, y):
    return math.sin(x) * y


@outlined
def square_all(a):
    b = np.empty_like(a)
    for i in range(a.shape[0]):
        b[i] = a[i] * a[i]
    return b


@outlined
def scale(a, k):
    for i in range(a.shape[0]):
        a[i] *= k * a[i]


@outlined
def clear(a):
    for i in range(a.shape[0]):
        a[i] = 0.5


@outlined
def dot(a, b):
    s = 0.0
    for i in range(min(a.shape[0], b.shape[0])):
        s += a[i] * b[i]
    return s


@outlined
def add_into(out, a, k):
    for i in range(a.shape[0]):
        out[i] += k * a[i] * a[i]


@outlined
def tail(a, k):
    return a[k:]


@outlined
def parts(a, x):
    return a * x, x * x, a[1:]


@outlined
def root(x):
    y = x
    while abs(y * y - x) > 1e-14 * x:
        y = 0.5 * (y + x / y)
    return y


@outlined
def checked(x, a):
    a[0] = x * a[1]
    if x > 1.0:
        raise ValueError("too large", 1.0)
    return x * a[0]


@outlined
def count(a, counts):
    s = 0.0
    for i in range(a.shape[0]):
        counts[i] += i
        s += a[i] * counts[i]
    return s


@outlined
def temporary(a):
    total = 0.0
    for i in range(a.shape[0]):
        t = square_all(a)
        scale(t, a[i] + total)
        total += 0.1 * dot(t, a)
    return total


@njit
def power(x, n):
    if n == 0:
        return 1.0
    return x * power(math.sin(x), n - 1)


@njit
def tree(a, low, high):
    if high - low == 1:
        return a[low] * a[low]
    middle = (low + high) // 2
    left = tree(a, low, middle)
    return left * math.sin(tree(a, middle, high)) + a[low]


@njit
def even(x, n):
    if n == 0:
        return x
    return odd(x * 1.1, n - 1) * x


@njit
def odd(x, n):
    if n == 0:
        return 1.0
    return math.cos(even(x, n - 1))


@njit
def sort(a, low, high):
    if high - low > 1:
        pivot = a[high - 1]
        k = low
        for i in range(low, high - 1):
            if a[i] < pivot:
                a[i], a[k] = a[k], a[i]
                k += 1
        a[high - 1], a[k] = a[k], a[high - 1]
        sort(a, low, k)
        sort(a, k + 1, high)


@njit
def halves(a):
    if a.shape[0] == 1:
        return a * 2.0
    middle = a.shape[0] // 2
    left, right = halves(a[:middle]), halves(a[middle:])
    out = np.empty(a.shape[0])
    for i in range(a.shape[0]):
        out[i] = left[i % middle] * right[i % right.shape[0]]
    return out


def call_in_loop(a, x):
    s = 0.0
    for i in range(a.shape[0]):
        s += product(a[i] * s + x, x)
    return s


def call_in_branch(x, k):
    y = x
    if k > 0:
        y = product(x, x)
    for i in range(k):
        if i % 2 == 0:
            y = product(y, x) + y
    return y


def other_activities(a, o, x):
    return dot(a, o) * dot(o, o) + dot(a, a) * product(x, 2.0) + product(2.0, x) + product(0.3, 0.4)


def call_returns_array(a):
    b = square_all(a)
    c = square_all(b * a)
    return dot(b, c) + c[0]


def call_allocates_in_loops(a):
    s = 0.0
    for _ in range(2):
        b = square_all(a)
        scale(b, s + a[0])
        s += 0.1 * (b[0] * b[1] + temporary(b))
    return s


def call_mutates(a):
    first = dot(a, a)
    scale(a, a[1])
    s = dot(a, a)
    scale(a, first)
    return s * a[0] * dot(a, a)


def call_clears(a):
    b = a * 2.0
    s = dot(b, a)
    clear(b)
    s += dot(b, a) * s
    clear(a)
    return s * dot(a, a)


def call_fills_argument(a, out):
    add_into(out, a, 2.0)
    add_into(out, out, 0.5)
    return dot(out, a)


def call_with_overlap(a):
    b = a * 1.0
    add_into(b, b, 0.3)
    add_into(b[1:], b[:-1], 0.7)
    return dot(b, b[1:]) * dot(a, a)


def call_returns_view(a):
    b = a * a
    t = tail(b, 1)
    t[0] *= 2.0
    u = tail(t, 1)
    return dot(t, a) * u[0] + b[1]


def call_returns_view_of_argument(a):
    t = tail(a, 1)
    scale(t, 2.0)
    return dot(t, a)


def call_returns_parts(a, x):
    b, y, c = parts(a, x)
    d, z, e = parts(b, y)
    return dot(d, c) * z + e[0] * y


def call_iterates(x):
    return root(x) * root(root(x))


def call_raises(a, x):
    y = product(x, x)
    return checked(y * x, a) * y


def call_counts(a):
    counts = np.zeros(a.shape[0], np.int64)
    s = 0.0
    for _ in range(3):
        s += count(a, counts) * a[0]
    return s


def unused_call(a, x):
    square_all(a)
    product(x, x)
    return x * a[0]


def recursive_power(x, n):
    return power(x, n) * power(x * 0.5, 2)


def recursive_tree(a):
    return tree(a, 0, a.shape[0])


def recursive_sort(a, w):
    b = a * a
    sort(b, 0, b.shape[0])
    s = 0.0
    for i in range(b.shape[0]):
        s += b[i] * w[i]
    return s * b[0]


def recursive_arrays(a):
    return halves(a)


@njit
def shift_by_recursion(a, x, n):
    if n == 0:
        return x * a[0]
    a[1:] = a[:-1]
    return math.sin(shift_by_recursion(a, x * a[-1], n - 1)) + x * a[1]


def recursive_shift(a, x):
    return shift_by_recursion(a, x, 2)


def mutual_recursion(x, n):
    return even(x, n) * odd(x, n)


SCENARIOS = (
    Scenario(call_in_loop, [(numbers(4), 0.7)]),
    Scenario(call_in_branch, [(0.7, 5), (0.7, 0)]),
    Scenario(other_activities, [(numbers(3), signed(3), 0.6)], argnums=(0, 2)),
    Scenario(call_returns_array, [(numbers(3),)]),
    Scenario(call_allocates_in_loops, [(numbers(3, low=0.3, high=0.7),)]),
    Scenario(call_mutates, [(numbers(3),)]),
    Scenario(call_clears, [(numbers(3),)]),
    Scenario(call_fills_argument, [(numbers(3), numbers(3))]),
    Scenario(call_with_overlap, [(numbers(4),)]),
    Scenario(call_returns_view, [(numbers(4),)]),
    Scenario(call_returns_view_of_argument, [(numbers(4),)]),
    Scenario(call_returns_parts, [(numbers(3), 0.8)]),
    Scenario(call_iterates, [(1.7,)], derivative=lambda x: [[0.75 * x**-0.25]]),
    Scenario(call_raises, [(numbers(2), 0.7)]),
    Scenario(call_raises, [(numbers(2), 1.7)], raises=ValueError, name="call_raises_indeed"),
    Scenario(call_counts, [(numbers(3),)]),
    Scenario(unused_call, [(numbers(3), 0.7)], derivative=lambda a, x: [[x, 0.0, 0.0, a[0]]]),
    Scenario(recursive_power, [(0.9, 4)]),
    Scenario(recursive_tree, [(numbers(7),)]),
    Scenario(recursive_sort, [(numbers(6), numbers(6))]),
    Scenario(recursive_arrays, [(numbers(5),)]),
    Scenario(recursive_shift, [(numbers(5), 0.7)]),
    Scenario(mutual_recursion, [(0.7, 5)]),
)
