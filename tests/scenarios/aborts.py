"""Exceptions: on paths that are never taken, where they must cost nothing, and on paths that are."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from scenarios.scenario import Scenario, numbers, signed


@njit
def checked_root(x):
    if x < 0.0:
        raise ValueError("negative")
    return math.sqrt(x)


@njit
def squares_below(t, limit):
    u = t * t
    total = np.sum(u)
    if total > limit:
        raise ValueError("too large", total, limit)
    return u


def raise_in_branch(x, n):
    if n < 0:
        raise ValueError("n is negative", 17)
    return x**n


def assert_in_loop(a, limit):
    s = 0.0
    for i in range(a.shape[0]):
        assert a[i] < limit
        s += a[i] * a[i]
        a[i] = s
    return s


def assert_with_message(x):
    assert x > 0.5, "too small"
    return math.log(x - 0.5)


def bounds_checked(a, index):
    s = 0.0
    for i in range(index.shape[0]):
        s += a[index[i]] * a[0]
    return s


def division_by_float(a, x):
    s = 0.0
    for i in range(a.shape[0]):
        s += x / a[i]
    return s


def division_by_integer(x, n):
    return x * (12 // n) * x


def modulo_by_integer(x, n):
    return x * (12 % n) * x


def error_model_of_numpy(x, y):
    return x / y + x * (1.0 / y)


def helper_raises(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += checked_root(a[i]) * a[0]
    return s


def helper_raises_among_arrays(a, limit):
    kept = (a * 2.0, np.sin(a))
    old, new = kept[0], np.zeros_like(kept[0])
    for k in range(3):
        w = squares_below(old[1:] * k, limit)
        for i in range(w.shape[0]):
            new[i] = w[i] * kept[1][i + 1]
        old, new = new, old
    return np.sum(old) + new[0]


def raise_from_nest(a, limit):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = a[i, j] * 2.0
            s += a[i, j] * a[j, i]
            if s > limit:
                raise RuntimeError("limit")
        s = math.sin(s)
    return s


def raise_from_while(x):
    steps = 0
    while x < 10.0:
        x = x * x
        steps += 1
        if steps > 20:
            raise ArithmeticError("does not converge")
    return x * steps


def raise_with_temporary(a, limit):
    t = a * a
    for i in range(a.shape[0]):
        u = np.ones(3) * t[i]
        if u[0] > limit:
            raise ValueError("large")
        t[0] = t[0] + u[1]
    return t[0]


def raise_in_every_branch(x, k):
    if k == 0:
        return x
    elif k == 1:
        return x * x
    else:
        raise NotImplementedError("k")


def negative_dimension(x, n):
    t = np.empty(n)
    t[:] = x
    return np.sum(t * t)


def shapes_differ(a, b):
    return np.sum(a * b)


def exception_without_arguments(x):
    if x > 1.0:
        raise ValueError
    return x * x


def always_raises(a, x):
    s = 0.0
    if math.cos(s) > 0.5:
        raise RuntimeError("lost", 3)
    return np.sum(a * a) * x


def division_by_squares(a, shift):
    s = 0.0
    for i in range(a.shape[0]):
        s += 1.0 / math.sqrt(a[i] * a[i] + shift * shift) + a[i] / (1.0 + math.exp(-a[i])) + 1.0 / (a[i] * a[i] + 0.5)
    return s


SCENARIOS = (
    Scenario(raise_in_branch, [(0.7, 3), (0.7, 0)]),
    Scenario(raise_in_branch, [(0.7, -1)], raises=ValueError, name="raise_in_branch_taken"),
    Scenario(assert_in_loop, [(numbers(5), 9.0)], argnums=(0,)),
    Scenario(assert_in_loop, [(numbers(5), 1.4)], argnums=(0,), raises=AssertionError, name="assert_in_loop_taken"),
    Scenario(assert_with_message, [(0.9,)]),
    Scenario(assert_with_message, [(0.3,)], raises=AssertionError, name="assert_with_message_taken"),
    Scenario(bounds_checked, [(numbers(4), np.array([3, 1, -1, 0]))], options={"boundscheck": True}),
    Scenario(
        bounds_checked, [(numbers(4), np.array([3, 1, 4]))], options={"boundscheck": True}, raises=IndexError, name="bounds_checked_taken"
    ),
    Scenario(division_by_float, [(numbers(4), 0.7)]),
    Scenario(division_by_float, [(np.array([0.5, 0.0, 1.0]), 0.7)], raises=ZeroDivisionError, name="division_by_float_taken"),
    Scenario(division_by_squares, [(signed(4), 0.3), (np.array([0.0, 30.0, -30.0]), 0.1)]),
    Scenario(division_by_squares, [(np.array([0.5, 0.0]), 0.0)], raises=ZeroDivisionError, name="division_by_squares_taken"),
    Scenario(division_by_squares, [(np.array([0.5, 1e-200]), 1e-170)], raises=ZeroDivisionError, name="division_by_squares_underflows"),
    Scenario(division_by_integer, [(0.7, 5)]),
    Scenario(division_by_integer, [(0.7, 0)], raises=ZeroDivisionError, name="division_by_integer_taken"),
    Scenario(modulo_by_integer, [(0.7, 5)]),
    Scenario(modulo_by_integer, [(0.7, 0)], raises=ZeroDivisionError, name="modulo_by_integer_taken"),
    Scenario(error_model_of_numpy, [(0.7, 0.3)], options={"error_model": "numpy"}),
    Scenario(helper_raises, [(numbers(4),)]),
    Scenario(helper_raises, [(np.array([0.5, 1.0, -1.0]),)], raises=ValueError, name="helper_raises_taken"),
    Scenario(helper_raises_among_arrays, [(numbers(4), 1e9)], argnums=(0,)),
    Scenario(helper_raises_among_arrays, [(numbers(4), 6.0)], argnums=(0,), raises=ValueError, name="helper_raises_among_arrays_taken"),
    Scenario(raise_from_nest, [(numbers(3, 3), 90.0)], argnums=(0,)),
    Scenario(raise_from_nest, [(numbers(3, 3), 5.0)], argnums=(0,), raises=RuntimeError, name="raise_from_nest_taken"),
    Scenario(raise_from_while, [(1.2,)]),
    Scenario(raise_from_while, [(0.8,)], raises=ArithmeticError, name="raise_from_while_taken"),
    Scenario(raise_with_temporary, [(numbers(4), 90.0)], argnums=(0,)),
    Scenario(raise_with_temporary, [(numbers(4), 1.5)], argnums=(0,), raises=ValueError, name="raise_with_temporary_taken"),
    Scenario(raise_in_every_branch, [(0.7, 0), (0.7, 1)]),
    Scenario(raise_in_every_branch, [(0.7, 2)], raises=NotImplementedError, name="raise_in_every_branch_taken"),
    Scenario(negative_dimension, [(0.7, 3), (0.7, 0)]),
    Scenario(negative_dimension, [(0.7, -1)], raises=ValueError, name="negative_dimension_taken"),
    Scenario(shapes_differ, [(numbers(3), numbers(3)), (numbers(3), numbers(1))]),
    Scenario(shapes_differ, [(numbers(3), numbers(4))], raises=ValueError, name="shapes_differ_taken"),
    Scenario(exception_without_arguments, [(0.7,)]),
    Scenario(exception_without_arguments, [(1.7,)], raises=ValueError, name="exception_without_arguments_taken"),
    Scenario(always_raises, [(numbers(3), 0.7)], raises=RuntimeError),
)
