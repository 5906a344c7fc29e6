"""What is refused of containers: each error says what, where, and what to do."""

from __future__ import annotations

import numpy as np
import pytest
from numba import float64, int64, njit, typeof
from numba.experimental import jitclass
from numba.typed import Dict, List

import irad
from calling import in_both_modes
from irad.errors import ArgumentTypeError, NoDerivativeError, OutputTypeError, UnsupportedError

X = np.array([0.5, 1.5, 2.5])


@njit
def member_returned(x):
    rows = [x * k for k in range(1, 4)]
    return rows[1]


def test_member_that_is_returned():
    value, slope = irad.jvp(member_returned)((X,), (np.ones(3),))
    assert (value == 2 * X).all() and (slope == 2.0).all()
    with pytest.raises(UnsupportedError, match=r"members may leave the function; return a copy of the member, in `member_returned` "
                                               r"\(test_containers.py:20\)"):
        irad.vjp(member_returned)((X,), np.ones(3))


@njit
def appended_to(items, x):
    items.append(x)
    return items[0] * x


def test_lists_that_are_differentiated():
    with pytest.raises(ArgumentTypeError, match=r"argument 0 \('items'\) is reflected list\(float64\).*; pass an array or a tuple"):
        irad.gradient(appended_to)([1.0], 2.0)
    with pytest.raises(NoDerivativeError, match=r"`a list or set that grows`, in `appended_to` \(test_containers.py:34\)"):
        irad.gradient(appended_to, 1)([1.0], 2.0)
    with pytest.raises(ArgumentTypeError, match=r"argument 0 \('items'\) is ListType\[float64\].*; pass an array or a tuple"):
        irad.gradient(appended_to)(List([1.0]), 2.0)
    with pytest.raises(UnsupportedError, match=r"active values go into a container that is an argument; make it in the function, in `app"):
        irad.gradient(appended_to, 1)(List([1.0]), 2.0)


@njit
def summed(rows, x):
    total = 0.0
    for row in rows:
        for i in range(len(x)):
            total += row[i] * x[i] ** 2
        x[0] *= 2.0
    return total


@njit
def replaced(items, x):
    items.append(3.0)
    first = items.pop(0)
    items[0] = first * 2.0
    return x[0] * items[-1] * first * x[1] + items[0] * x[2]


@njit
def looked_up(table, x):
    total = 0.0
    for k in table:
        total += table[k] * x[k] ** 2
    return total * x[0] if 1 in table else total


@pytest.mark.parametrize("make", [list, List])
def test_lists_as_constant_arguments(make):
    rows = X, X + 1.0
    expected = np.array([2.0, 2.0, 2.0]) * X * (rows[0] + rows[1] * [4.0, 1.0, 1.0])
    np.testing.assert_array_equal(in_both_modes(summed, lambda: (make([row.copy() for row in rows]), X.copy())), expected)


def test_lists_that_the_function_changes():
    np.testing.assert_array_equal(in_both_modes(replaced, lambda: ([1.5, 2.0], X.copy())), [6.75, 2.25, 3.0])
    items = [1.5, 2.0]
    irad.gradient(replaced, 1)(items, X)
    assert items == [3.0, 3.0]


def test_what_would_be_changed_in_each_run():
    for operator, arguments in ((irad.jacobian, (X,)), (irad.hessian, (X,)), (irad.gauss_newton, (X, X))):
        with pytest.raises(UnsupportedError, match=r"`replaced` .* changes its argument 'items', and would do so once for each row or"):
            operator(replaced, 1)([1.5, 2.0], *arguments)
    np.testing.assert_array_equal(irad.hvp(replaced, 1)([1.5, 2.0], np.ones(3), X), [4.5, 4.5, 0.0])
    with pytest.raises(UnsupportedError, match="writes to its arguments, and would do so once for each"):
        irad.derivative(scaled_twice, (1, 2))([1.5], 2.0, 3.0)
    np.testing.assert_array_equal(irad.jacobian(squares_of, 1)({0, 2}, X), [1.0, 0.0, 5.0])
    np.testing.assert_array_equal(irad.jacobian(first_of, 1)([X + 1.0, X], X), np.diag(X + 1.0))


@njit
def scaled_twice(items, x, y):
    items[0] *= 2.0
    return items[0] * x * y


@njit
def first_of(rows, x):
    return rows[0] * x


