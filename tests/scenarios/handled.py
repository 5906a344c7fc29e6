"""Exceptions that are handled inside: differentiated along the path that ran."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from scenarios.scenario import Scenario, numbers


class Rejected(Exception):
    """An exception of the user's own."""


@njit
def root_of_positive(x):
    if x < 0.0:
        raise ValueError("negative")
    return math.sqrt(x)


@njit
def below(x, limit, index):
    if x > limit:
        raise Rejected("above", x, limit, (index, 2.5))
    return x * x


@njit
def scaled_until(a, limit):
    t = a * 2.0
    for i in range(t.shape[0]):
        if t[i] > limit:
            raise ValueError("large")
        a[i] = t[i] * t[i]
    return np.sum(t)


def handled_in_branch(x, y):
    r = y
    try:
        r = root_of_positive(x) * y
    except Exception:
        r = x * x * y
    return r * r


def handled_with_else_and_finally(x, y):
    r = 1.0
    try:
        if x > 1.0:
            raise ValueError("x")
        r = x * y
    except:  # noqa: E722 - what Numba has
        r = math.sin(x)
    else:
        r = r * r * y
    finally:
        r = r * x + y
    return r


def handled_in_loop(a, b):
    s = 1.0
    for i in range(a.shape[0]):
        try:
            b[i] = a[i] * s
            s += root_of_positive(b[i] - 1.0) * a[i]
            b[i] = s
        except Exception:
            s = s * math.exp(-a[i]) + b[i] * b[i]
    return s * b[0]


def handled_with_partial_writes(a, limit):
    s = 0.0
    for k in range(3):
        try:
            s += scaled_until(a, limit) * (k + 1)
        except Exception:
            a[a.shape[0] - 1] = math.sin(a[0])
            s = s * s + a[0]
    return s + np.sum(a * a)


def handled_nested(x, n):
    r = x
    for i in range(n):
        try:
            r = r * x
            try:
                r = root_of_positive(1.0 - r) + x
            except Exception:
                r = r * 0.5
            r = root_of_positive(r - 0.5 * i) * x
        except Exception:
            r = r * r + x
    return r


def handled_bounds(a, index):
    s = 0.0
    for i in range(index.shape[0]):
        try:
            s += a[index[i]] * a[0]
        except Exception:
            s = s * a[1]
    return s


def handled_division(x, n):
    r = x
    for i in range(-1, n):
        try:
            r = r + x / i
        except Exception:
            r = r * x * x
    return r


def raises_with_run_time_arguments(a, limit):
    s = 0.0
    for i in range(a.shape[0]):
        s += below(a[i] * s + a[i], limit, i) * a[0]
    return s


def shifted_by_handler(a, x):
    """The slices may not fit, which raises with run-time arguments: in the handler, and behind it."""
    s = x * x
    try:
        s += root_of_positive(a[0] * x)
        if s > 0.5:
            raise ValueError("large")
    except Exception:
        a[1:] = a[:-1] * x
    a[:-1] = a[1:] * s
    return np.sum(a * a) + s


def raises_behind_handled(x, y):
    r = y
    try:
        r = root_of_positive(x)
    except Exception:
        r = x * y
    assert r > -1.0, "r"
    return r * x


SCENARIOS = (
    Scenario(handled_in_branch, [(0.7, 1.3), (-0.7, 1.3)]),
    Scenario(handled_with_else_and_finally, [(0.7, 1.3), (1.7, 1.3)]),
    Scenario(handled_in_loop, [(numbers(6), np.zeros(6))], argnums=(0,)),
    Scenario(handled_with_partial_writes, [(0.3 * numbers(4), limit) for limit in (0.8, 0.5, 9.0)], argnums=(0,)),
    Scenario(handled_nested, [(0.8, n) for n in (0, 1, 4)]),
    Scenario(handled_bounds, [(numbers(4), np.array([3, 7, -1, 4, 0]))], options={"boundscheck": True}),
    Scenario(handled_division, [(0.7, 3)]),
    Scenario(raises_with_run_time_arguments, [(numbers(4), 90.0)], argnums=(0,)),
    Scenario(
        raises_with_run_time_arguments, [(numbers(4), 1.5)], argnums=(0,), raises=Rejected, name="raises_with_run_time_arguments_taken"
    ),
    Scenario(shifted_by_handler, [(numbers(4), x) for x in (0.1, 0.9, -0.9)]),
    Scenario(raises_behind_handled, [(0.7, 1.3), (-0.7, 1.3)]),
    Scenario(raises_behind_handled, [(-0.9, 1.3)], raises=AssertionError, name="raises_behind_handled_taken"),
)
