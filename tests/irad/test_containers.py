"""What is refused of containers: each error says what, where, and what to do."""

from __future__ import annotations

import resource

import numpy as np
import pytest
from numba import float64, njit
from numba.experimental import jitclass
from numba.typed import List

import irad
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
                                               r"\(test_containers.py:21\)"):
        irad.vjp(member_returned)((X,), np.ones(3))


@njit
def appended_to(items, x):
    items.append(x)
    return items[0] * x


def test_lists_as_arguments():
    with pytest.raises(ArgumentTypeError, match=r"argument 0 \('items'\) is reflected list\(float64\).*; pass a float"):
        irad.gradient(appended_to)([1.0], 2.0)
    with pytest.raises(NoDerivativeError, match=r"`NRT_MemInfo_varsize_realloc`, in `appended_to` \(test_containers.py:35\)"):
        irad.gradient(appended_to, 1)([1.0], 2.0)


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
    with pytest.raises(NoDerivativeError, match=r"`summed_over_set` \(test_containers.py:\d\d\)"):
        irad.gradient(summed_over_set)(X)


@jitclass([("weights", float64[::1]), ("scale", float64)])
class Layer:
    def __init__(self, weights, scale):
        self.weights = weights
        self.scale = scale


@njit
def scaled_by(layer, x):
    return layer.scale * x[0] * x[1]


@njit
def weighted(layer, x):
    return layer.weights[0] * x[0]


@njit
def stored_in(layer, x):
    layer.scale = x[0]
    return layer.scale * x[1]


def test_objects_as_arguments():
    layer = Layer(X.copy(), 2.0)
    np.testing.assert_array_equal(irad.gradient(scaled_by, 1)(layer, X), [3.0, 1.0, 0.0])
    assert irad.jvp(scaled_by)((layer, X), (None, np.ones(3))) == (1.5, 4.0)
    with pytest.raises(ArgumentTypeError, match=r"argument 0 \('layer'\) is instance\.jitclass\.Layer.*, not differentiable"):
        irad.gradient(scaled_by)(layer, X)
    for function in (weighted, stored_in):  # what its arrays share memory with is not known
        with pytest.raises(UnsupportedError, match=r"active values pass through argument 'layer', of type instance\.jitclass\.Layer"):
            irad.gradient(function, 1)(layer, X)


@njit
def object_returned(x):
    return Layer(x, x[0])


def test_object_that_is_returned():
    with pytest.raises(OutputTypeError, match=r"`object_returned` \(.*returns instance\.jitclass\.Layer.*, which has no derivative"):
        irad.vjp(object_returned)((X,), 1.0)


@njit
def in_typed_list(x):
    items = List()
    for v in x:
        items.append(v * v)
    return items[0] * items[1]


@njit
def in_dict(x):
    found = {1: x[0]}
    return found[1]


@njit
def integers_in_typed_containers(x):
    items, places = List(), {0: 1}
    for i in range(100):
        items.append(i % 3)
        places[i] = (i + 1) % 3
    return x[items[1]] * x[places[1]]


@pytest.mark.parametrize("operator", [lambda f: irad.gradient(f)(X), lambda f: irad.jvp(f)((X,), (X,))])
def test_typed_containers(operator):
    with pytest.raises(UnsupportedError, match=r"`numba_list_base_ptr` returns: it may reach active memory, in `in_typed_list`"):
        operator(in_typed_list)
    with pytest.raises(NoDerivativeError, match=r"the call to `numba_dict_\w+`, in `in_dict` \(test_containers.py:1\d\d\)"):
        operator(in_dict)


def test_integers_in_typed_containers():
    gradient = irad.gradient(integers_in_typed_containers)
    np.testing.assert_array_equal(gradient(X), [0.0, X[2], X[1]])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(10_000):  # of some 12 kB each: what their destructors release is released
        gradient(X)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
