"""Loops that end when the data say so: while, break, continue, several exits, early return."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def while_below(x, limit):
    count = 0
    while x < limit:
        x = x * x + 0.4
        count += 1
    return x * count


def newton_root(a, tolerance):
    x = 1.0
    while abs(x * x - a) > tolerance:
        x = 0.5 * (x + a / x)
    return x


def collatz_of_floats(x, n):
    while n != 1:
        if n % 2 == 0:
            n = n // 2
            x = x * 0.5 + 0.1 * x * x
        else:
            n = 3 * n + 1
            x = math.sin(3.0 * x)
    return x


def sum_until_large(a):
    s = 0.0
    for i in range(a.shape[0]):
        if a[i] > 3.5:
            break
        s += a[i] * a[i] * a[i - 1]
        a[i] = 0.0
    return s + a[0] + a[3]


def breaks_at_two_depths(a, limit):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s = s * a[i, j] + a[i, j]
            if s > limit:
                break
        if s > 2.0 * limit:
            break
        s = math.sin(s)
    return s * s


def three_exits(a, x):
    i = 0
    n = a.shape[0]
    while True:
        if i >= n:
            result = x * a[0]
            break
        if a[i] > 1.4:
            result = x * x * a[i]
            break
        x = x * a[i]
        if x < 0.01:
            result = math.exp(x)
            break
        i += 1
    return result + x


def break_out_of_while(a, x):
    i = 0
    while i < a.shape[0]:
        x = math.sqrt(x * x + a[i])
        if x > 2.0:
            break
        i += 1
    return x * i


def continue_in_for(a):
    s = 1.0
    for i in range(a.shape[0]):
        if a[i] < 0.0:
            continue
        s = s * a[i] + a[i]
    return s


def continue_in_while(a):
    s = 1.0
    i = 0
    while i < a.shape[0]:
        i += 1
        if i % 3 == 0:
            s = s * 0.5
            continue
        if a[i - 1] < 0.0:
            continue
        s += s * a[i - 1]
    return s


def early_return_from_nest(a, limit):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] * a[j, i]
            if s > limit:
                return s * a[i, j]
    return -s


def loop_with_else(a, limit):
    s = 1.0
    for i in range(a.shape[0]):
        s *= a[i]
        if s > limit:
            break
    else:
        s = s * s
    return s


def binary_search(a, x):
    low = 0
    high = a.shape[0] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if a[middle] <= x:
            low = middle
        else:
            high = middle
    t = (x - a[low]) / (a[high] - a[low])
    return t * t + low


def loop_with_many_iterations(x, n):
    i = 0
    s = x
    while s * 0.0 + i < n:
        s = math.sin(s) + x
        i += 1
    return s


def while_in_for_in_while(x, n):
    s = x
    rounds = 0
    while rounds < 3:
        for i in range(n):
            y = x * (i + 1)
            while y > 1.0:
                y = y * 0.6
                s += y * x
            s = s * y
        rounds += 1
    return s


SCENARIOS = (
    Scenario(while_below, [(0.9, 50.0), (70.0, 50.0)], argnums=(0,)),
    Scenario(newton_root, [(2.0, 1e-3), (1.0, 1e-3)], argnums=(0,)),
    Scenario(collatz_of_floats, [(0.8, 6), (0.8, 1)]),
    Scenario(sum_until_large, [(np.array([1.0, 2.0, 3.0, 4.0, 5.0]),), (np.array([1.0, 2.0, 3.0, 0.5, 2.5]),)]),
    Scenario(breaks_at_two_depths, [(numbers(4, 3), 1.5), (numbers(4, 3), 100.0), (numbers(4, 3), 0.3)]),
    Scenario(three_exits, [(numbers(6, high=1.2), 1.5), (numbers(6), 1.5), (numbers(6, low=0.05, high=0.3), 1.5)]),
    Scenario(break_out_of_while, [(numbers(6), 0.5), (numbers(2), 0.5)]),
    Scenario(continue_in_for, [(signed(7),)]),
    Scenario(continue_in_while, [(signed(7),)]),
    Scenario(early_return_from_nest, [(numbers(3, 3), 2.0), (numbers(3, 3), 100.0)], argnums=(0,)),
    Scenario(loop_with_else, [(numbers(5), 100.0), (numbers(5), 0.5)], argnums=(0,)),
    Scenario(binary_search, [(np.sort(numbers(9)), 0.83), (np.sort(numbers(9)), 1.2)]),
    Scenario(loop_with_many_iterations, [(0.4, n) for n in (0, 1, 2, 3, 4, 5, 8, 9, 1023, 1025)]),
    Scenario(while_in_for_in_while, [(0.9, 4)]),
)
