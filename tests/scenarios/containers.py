"""Lists that the function makes for itself: of numbers, arrays, tuples and lists; they grow, shrink, and go to other functions."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from scenarios.scenario import Scenario, numbers


def arrays_of_numbers(x, y):
    a = np.array([x * y, x, y])
    b = np.array([[a[0], y], [a[1] * a[2], y * y]])
    return a[0] * b[1, 0] + b[0, 1] * b[0, 0] * b[1, 1]


@njit
def append_product(items):
    items.append(items[0] * items[-1])
    return len(items)


def list_grows_in_other_function(x):
    items = [x[0], x[1]]
    n = 0
    for _ in range(20):
        n += append_product(items)
    return items[-1] + items[5] * n + items[2]


def list_methods(x):
    items = list(x)
    more = [v * x[0] for v in items]
    items.extend(more)
    items[1] = items[0] * items[2]
    items.insert(1, x[0] * x[1])
    del items[0]
    s = 0.0
    for v in items[1:4] + more * 2:
        s += v * v
    items.reverse()
    other = items.copy()
    other[0] = x[2] * x[1]
    if other == items or x[0] not in [*more, x[0]]:
        return 0.0
    items.sort()
    return s + items[0] + sum(items) * other[0] + max(items) + items.pop(2)


def stack_machine(x, code):
    stack = [1.0]
    for c in code:
        if c >= 0:
            stack.append(x[c])
        elif c == -1:
            stack.append(stack.pop() * stack.pop())
        else:
            stack.append(stack.pop() + math.sin(stack.pop()))
    return stack.pop()


def list_refilled(x):
    s = 0.0
    items = [0.0]
    for k in range(3):
        items.clear()
        for i in range(len(x)):
            for j in range(i + 1):
                items.append(x[i] * x[j] + s)
        s += items[k] * items[-1]
    return s


def two_names_of_lists(x):
    a = [x[0]]
    b = [x[1]]
    c = a if x[0] > x[1] else b
    c.append(x[2] * c[0])
    return a[len(a) - 1] * b[-1]


def list_of_new_arrays(x):
    rows = [np.zeros(3)]
    for i in range(len(x)):
        row = np.empty(3)
        row[0] = x[i]
        row[1] = rows[i][0] * x[0]
        row[2] = i
        rows.append(row)
    s = 0.0
    for row in rows:
        s += row[0] * row[1]
    last = rows.pop()
    rows[0] = x[:3] * 2.0
    return s + rows[0][1] * last[1] + rows[-1][0]


def list_of_arguments(x, y):
    rows = [x, y]
    for k in range(4):
        rows.append(rows[k] * rows[k + 1])
    rows[0][1] = rows[4][0] * 2
    s = 0.0
    for row in rows:
        s += row[0] * row[1]
    return s + x[1] * x[0]


def member_of_list_returned(x):
    rows = [x * k for k in range(1, 4)]
    rows[1][0] *= x[1]
    return rows[1].copy()


def list_of_tuples(x):
    pairs = [(x[i], x * x[i]) for i in range(len(x))]
    for k in range(9):
        pairs.append((pairs[k][0] * x[1], pairs[-1][1]))
    s = 0.0
    for i, (a, b) in enumerate(pairs):
        s += a * b[i % 2]
    return s


def list_of_lists(x):
    pairs = [[v, v * v] for v in x]
    return pairs[0][1] * pairs[1][0] * len(pairs)


def list_and_set_of_integers(x):
    chosen = [0]
    seen = set([0])
    for i in range(len(x)):
        if x[i] > 0.75:
            chosen.append(i)
            for k in range(40):
                seen.add(i * k)
    s = 0.0
    for k in chosen:
        s += x[k] * x[k]
    return s * len(seen)


def raises_with_list(x, n):
    rows = [x]
    for _ in range(n):
        rows.append(rows[-1] * x[1])
    if n > 3:
        raise ValueError("too many", n)
    return rows[n][0] + rows[5][0]


SCENARIOS = (
    Scenario(arrays_of_numbers, [(0.7, 1.3)]),
    Scenario(list_grows_in_other_function, [(numbers(3),)], condition=8.0),
    Scenario(list_methods, [(numbers(5),)]),
    Scenario(stack_machine, [(numbers(4), (0, 1, -1, 2, -2, 3, -1))]),
    Scenario(list_refilled, [(numbers(5),)]),
    Scenario(two_names_of_lists, [(numbers(3),), (numbers(3)[::-1].copy(),)]),
    Scenario(list_of_new_arrays, [(numbers(5),)]),
    Scenario(list_of_arguments, [(numbers(3), numbers(3)[::-1].copy())]),
    Scenario(member_of_list_returned, [(numbers(3),)]),
    Scenario(list_of_tuples, [(numbers(5),)]),
    Scenario(list_of_lists, [(numbers(3),)]),
    Scenario(list_and_set_of_integers, [(numbers(5),)]),
    Scenario(raises_with_list, [(numbers(3), 5)], argnums=(0,), raises=ValueError),
)
