"""Elements that are chosen by arrays of indices and flags; iteration in NumPy's and Python's ways; tuples of everything."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from scenarios.scenario import Scenario, numbers

Settings = namedtuple("Settings", ["rate", "steps", "weights"])


def chosen_elements(x, index):
    chosen = x[index]
    s = np.take(x, index)[0] * np.take(x, 2) + (chosen * chosen).sum()
    for v in x[x > 0.9]:
        s += v**3
    return s


def chosen_elements_set(x, index):
    y = x * x[1]
    y[index] = x[0] * x[1]
    y[x > 1.2] = 0.5
    return (y * np.where(x > x[2], x * x, x[0])).sum()


def sorted_by_index(x, y):
    order = np.argsort(y)
    s = x[order[0]] * x[order][-1]
    for rank, i in enumerate(order):
        s += rank * x[i] ** 2 * y[i]
    return s


def iterated(a, b):
    s = 0.0
    for (i, j), v in np.ndenumerate(a):
        s += v * v * (i + 2 * j)
    for v in np.nditer(a):
        s += v.item() ** 3
    for k, (u, v) in enumerate(zip(a[0], b)):  # noqa: B905 Numba takes no keyword
        s += u * v * k
    for v in a.flat:
        s += v * b[0]
    return s


def mixed_tuples(state, k):
    (p, n), flags, (a, (index, w)) = state
    s = p * k
    if flags[0]:
        s += p * w
    for i in index:
        s += a[i] * a[i] * n * w * flags[1]
    return s


def mixed_named_tuple(settings, x):
    s = x
    for i in range(settings.steps):
        s += settings.rate * settings.weights[i % 3] * math.sin(s)
    inner = Settings(s, 2, settings.weights * s)
    return inner.rate * inner.weights[inner.steps] + settings.rate


def mixed_precisions(x):
    half = np.float32(x[0]) * np.float32(0.5)
    singles = np.empty(3, np.float32)
    for i in range(3):
        singles[i] = half * np.float32(x[i])
    s = 0.0
    for i in range(3):
        s += singles[i] * x[i] * np.float64(half)
    return s + np.sqrt(singles[2])


MIXED = (1.3, 3), (True, 2), (numbers(4), (np.array([0, 2, 2]), 0.7))
INDEX = np.array([3, 0, 3, 4])
SINGLE = 2.0**29
"""How much less precise float32 is."""

SCENARIOS = (
    Scenario(chosen_elements, [(numbers(5), INDEX)]),
    Scenario(chosen_elements_set, [(numbers(5), INDEX)]),
    Scenario(sorted_by_index, [(numbers(5), numbers(5)[::-1].copy())]),
    Scenario(iterated, [(numbers(2, 3), numbers(3))]),
    Scenario(mixed_tuples, [(MIXED, 0.4)]),
    Scenario(mixed_named_tuple, [(Settings(0.3, 4, numbers(3)), 0.6)]),
    Scenario(mixed_precisions, [(numbers(3),)], condition=SINGLE),
)
