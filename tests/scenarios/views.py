"""Views that outlive what they were made in, arrays that are returned more than once, and structures of indices."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def view_outlives_loop(a):
    v = a[:2]
    for i in range(a.shape[0] - 1):
        if v[0] * v[1] < a[i]:
            v = a[i : i + 2]
        a[i] = a[i] * v[1]
    v[0] = v[0] * v[1]
    return np.sum(a) * v[0]


def view_of_temporary_outlives_loop(a, n):
    v = a[1:]
    for k in range(n):
        t = a * v[0] + k
        v = t[k:]
        t[k] = t[k] * t[k + 1]
    return v[0] * v[1] + a[0]


def returned_twice(a):
    t = a * a
    return t, t, t[1:] * a[0]


def views_of_arguments_returned(a, b):
    a[0] = a[0] * b[1]
    return a[1:], b, a[:2] * 2.0


def nested_arrays_returned(a, x):
    t = np.sin(a) * x
    return (t, x * x), t[::2], a


def list_by_indices(values, following, start):
    """A linked list in two arrays, walked and changed on the way."""
    s, weight, at = 0.0, 1.0, start
    while at >= 0:
        s += weight * values[at]
        values[at] = values[at] * s
        weight = weight * 0.5 + values[at]
        at = following[at]
    return s


def tree_by_indices(values, left, right):
    """A binary tree in three arrays, depth first with a stack of its own."""
    stack = np.empty(values.shape[0], np.int64)
    stack[0], depth, s = 0, 1, 0.0
    while depth > 0:
        depth -= 1
        at = stack[depth]
        s = s * values[at] + values[at]
        for child in (left[at], right[at]):
            if child >= 0:
                stack[depth] = child
                depth += 1
    return s


def triangle_under_condition(a, limit):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(i + 1):
            if a[j] > limit:
                s += a[i] * a[j]
            elif j > 0:
                s -= a[j] * a[j - 1] * s
    return s


def slices_of_either(a, b, x, n):
    p = a if x > 0.2 else b
    for i in range(0, n, 2):
        for _ in range(0, n, 2):
            b[1:] = 0.5 * (b[:-1] + p[1:])
        a[n - 1 - i] = math.cos(a[n - 1 - i] * x)
    return np.sum(a * b)


SCENARIOS = (
    Scenario(view_outlives_loop, [(numbers(6),)]),
    Scenario(view_of_temporary_outlives_loop, [(numbers(5), n) for n in (3, 1, 0)]),
    Scenario(returned_twice, [(numbers(4),)]),
    Scenario(views_of_arguments_returned, [(numbers(4), signed(3))]),
    Scenario(nested_arrays_returned, [(numbers(5), 0.7)]),
    Scenario(list_by_indices, [(numbers(5), np.array([3, -1, 1, 4, 2]), 0), (numbers(5), np.array([3, -1, 1, 4, 2]), -1)]),
    Scenario(tree_by_indices, [(numbers(6), np.array([1, 3, 5, -1, -1, -1]), np.array([2, 4, -1, -1, -1, -1]))]),
    Scenario(triangle_under_condition, [(numbers(6), 1.0)], argnums=(0,)),
    Scenario(slices_of_either, [(signed(5), numbers(5), 0.3, 5), (signed(4), numbers(4), 0.1, 4)], argnums=(0, 1, 2)),
)
