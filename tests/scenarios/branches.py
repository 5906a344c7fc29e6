"""Branches and joins: conditions, selected values, selected arrays, guarded singularities, kinks."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def active_or_constant_array(x, o):
    s = 0.0
    for i in range(x.shape[0]):
        a = x if i % 2 == 0 else o
        s += a[i] * a[i]
    return s


def diamond(x, y):
    if x > y:
        z = math.sin(x) * y
    else:
        z = x / y
    return z * z


def nested_branches(x, y):
    if x > 0.0:
        if y > 0.0:
            z = x * y
        else:
            z = x - y * y
            if z > 3.0:
                z = math.log(z)
    else:
        z = math.exp(x)
    return z * x + y


def elif_chain(x, k):
    if k == 0:
        y = x * x
    elif k == 1:
        y = math.sin(x)
    elif k == 2:
        y = math.exp(-x)
    elif k == 5:
        y = 4.0
    else:
        y = 1.0 / x
    return y * x


def shared_targets(x, codes):
    y = x
    for i in range(codes.shape[0]):
        k = codes[i]
        if k == 1 or k == 4:
            y = y * x
        elif k == 2 or k == 3 or k == 7:
            y = math.sin(y)
        elif k == 5:
            y = y + 1.0
    return y


def join_of_joins(x, y, k):
    if k > 0:
        z = x * 2.0 if k > 1 else x * x
        if k > 2:
            z = z * y
    else:
        z = y
    return math.sin(z) * z


def join_of_constants(x):
    c = 2.0 if x > 1.0 else 3.0
    d = c if x > 0.5 else -1.0
    return c * x + d * x * x


def undefined_on_one_path(x, n):
    if n > 0:
        y = x * x
    s = x
    for _ in range(n):
        s = s * y
    return s


def joins_in_loop(a, x, y):
    for i in range(a.shape[0]):
        if a[i] > 1.0:
            x, y = y * a[i], x
        elif a[i] > 0.7:
            y = x * y
        else:
            x = math.sin(x)
    return x * y


def conditional_expressions(x, y):
    u = x if x > y else y
    v = math.sin(u) if u > 1.0 else math.cos(u)
    return u * v if (v > 0.2 and x > 0.1) or y > 3.0 else -u


def boolean_argument(x, flag):
    return x * x if flag else x


def array_chosen_by_flag(a, b, flag):
    c = a if flag else b
    s = 0.0
    for i in range(c.shape[0]):
        s += c[i] * a[i] * b[i]
        c[i] = s
    return s


def array_chosen_by_data(a, b):
    s = 0.0
    for i in range(a.shape[0]):
        c = a if s < 0.8 else b
        s += c[i] * c[i]
        c[0] = c[0] * 0.5
    return s + a[0] * b[0]


def arrays_swapped(a, b, n):
    for _ in range(n):
        for i in range(a.shape[0]):
            b[i] = math.sin(a[i]) * b[i]
        a, b = b, a
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * b[i] * (i + 1)
    return s


def row_or_temporary(a, k):
    if k >= 0:
        row = a[k]
    else:
        row = np.ones_like(a[0])
    s = 0.0
    for i in range(row.shape[0]):
        s += row[i] * row[i] * a[0, i]
    return s


def constant_array_written(x, o, k):
    a = x if k > 0 else o
    s = 0.0
    for i in range(a.shape[0]):
        a[i] = x[i] * x[i]
        s += a[i] * o[i]
    return s


def three_arrays(a, b, c, codes):
    s = 0.0
    for i in range(codes.shape[0]):
        if codes[i] == 0:
            p = a
        elif codes[i] == 1:
            p = b
        else:
            p = c
        s += p[i] * p[i] * a[i]
        p[i] = s
    return s + a[1]


def guarded_root(a):
    s = 0.0
    for i in range(a.shape[0]):
        if a[i] > 0.0:
            s += math.sqrt(a[i])
    return s


def guarded_quotient(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += 1.0 / a[i] if a[i] != 0.0 else a[i]
    return s


def guarded_logarithm(a):
    s = 0.0
    for i in range(a.shape[0]):
        if a[i] > 0.0:
            s += a[i] * math.log(a[i])
    return s


def guarded_power(a, p):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] ** p if a[i] > 0.0 else 0.0
    return s


def guarded_arcs(a):
    s = 0.0
    for i in range(a.shape[0]):
        if a[i] < 1.0:
            s += math.acos(a[i]) + math.atanh(a[i])
    return s


def root_of_relu(x):
    y = x if x > 0.0 else 0.0
    return math.sqrt(y) if y > 0.0 else 0.0


def state_machine(x, n):
    state = 0
    steps = 0
    while True:
        if state == 0:
            x = x * 1.3
            state = 1 if x > 1.0 else 2
        elif state == 1:
            x = math.sin(x)
            state = 2 if steps % 2 == 0 else 0
        else:
            x = x + 0.3
            state = 0
        steps += 1
        if steps >= n:
            break
    return x


def several_returns(x, y):
    if x > 2.0:
        return x * y
    if y > 2.0:
        return math.sin(x)
    z = x + y
    if z > 2.5:
        return z * z * x
    return 3.0


def condition_overwritten(a):
    if a[0] > 0.5:
        a[0] = -a[0] * a[1]
    else:
        a[1] = a[0] * a[0]
    return a[0] * a[1]


def data_picks_index(x, a):
    k = int(x * 3.0)
    return a[k] * x + float(k)


def largest_and_smallest(x, y, z):
    return max(x, y, z) * min(x * y, z) + max(x, 0.5) * min(z, 10.0)


def kink_of_abs(x):
    return abs(x) + 2.0 * x


def kink_of_max(x, y):
    return max(x, y) + 10.0 * np.maximum(x, y) + 100.0 * min(x, y) + 1000.0 * np.minimum(x, y)


def clipped(a):
    s = 0.0
    for i in range(a.shape[0]):
        y = min(max(a[i], -0.5), 0.8)
        s += y * y * (i + 1)
    return s


def norm(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i]
    return math.sqrt(s) if s > 0.0 else 0.0


def root_at_zero(x):
    return math.sqrt(x)


SCENARIOS = (
    Scenario(
        active_or_constant_array, [(numbers(5), signed(5))], argnums=(0,), derivative=lambda x, o: [2 * x * (np.arange(x.size) % 2 == 0)]
    ),
    Scenario(diamond, [(0.5, 0.8), (0.9, 0.8)]),
    Scenario(nested_branches, [(0.7, 0.4), (0.7, -0.4), (0.7, -2.0), (-0.7, 0.4)]),
    Scenario(elif_chain, [(0.7, k) for k in (0, 1, 2, 5, 3)]),
    Scenario(shared_targets, [(0.7, np.array([1, 2, 5, 3, 4, 7, 0, 1, 9]))]),
    Scenario(join_of_joins, [(0.7, 1.2, k) for k in (0, 1, 2, 3)]),
    Scenario(join_of_constants, [(1.2,), (0.7,), (0.3,)]),
    Scenario(undefined_on_one_path, [(0.7, 3), (0.7, 0)], derivative=lambda x, n: [[(2 * n + 1) * x ** (2 * n)]]),
    Scenario(joins_in_loop, [(numbers(7), 0.8, 1.1)]),
    Scenario(conditional_expressions, [(0.7, 1.3), (0.7, 0.2), (0.05, 0.02), (1.9, 3.1)]),
    Scenario(boolean_argument, [(0.7, True), (0.7, False)]),
    Scenario(array_chosen_by_flag, [(numbers(4), signed(4), True), (numbers(4), signed(4), False)]),
    Scenario(array_chosen_by_data, [(numbers(5), signed(5))]),
    Scenario(arrays_swapped, [(numbers(4), signed(4), n) for n in (3, 2, 0)]),
    Scenario(row_or_temporary, [(numbers(3, 4), 1), (numbers(3, 4), -1)]),
    Scenario(constant_array_written, [(numbers(4), signed(4), k) for k in (1, 0)], argnums=(0,)),
    Scenario(three_arrays, [(numbers(6), signed(6), signed(6) + 2.0, np.array([0, 2, 1, 1, 0, 2]))], argnums=(0, 2)),
    Scenario(
        guarded_root,
        [(np.array([0.5, 0.0, -1.0, 2.0]),)],
        derivative=lambda a: [[0.5 / math.sqrt(0.5), 0.0, 0.0, 0.5 / math.sqrt(2.0)]],
        kink=True,
    ),
    Scenario(guarded_quotient, [(np.array([0.5, 0.0, -1.0]),)], derivative=lambda a: [[-4.0, 1.0, -1.0]], kink=True),
    Scenario(guarded_logarithm, [(np.array([0.5, 0.0, -1.0]),)], derivative=lambda a: [[math.log(0.5) + 1.0, 0.0, 0.0]], kink=True),
    Scenario(guarded_power, [(np.array([0.5, 0.0, -1.0]), -1.5), (np.array([0.5, 0.0, -1.0]), 0.5)], kink=True),
    Scenario(guarded_arcs, [(np.array([0.5, 1.0, 2.0]),)], kink=True),
    Scenario(root_of_relu, [(0.5,), (-0.5,)]),
    Scenario(state_machine, [(0.4, 9), (0.4, 1)]),
    Scenario(several_returns, [(2.5, 0.3), (0.3, 2.5), (1.5, 1.4), (0.3, 0.4)]),
    Scenario(condition_overwritten, [(np.array([0.7, 0.9]),), (np.array([0.3, 0.9]),)]),
    Scenario(data_picks_index, [(0.8, numbers(4))]),
    Scenario(largest_and_smallest, [(0.7, 1.3, 0.9), (0.3, 0.2, 1.9)]),
    Scenario(kink_of_abs, [(0.0,), (-0.5,), (0.5,)], derivative=lambda x: [[2.0 + np.sign(x)]], kink=True),
    Scenario(kink_of_max, [(0.7, 0.7)], derivative=lambda x, y: [[1111.0, 0.0]], kink=True),
    Scenario(clipped, [(signed(6),)]),
    Scenario(norm, [(np.zeros(3),), (signed(3),)], derivative=lambda a: [a / (np.linalg.norm(a) or 1.0)], kink=True),
    Scenario(root_at_zero, [(0.0,)], derivative=lambda x: [[math.inf]], kink=True),
)
