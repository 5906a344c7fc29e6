"""Arrays that a function makes for itself, in loops too, and what becomes of them."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def zeros_filled(a):
    t = np.zeros(a.shape[0])
    for i in range(a.shape[0]):
        t[i] += a[i] * a[i]
    return t[0] * t[1]


def empty_filled(a):
    t = np.empty(a.shape[0], dtype=np.float64)
    for i in range(a.shape[0]):
        t[i] = math.exp(a[i])
    return t[0] * t[1] + t[-1]


def ones_and_full(a, x):
    t = np.ones(a.shape[0])
    u = np.full(a.shape[0], x)
    for i in range(a.shape[0]):
        t[i] += a[i] * u[i]
        u[i] = t[i] * u[i]
    return t[0] * u[1] * u[2]


def like_the_argument(a):
    t = np.zeros_like(a)
    u = np.ones_like(a)
    v = np.empty_like(a)
    w = np.full_like(a, 2.0)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            t[i, j] = a[i, j] * u[i, j]
            v[i, j] = t[i, j] * w[i, j] * a[0, 0]
    return v[0, 1] * t[1, 0]


def copied(a):
    t = a.copy()
    u = np.copy(a)
    for i in range(a.shape[0]):
        t[i] = t[i] * u[0]
        a[i] = a[i] * a[i]
    return t[0] * a[1] * u[2]


def two_dimensional(a):
    t = np.zeros((a.shape[0], a.shape[0]))
    for i in range(a.shape[0]):
        for j in range(a.shape[0]):
            t[i, j] = a[i] * math.sin(a[j])
    s = 0.0
    for i in range(a.shape[0]):
        s += t[i, a.shape[0] - 1 - i] * t[i, i]
    return s


def made_in_loop(a):
    s = 0.0
    for i in range(a.shape[0]):
        t = np.empty(3)
        t[0] = a[i]
        t[1] = t[0] * t[0]
        t[2] = t[1] * s
        s += math.sin(t[2]) + t[1]
    return s


def growing_in_loop(a):
    s = 1.0
    for i in range(a.shape[0]):
        t = np.zeros(i)
        for j in range(i):
            t[j] = a[j] * s
        for j in range(i):
            s += t[j] * t[i - 1 - j] * 0.1
    return s


def made_in_branch(a, x):
    s = x
    for i in range(a.shape[0]):
        if a[i] > 0.0:
            t = np.ones(2)
            t[0] = a[i] * s
            s = t[0] * t[1] + t[0]
        else:
            s = s * 0.9
    return s


def made_in_nested_loops(a):
    s = 0.0
    for i in range(a.shape[0]):
        row = np.zeros(a.shape[1])
        for j in range(a.shape[1]):
            cell = np.full(2, a[i, j])
            cell[1] = cell[0] * cell[1]
            row[j] = cell[1] + s * cell[0]
        for j in range(a.shape[1]):
            s += row[j] * row[0]
    return s


def made_in_while(x):
    t = np.zeros(2)
    while x > 0.3:
        t = np.empty(2)
        t[0] = x * x
        t[1] = 0.5 * x
        x = t[1] + 0.1 * t[0]
    return t[0] * t[1] + x


def replaced_each_iteration(a, n):
    t = a.copy()
    for _ in range(n):
        u = np.empty_like(t)
        for i in range(t.shape[0]):
            u[i] = t[i] * t[t.shape[0] - 1 - i] + 0.1
        t = u
    s = 0.0
    for i in range(t.shape[0]):
        s += t[i] * (i + 1)
    return s


def expressions_in_loop(a, n):
    t = a * 1.0
    for k in range(n):
        t = np.sin(t) * a + k
    return t.sum()


def break_with_temporary(a, limit):
    s = 0.0
    for i in range(a.shape[0]):
        t = np.ones(2) * a[i]
        if t[0] > limit:
            break
        s += t[0] * t[1]
    return s


def return_with_temporary(a, limit):
    t = a * a
    for i in range(a.shape[0]):
        if t[i] > limit:
            return t[i] * a[0]
    return t[0] + t[1]


def returned_array(a, x):
    t = np.empty(a.shape[0] + 1)
    t[0] = x
    for i in range(a.shape[0]):
        t[i + 1] = t[i] * a[i]
    return t


def returned_matrix(a):
    t = np.zeros((2, a.shape[0]))
    for i in range(a.shape[0]):
        t[0, i] = a[i] * a[0]
        t[1, i] = math.sin(a[i])
    return t


def returned_argument(a):
    for i in range(1, a.shape[0]):
        a[i] = a[i] * a[i - 1]
    return a


def empty_temporary(a):
    t = np.zeros(0)
    s = a[0] * a[0]
    for i in range(t.shape[0]):
        s += t[i] * a[i]
    return s


def unused_temporary(a):
    t = np.zeros(a.shape[0])
    for i in range(a.shape[0]):
        t[i] = a[i] * a[i]
    return a[0] * a[1]


def integer_temporary(a):
    order = np.empty(a.shape[0], np.int64)
    for i in range(a.shape[0]):
        order[i] = (3 * i + 1) % a.shape[0]
    s = 0.0
    for i in range(a.shape[0]):
        s = s * 0.5 + a[order[i]] * a[i]
    return s


def boolean_temporary(a):
    mask = np.zeros(a.shape[0], np.bool_)
    for i in range(a.shape[0]):
        mask[i] = a[i] > 0.0
    s = 1.0
    for i in range(a.shape[0]):
        if mask[i]:
            s *= a[i]
    return s


def constant_temporary(a):
    weights = np.empty(a.shape[0])
    for i in range(a.shape[0]):
        weights[i] = 1.0 / (i + 1.0)
    s = 0.0
    for i in range(a.shape[0]):
        s += weights[i] * a[i] * a[i]
    return s


def swapped_temporaries(a, n):
    t = a * a
    u = np.ones_like(a)
    for _ in range(n):
        for i in range(a.shape[0]):
            u[i] = t[i] * 0.5 + u[i] * a[i]
        t, u = u, t
    return t[0] * u[1] + t[2]


def view_outlives_temporary(a):
    view = a[:0]
    for i in range(3):
        t = a * a
        t[1] *= i + 1
        view = t[1:]
    return view[0] * view[1]


def two_temporaries_selected(a, flag):
    t = a * a
    u = np.sin(a)
    v = t if flag else u
    v[0] = v[1] * v[1]
    return v[0] * t[0] * u[0]


def tuple_of_temporaries(a):
    pair = (a * a, np.exp(a))
    s = 0.0
    for i in range(a.shape[0]):
        s += pair[0][i] * pair[1][i]
    return s


SCENARIOS = (
    Scenario(zeros_filled, [(numbers(3),)]),
    Scenario(empty_filled, [(numbers(3),)]),
    Scenario(ones_and_full, [(numbers(3), 0.7)]),
    Scenario(like_the_argument, [(numbers(2, 3),)]),
    Scenario(like_the_argument, [(np.asfortranarray(numbers(2, 3)),)], name="like_a_fortran_argument"),
    Scenario(copied, [(numbers(3),)]),
    Scenario(two_dimensional, [(numbers(4),)]),
    Scenario(made_in_loop, [(numbers(5),), (numbers(0),)]),
    Scenario(growing_in_loop, [(numbers(5),)]),
    Scenario(made_in_branch, [(signed(6), 0.8)]),
    Scenario(made_in_nested_loops, [(0.5 * numbers(3, 3),)]),
    Scenario(made_in_while, [(1.5,), (0.2,)]),
    Scenario(replaced_each_iteration, [(numbers(4), n) for n in (3, 1, 0)]),
    Scenario(expressions_in_loop, [(numbers(4), 3), (numbers(4), 0)]),
    Scenario(break_with_temporary, [(numbers(6), 1.4), (numbers(6), 9.0)], argnums=(0,)),
    Scenario(return_with_temporary, [(numbers(6), 1.4), (numbers(6), 9.0)], argnums=(0,)),
    Scenario(returned_array, [(numbers(4), 0.7), (numbers(0), 0.7)]),
    Scenario(returned_matrix, [(numbers(4),)]),
    Scenario(returned_argument, [(numbers(4),)]),
    Scenario(empty_temporary, [(numbers(2),)]),
    Scenario(unused_temporary, [(numbers(4),)], derivative=lambda a: [[a[1], a[0], 0.0, 0.0]]),
    Scenario(integer_temporary, [(numbers(5),)]),
    Scenario(boolean_temporary, [(signed(6),)]),
    Scenario(constant_temporary, [(numbers(5),)], derivative=lambda a: [2 * a / np.arange(1, a.size + 1)]),
    Scenario(swapped_temporaries, [(numbers(4), n) for n in (3, 2, 0)]),
    Scenario(view_outlives_temporary, [(numbers(4),)], derivative=lambda a: [[0.0, 6 * a[1] * a[2] ** 2, 6 * a[1] ** 2 * a[2], 0.0]]),
    Scenario(two_temporaries_selected, [(numbers(3), True), (numbers(3), False)]),
    Scenario(tuple_of_temporaries, [(numbers(4),)], derivative=lambda a: [(2 * a + a * a) * np.exp(a)]),
)
