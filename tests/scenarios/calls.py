"""Functions that call functions, closures, global arrays, default and keyword arguments, tuples in and out."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np
from numba import njit

from scenarios.scenario import Scenario, numbers, signed

WEIGHTS = numbers(5)
TABLE = signed(2, 3)
SCALE = 1.7
STEPS = (0.5, 1.5, 2.5)
Point = namedtuple("Point", ["x", "y"])


@njit
def softplus(x):
    return math.log1p(math.exp(x))


@njit
def weighted_sum(a, weight):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i] * weight
    return s


@njit
def double_in_place(a, k):
    a[k] = a[k] * a[k] * 2.0


@njit
def sines(a):
    t = np.empty_like(a)
    for i in range(a.shape[0]):
        t[i] = math.sin(a[i])
    return t


@njit
def both(x, y):
    return x * y, x / y


@njit
def with_default(x, power=2, scale=1.5):
    return scale * x**power


@njit
def outer(x, n):
    s = 0.0
    for i in range(n):
        s += softplus(x * i) * both(x, s + 1.0)[1]
    return s


@njit
def first_squared(a):
    return a[0] * a[0]


@njit
def leaves_early(x, limit):
    for i in range(5):
        if x > limit:
            return x * i
        x = x * 1.4
    return -x


@njit(inline="always")
def inlined(x, y):
    return math.sin(x) * y


def scalar_helper(x, y):
    return softplus(x * y) * softplus(x)


def helper_in_loop(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += softplus(a[i] * s + 1.0)
    return s


def helper_on_array(a, x):
    return weighted_sum(a, x) * weighted_sum(a[1:], 2.0)


def same_helper_other_activity(a, o, x):
    return weighted_sum(a, 2.0) + weighted_sum(o, x) * weighted_sum(o, 1.0)


def helper_writes(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[0]
        double_in_place(a, i)
    return s * a[1]


def helper_reads_what_is_overwritten(a):
    y = first_squared(a)
    a[0] = a[1] * y
    return y * first_squared(a)


def helper_returns_array(a):
    t = sines(a)
    u = sines(t * a)
    return t[0] * u[1] + u[0]


def helper_loops_and_allocates(a, n):
    s = 0.0
    for i in range(n):
        t = sines(a * (i + s))
        s += t[0] * t[1] + 0.1
    return s


def helper_returns_tuple(x, y):
    p, q = both(x, y)
    u, v = both(q, p)
    return u * v + p


def helper_of_helper(x, n):
    return outer(x, n) + outer(x * 2.0, n - 1)


def helper_with_default(x):
    return with_default(x) + with_default(x, 3) * with_default(x, scale=0.5)


def helper_leaves_early(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += leaves_early(a[i], 1.0) * s + a[i]
    return s


def helper_inlined(x, y):
    return inlined(x, y) * inlined(y, x)


def unused_result(x, y):
    both(x, y)
    return x * x * y


def helper_chosen(x, k):
    if k > 0:
        return softplus(x)
    return leaves_early(x, 1.0)


def uses_globals(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i] * WEIGHTS[i] * SCALE
    return s


def uses_global_table(a, k):
    s = 0.0
    for i in range(2):
        for j in range(3):
            s += math.sin(a[j] * TABLE[i, j]) * STEPS[k]
    return s * TABLE[1, 2]


def global_or_argument(a, n):
    s = 0.0
    for i in range(n):
        w = a[i] if i % 2 == 0 else WEIGHTS[i]
        s += w * w * a[0]
    return s


def make_closure(offsets, scale):
    def closure(a):
        s = 0.0
        for i in range(a.shape[0]):
            s += math.exp(-scale * (a[i] - offsets[i]) ** 2)
        return s

    return closure


def make_closure_over_helper(helper):
    def closure_over_helper(x):
        return helper(x) * x

    return closure_over_helper


def inner_function(a, x):
    def square(y):
        return y * y * x

    s = 0.0
    for i in range(a.shape[0]):
        s += square(a[i])
    return s


def default_arguments(x, n=3, scale=0.5):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + scale
    return s


def keyword_arguments(x, n=3, scale=0.5):
    return scale * x**n


def constants_and_integers(x, k, c):
    return x * k + c * c * x * x


def tuple_argument(p, x):
    return p[0] * p[1] * x + math.sin(p[1])


def tuple_with_array(p):
    s = 0.0
    for i in range(p[1].shape[0]):
        s += p[1][i] * p[0] * p[1][0]
    return s


def named_tuple(p, n):
    return p.x**n * p.y + math.exp(p.y)


def returns_tuple(x, a):
    return x * a[0], a[1] / x, math.sin(x)


def returns_scalar_and_array(x, a):
    return x * x, a * x


def returns_named_tuple(x, y):
    return Point(x * y, math.sin(x))


def several_arguments(x, a, y, b):
    return x * a[0] * b[1] + y * y * np.sum(a * b)


SCENARIOS = (
    Scenario(scalar_helper, [(0.6, 1.4)]),
    Scenario(helper_in_loop, [(numbers(4),)]),
    Scenario(helper_on_array, [(numbers(4), 0.7)]),
    Scenario(same_helper_other_activity, [(numbers(4), signed(4), 0.7)], argnums=(0, 2)),
    Scenario(helper_writes, [(numbers(3),)]),
    Scenario(helper_reads_what_is_overwritten, [(numbers(2),)], derivative=lambda a: [[6 * a[0] ** 5 * a[1] ** 2, 2 * a[0] ** 6 * a[1]]]),
    Scenario(helper_returns_array, [(numbers(3),)]),
    Scenario(helper_loops_and_allocates, [(numbers(3), 3), (numbers(3), 0)]),
    Scenario(helper_returns_tuple, [(0.6, 1.4)]),
    Scenario(helper_of_helper, [(0.6, 4)]),
    Scenario(helper_with_default, [(0.6,)]),
    Scenario(helper_leaves_early, [(numbers(5),)]),
    Scenario(helper_inlined, [(0.6, 1.4)]),
    Scenario(unused_result, [(0.6, 1.4)], derivative=lambda x, y: [[2 * x * y, x * x]]),
    Scenario(helper_chosen, [(0.6, 1), (0.6, 0)]),
    Scenario(uses_globals, [(signed(5),)], derivative=lambda a: [2 * a * WEIGHTS * SCALE]),
    Scenario(uses_global_table, [(numbers(3), 1)]),
    Scenario(global_or_argument, [(numbers(5), 5)]),
    Scenario(make_closure(WEIGHTS, 0.7), [(signed(5),)]),
    Scenario(make_closure_over_helper(softplus), [(0.6,)]),
    Scenario(inner_function, [(numbers(4), 0.7)]),
    Scenario(default_arguments, [(0.6,)]),
    Scenario(default_arguments, [(0.6, 2)], name="some_default_arguments"),
    Scenario(keyword_arguments, [(0.6,)], keywords={"scale": 2.0, "n": 4}, argnums=(0,), derivative=lambda x: [[8 * x**3]]),
    Scenario(constants_and_integers, [(0.6, 3, 1.4)], argnums=(0,), derivative=lambda x, k, c: [[k + 2 * c * c * x]]),
    Scenario(tuple_argument, [((0.6, 1.4), 0.3)]),
    Scenario(tuple_with_array, [((0.6, numbers(3)),)]),
    Scenario(named_tuple, [(Point(0.6, 1.4), 3)], derivative=lambda p, n: [[n * p.x ** (n - 1) * p.y, p.x**n + math.exp(p.y)]]),
    Scenario(returns_tuple, [(0.6, numbers(2))]),
    Scenario(returns_scalar_and_array, [(0.6, numbers(3))]),
    Scenario(returns_named_tuple, [(0.6, 1.4)]),
    Scenario(several_arguments, [(0.6, numbers(3), 1.4, signed(3))]),
    Scenario(several_arguments, [(0.6, numbers(3), 1.4, signed(3))], argnums=(3, 0), name="arguments_in_another_order"),
)
