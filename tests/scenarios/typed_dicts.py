"""``numba.typed.Dict`` of what is differentiated: numbers and tuples of them, by integers and tuples of integers."""

from __future__ import annotations

from numba import complex128, float64, int64
from numba.typed import Dict

from scenarios.scenario import Scenario, numbers


def dict_methods(x):
    found = {1: x[0], -7: x[1] * x[0]}
    for k in range(20):
        found[k * k] = x[k % len(x)] * found[1]
    found[4] *= found[9]
    found[16] = found[4]
    s = found.pop(25) * found.pop(26, x[1]) + found.get(36, x[0]) * found.get(37, x[2])
    del found[49]
    s += found.setdefault(50, x[3]) * found.setdefault(64, x[3])
    if 49 in found or 81 not in found or len(found) != 20:
        return x[0]
    other = found.copy()
    other[1] = x[2]
    found.update(other)
    last, value = other.popitem()
    s += last * value * other[81] * found[1]
    other.clear()
    return s * found[16] if found != other else s + len(other)


def dict_iterators(x):
    found = Dict.empty(int64, float64)
    for i, v in enumerate(x):
        found[i] = v * v
    del found[2]
    found[30] = x[0] * x[2]
    s = 0.0
    for k in found:
        s += k * found[k]
    for k, v in found.items():
        s += k * v * v
    for v in found.values():
        s *= v
    return s + len(found.keys()) * x[1]


def dict_grows_and_shrinks(x):
    """The table is made anew with entries missing, and the values of new entries are where those of others were."""
    found = Dict.empty(int64, float64)
    found[0] = x[0]
    for k in range(40):
        found[k + 1] = found[k] * x[k % len(x)] + x[0]
        if k % 3:
            del found[k]
    for _ in range(5):
        found.popitem()
    for k in range(30):
        found[-k] = x[k % len(x)]
    s = 0.0
    for k, v in found.items():
        s += (k % 5) * v
    return s


def dict_counts(x, words):
    """Sums by key, in the order of the keys' first appearance."""
    sums = {words[0]: x[0]}
    for i, word in enumerate(words):
        if word in sums:
            sums[word] += x[i] * sums[word]
        else:
            sums[word] = x[i]
    s = 1.0
    for total in sums.values():
        s = s * total + total
    return s


def dict_of_tuples(x):
    grid = {(0, 0): (x[0], x[1])}
    for i in range(3):
        for j in range(3):
            a, b = grid[(i // 2, 0)]
            grid[(i, j)] = (a * x[i] + b, b * x[j])
    s = 0.0
    for (i, j), (a, b) in grid.items():
        s += (i + 1) * a * b + j * a
    return s


def dict_of_complex_numbers(x):
    found = Dict.empty(int64, complex128)
    for i in range(len(x)):
        found[i] = x[i] + 1j * x[i - 1]
    found[0] *= found[1]
    return (found[0] * found.pop(2)).real, found[1].imag


def memoised(x):
    known = {0: x[0], 1: x[1]}
    for n in range(2, 9):
        known[n] = known[n - 1] * x[2] + known[n - 2]
    return known[8] * known[3]


def two_names_of_dicts(x):
    a, b = {0: x[0]}, {0: x[1]}
    c = a if x[0] > x[1] else b
    for k in range(9):
        c[k + 1] = x[2] * c[k]
    return a[len(a) - 1] * b[0]


def dict_key_error(x, n):
    found = {0: x[0]}
    for k in range(n):
        found[k] = x[0] * x[1]
    return found[n]


def dict_popitem_error(x):
    found = {0: x[0]}
    s = x[1]
    for _ in range(3):
        s *= found.popitem()[1]
    return s


SCENARIOS = (
    Scenario(dict_methods, [(numbers(4),)]),
    Scenario(dict_iterators, [(numbers(5),)]),
    Scenario(dict_grows_and_shrinks, [(numbers(3),)], condition=8.0),
    Scenario(dict_counts, [(numbers(6), (3, -1, 3, 2, 2, 3))]),
    Scenario(dict_of_tuples, [(numbers(3),)]),
    Scenario(dict_of_complex_numbers, [(numbers(4),)]),
    Scenario(memoised, [(numbers(3),)]),
    Scenario(two_names_of_dicts, [(numbers(3),), (numbers(3)[::-1].copy(),)]),
    Scenario(dict_key_error, [(numbers(3), 12)], argnums=(0,), raises=KeyError),
    Scenario(dict_popitem_error, [(numbers(3),)], raises=KeyError),
)