def test_arrays_in_lists_that_share_memory_with_what_is_written():
    x = X.copy()
    for make in (list, List):
        for derivative in (lambda rows: irad.gradient(summed, 1)(rows, x), lambda rows: irad.jvp(summed)((rows, x), (None, x + 0.0))):
            with pytest.raises(UnsupportedError, match=r"an array within 'rows' of `summed` .* is in the memory of 'x', and one of them"):
                derivative(make([X + 1.0, x[:]]))


def test_dicts_and_sets_as_constant_arguments():
    table = Dict.empty(int64, float64)
    table[1], table[2] = 0.5, 3.0
    np.testing.assert_array_equal(in_both_modes(looked_up, lambda: (table, X.copy())), [0.5 * X[1]**2 + 3 * X[2]**2, 0.75, 7.5])
    np.testing.assert_array_equal(in_both_modes(squares_of, lambda: ({0, 2}, X.copy())), [1.0, 0.0, 5.0])


@njit
def squares_of(chosen, x):
    total = 0.0
    for i in chosen:
        total += x[i] ** 2
    return total


@njit
def summed_over_set(x):
    seen = set([x[0]])
    for v in x:
        seen.add(v * v)
    total = 0.0
    for v in seen:
        total += v
    return total


def test_sets_of_active_floats():
    with pytest.raises(NoDerivativeError, match=r"`summed_over_set` \(test_containers.py:\d+\)"):
        irad.gradient(summed_over_set)(X)


@jitclass([("weights", float64[::1]), ("scale", float64)])
class Layer:
    def __init__(self, weights, scale):
        self.weights = weights
        self.scale = scale


@jitclass([("layer", Layer.class_type.instance_type), ("calls", int64)])
class Network:
    def __init__(self, layer):
        self.layer = layer
        self.calls = 0


@njit
def weighted(network, x):
    network.calls += 1
    return network.layer.scale * (network.layer.weights * x * x).sum()


@njit
def stored_in(layer, x):
    layer.scale = x[0]
    return layer.scale * x[1]


@njit
def cleared(layer, x):
    layer.weights[0] = 7.0
    return layer.weights[0] * x[0] * x[1]


def test_objects_as_constant_arguments():
    network = Network(Layer(X + 1.0, 2.0))
    np.testing.assert_array_equal(in_both_modes(weighted, lambda: (network, X.copy())), 4.0 * (X + 1.0) * X)
    assert network.calls == 4
    np.testing.assert_array_equal(in_both_modes(cleared, lambda: (Layer(X.copy(), 2.0), X.copy())), [10.5, 3.5, 0.0])
    with pytest.raises(UnsupportedError, match=r"an array within 'layer' of `cleared` .* is in the memory of 'x'"):
        irad.gradient(cleared, 1)(Layer(network.layer.weights, 2.0), network.layer.weights)


@jitclass([("data", typeof(memoryview(bytearray(8))))])
class Buffer:
    def __init__(self, data):
        self.data = data


@njit
def scaled_in_place(buffer, x):
    x[0] *= buffer.data[1]
    return x[0] * x[1]


def test_objects_with_memory_that_is_no_array():
    with pytest.raises(UnsupportedError, match=r"`scaled_in_place` .* takes a container that holds memoryview.*may be in it\. Pass arrays"):
        irad.gradient(scaled_in_place, 1)(Buffer(memoryview(bytearray(range(8)))), X.copy())


def test_objects_that_are_differentiated():
    layer = Layer(X.copy(), 2.0)
    with pytest.raises(ArgumentTypeError, match=r"argument 0 \('layer'\) is instance\.jitclass\.Layer.*; pass its fields, and make"):
        irad.gradient(stored_in)(layer, X)
    for derivative in (lambda: irad.gradient(stored_in, 1)(layer, X), lambda: irad.jvp(stored_in)((layer, X), (None, X))):
        with pytest.raises(UnsupportedError, match=r"active values pass through argument 'layer', of type instance\.jitclass\.Layer.*make "
                                                   r"lists and objects in the function"):
            derivative()


@njit
def object_returned(x):
    return Layer(x, x[0])


def test_object_that_is_returned():
    with pytest.raises(OutputTypeError, match=r"`object_returned` \(.*returns instance\.jitclass\.Layer.*, which has no derivative"):
        irad.vjp(object_returned)((X,), 1.0)
