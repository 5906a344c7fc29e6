"""Typed lists and dicts that the function makes: that they are freed, and what is refused of them."""

from __future__ import annotations

import resource

import numpy as np
import pytest
from numba import float64, int64, njit, types
from numba.experimental import jitclass
from numba.typed import Dict, List

import irad
from calling import in_both_modes
from irad.errors import ArgumentTypeError, NoDerivativeError, UnsupportedError

X = np.array([0.5, 1.5, 2.5])


@njit
def typed_member_returned(x):
    rows = List()
    for k in range(1, 4):
        rows.append(x * k)
    return rows[1]


@njit
def half_of(rows, x):
    rows.append(rows[0])
    rows.pop(1)
    total = 0.0
    for row in rows[1:]:
        total += row[0] * x[0]
    return total


def test_members_of_typed_lists():
    assert (irad.jvp(typed_member_returned)((X,), (np.ones(3),))[1] == 2.0).all()
    with pytest.raises(UnsupportedError, match=r"members may leave the function; return a copy of the member, in `typed_member_returned` "):
        irad.vjp(typed_member_returned)((X,), np.ones(3))
    rows = List([X + 1.0, X * 1.0, X + 2.0])
    with pytest.raises(UnsupportedError, match=r"with members of a container that is an argument; put copies of them into it, in `half"):
        irad.gradient(half_of, 1)(rows, X)
    assert irad.jvp(half_of)((rows, X), (None, np.ones(3)))[1] == 2.5 + 1.5


@njit
def appended_in_recursion(items, x, n):
    if n > 0:
        items.append(x[n] * items[-1])
        appended_in_recursion(items, x, n - 1)


@njit
def grown_elsewhere(x):
    items = List([x[0]])
    appended_in_recursion(items, x, 2)
    return items[-1]


def test_typed_list_that_grows_in_a_function_that_is_called():
    np.testing.assert_allclose(irad.jvp(grown_elsewhere)((X,), (np.ones(3),))[1], X[1] * X[2] + X[0] * X[2] + X[0] * X[1], rtol=1e-14)
    with pytest.raises(UnsupportedError, match=r"memory that escapes from the function without a reference count, and holds active values"):
        irad.gradient(grown_elsewhere)(X)


@jitclass([("seen", types.ListType(float64)), ("best", float64)])
class History:
    def __init__(self, first):
        self.seen = List.empty_list(float64)
        self.best = first

    def add(self, value):
        self.seen.append(value * self.best)
        self.best = max(self.best, self.seen[-1])


@njit
def in_list_of_object(x):
    history = History(x[0])
    for v in x:
        history.add(v)
    return history.best * history.seen[0]


def test_typed_list_in_an_object():
    a, b, c = X + 1.0  # the result is a⁴bc
    np.testing.assert_allclose(in_both_modes(in_list_of_object, lambda: (X + 1.0,)), [4 * a**3 * b * c, a**4 * c, a**4 * b], rtol=1e-14)


@njit
def in_typed_lists(x):
    rows = List()
    for v in x:
        row = List()
        for w in x:
            row.append(v * w)
        rows.append(row)
    for k in range(100):
        rows[0].append(rows[0][k])
        rows.append(rows[k % 3])
    return rows[0][50] + rows[-1].pop(2) + rows.pop(1)[0]


@njit
def in_dict_argument(table, x):
    table[1] = x[0]
    return table[1] * table[2]


def test_dicts_that_are_arguments_stay_constant():
    table = Dict.empty(int64, float64)
    table[2] = 3.0
    with pytest.raises(ArgumentTypeError, match=r"argument 0 \('table'\) is DictType\[int64,float64\].*; pass"):
        irad.gradient(in_dict_argument)(table, X)
    with pytest.raises(UnsupportedError, match=r"active values pass through argument 'table', of type DictType\[int64,float64\]"):
        irad.jvp(in_dict_argument)((table, X), (None, X))
    with pytest.raises(UnsupportedError, match=r"such as that of a container that is an argument; make the container in the function, as"):
        irad.gradient(in_dict_argument, 1)(table, X)
    table[1] = 1.0
    np.testing.assert_array_equal(in_both_modes(dict_changed, lambda: (table.copy(), X.copy())), [3.0 * X[1], 3.0 * X[0], 50.0])


@njit
def dict_changed(table, x):
    for k in range(50):
        table[k + 10] = k
    del table[1]
    return table.pop(2) * x[0] * x[1] + len(table) * x[2]


@njit
def in_dicts(x):
    found = {}
    for k in range(400):
        found[k] = x[k % 3]
    found.pop(3)
    return found[1] * found.copy()[2]


@njit
def in_dict_of_strings(x):
    found = {}
    found["a"] = x[0]
    return found["a"]


@njit
def in_dict_of_arrays(x):
    found = {1: x * x}
    return found[1][0]


@njit
def in_dict_with_floats_as_keys(x):
    found = {x[0]: x[1]}
    for key in found:
        return key
    return x[0]


@pytest.mark.parametrize("function", [in_typed_lists, in_dicts])
@pytest.mark.parametrize("forward", [True, False])
def test_typed_containers_are_freed(function, forward):
    derivative = irad.jvp(function) if forward else irad.gradient(function)
    given = ((X,), (X,)) if forward else (X,)
    derivative(*given)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(5_000):  # of some 4 kB each
        derivative(*given)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 4_000


@njit
def integers_in_typed_containers(x):
    items, places = List(), {0: 1}
    for i in range(100):
        items.append(i % 3)
        places[i] = (i + 1) % 3
    return x[items[1]] * x[places[1]]


@pytest.mark.parametrize("operator", [lambda f: irad.gradient(f)(X), lambda f: irad.jvp(f)((X,), (X,))])
def test_typed_containers(operator):
    for function in (in_dict_of_strings, in_dict_of_arrays, in_dict_with_floats_as_keys):
        with pytest.raises(NoDerivativeError, match=rf"`numba.typed.Dict`, in `{function.__name__}` \(test_typed_containers.py:\d+\)"):
            operator(function)


def test_integers_in_typed_containers():
    gradient = irad.gradient(integers_in_typed_containers)
    np.testing.assert_array_equal(gradient(X), [0.0, X[2], X[1]])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(10_000):  # of some 12 kB each: what their destructors release is released
        gradient(X)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
