"""``numba.typed.List`` of what is differentiated: of numbers, tuples, arrays and lists: every method, in functions that are called too."""

from __future__ import annotations

import math

import numpy as np
from numba import complex128, float64, njit
from numba.typed import List

from scenarios.scenario import Scenario, numbers


def typed_list_methods(x):
    items = List(x)
    items.extend(x)
    items.append(items[0] * items[-1])
    items.insert(1, x[0] * x[1])
    items.insert(100, x[1])
    del items[0]
    del items[-2]
    items[2] *= items[3]
    items.remove(x[3])
    other = items.copy()
    other[0] = x[2] * x[1]
    items.reverse()
    if items == other or other.count(x[2]) != 1 or items.index(x[2]) > 6 or x[2] * x[2] in items:
        return x[0]
    s = items.pop() * items.pop(2) + len(items) * items[1]
    items.sort()
    for i, v in enumerate(items):
        s += i * v * v
    other.clear()
    return s * items[0] + len(other)


def typed_list_slices(x):
    items = List.empty_list(float64)
    items.extend(x)
    more = items[1:4]
    s = more[0] * more[-1] + items[::-2][1] * items[-3:][1]
    more[1] *= x[0]
    items[2:4] = more
    items[:2] = more[:1]
    items[::2] = items[1::2] if len(items) % 2 == 0 else items[::-2]
    items.extend(more)
    del items[1:3]
    del items[::-3]
    for k, v in enumerate(items):
        s += k * v * v
    del items[:]
    items.append(s)
    return items[0] * len(items)


def typed_stack_machine(x, code):
    stack = List.empty_list(float64)
    for c in code:
        if c >= 0:
            stack.append(x[c])
        elif c == -1:
            stack.append(stack.pop() * stack.pop())
        else:
            stack.append(stack.pop() + math.sin(stack.pop()))
    return stack.pop()


@njit
def append_product(items):
    items.append(items[0] * items[-1])
    return len(items)


@njit
def product_of_squares(items, k):
    if k == len(items):
        return 1.0
    items[k] *= items[k]
    return items[k] * product_of_squares(items, k + 1)


def typed_list_in_other_functions(x):
    items = List(x)
    n = 0
    for _ in range(20):
        n += append_product(items)
    return product_of_squares(items, 0) * n + items[3] + items[5]


def typed_list_refilled(x):
    items = List.empty_list(float64, 4)
    s = 0.0
    for k in range(3):
        items.clear()
        for i in range(len(x)):
            for j in range(i + 1):
                items.append(x[i] * x[j] + s)
        s += items[k] * items[-1]
    return s


def two_names_of_typed_lists(x):
    a, b = List([x[0]]), List([x[1]])
    c = a if x[0] > x[1] else b
    for k in range(9):
        c.append(x[2] * c[k])
    return a[len(a) - 1] * b[-1]


def typed_list_of_arrays(x):
    rows = List()
    for i in range(len(x)):
        rows.append(x * x[i])
    rows[1] = x[:3]
    rows.insert(1, rows[0] * rows[2])
    rows[2] *= rows[0][:3]
    last = rows.pop(3)
    del rows[0]
    s = 0.0
    for row in rows:
        s += row[0] * row[2]
    return s + x[1] * last[0]


def typed_list_of_tuples(x):
    pairs = List()
    for i, v in enumerate(x):
        pairs.append((i, v * x[0], v))
    for k in range(5):
        pairs.append((k, pairs[k][1] * x[1], pairs[-1][2]))
    s = 0.0
    for i, a, b in pairs[::2]:
        s += i * a * b
    return s


def typed_list_of_complex_numbers(x):
    items = List.empty_list(complex128)
    for i in range(len(x)):
        items.append(x[i] + 1j * x[i - 1])
    items[1] *= items[0]
    items.pop(0)
    return (items[0] * items[-1]).real, items[1].imag


def typed_list_of_lists(x):
    rows = List()
    for i in range(3):
        row = List.empty_list(float64)
        for v in x[i:]:
            row.append(v * x[0])
        rows.append(row)
    rows[0].append(rows[1][0] * rows[2].pop())
    rows[1] = rows[0]
    s = 0.0
    for row in rows:
        for v in row:
            s += v * v
    return s


def typed_list_index_error(x, n):
    rows = List()
    for _ in range(n):
        rows.append(x * x[0])
    return rows[n][0]


def typed_list_pop_error(x):
    items = List(x)
    s = x[0]
    for _ in range(9):
        s *= items.pop()
    return s


def typed_list_value_error(x):
    items = List()
    items.append(np.sin(x))
    items.append(x)
    count = List([x[0]])
    count.remove(x[1])
    return items[0][0] * count[0]


SCENARIOS = (
    Scenario(typed_list_methods, [(numbers(5),)], condition=8.0),
    Scenario(typed_list_slices, [(numbers(6),)]),
    Scenario(typed_stack_machine, [(numbers(4), (0, 1, -1, 2, -2, 3, -1))]),
    Scenario(typed_list_in_other_functions, [(numbers(3),)], condition=8.0),
    Scenario(typed_list_refilled, [(numbers(5),)]),
    Scenario(two_names_of_typed_lists, [(numbers(3),), (numbers(3)[::-1].copy(),)]),
    Scenario(typed_list_of_arrays, [(numbers(5),)]),
    Scenario(typed_list_of_tuples, [(numbers(5),)]),
    Scenario(typed_list_of_complex_numbers, [(numbers(4),)]),
    Scenario(typed_list_of_lists, [(numbers(4),)]),
    Scenario(typed_list_index_error, [(numbers(3), 5)], argnums=(0,), raises=IndexError),
    Scenario(typed_list_pop_error, [(numbers(3),)], raises=IndexError),
    Scenario(typed_list_value_error, [(numbers(3),)], raises=ValueError),
)
