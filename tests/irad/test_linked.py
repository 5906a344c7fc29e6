"""Objects that lead to others of their own class: linked lists."""

from __future__ import annotations

import numpy as np
import pytest
from numba import deferred_type, float64, njit, optional
from numba.experimental import jitclass

import irad
from irad.errors import UnsupportedError

X = np.array([0.5, 1.5, 2.5])
LINK = deferred_type()


@jitclass([("value", float64), ("next", optional(LINK))])
class Node:
    def __init__(self, value, next):
        self.value = value
        self.next = next


LINK.define(Node.class_type.instance_type)


@njit
def linked(values):
    head = Node(values[0], None)
    for i in range(1, values.size):
        head = Node(values[i], head)
    return head


@njit
def along_the_list(x, head):
    s, node = 0.0, head
    for v in x:
        s += v * v * node.value
        following = node.next
        if following is not None:
            node = following
        else:
            node = head
    return s


def test_a_constant_list():
    head = linked(np.array([3.0, 2.0]))
    weights = np.array([2.0, 3.0, 2.0])
    np.testing.assert_allclose(irad.gradient(along_the_list)(X, head), 2.0 * weights * X, rtol=1e-14)
    moved = irad.jvp(along_the_list)((X, head), (np.ones(3), None))[1]
    np.testing.assert_allclose(moved, (2.0 * weights * X).sum(), rtol=1e-14)
    np.testing.assert_allclose(irad.hessian(along_the_list)(X, head), np.diag(2.0 * weights), rtol=1e-14)


@njit
def in_a_ring(x):
    first = Node(x[0], None)
    second = Node(x[1] * x[0], first)
    first.next = second
    s, node = 0.0, first
    for _ in range(5):
        s += node.value ** 2
        following = node.next
        if following is not None:
            node = following
    return s


def test_a_list_that_the_function_makes():
    expected = np.array([6.0 * X[0] + 4.0 * X[0] * X[1] ** 2, 4.0 * X[0] ** 2 * X[1], 0.0])
    np.testing.assert_allclose(irad.gradient(in_a_ring)(X), expected, rtol=1e-14)
    np.testing.assert_allclose(irad.jvp(in_a_ring)((X,), (np.ones(3),))[1], expected.sum(), rtol=1e-14)


@njit
def filled(x, head, out):
    for i in range(x.size):
        out[i] = x[i] * head.value
    return out.sum()


@njit
def stored(x, head):
    head.value = x[0]
    return head.value ** 2


@njit
def grown(x):
    head = Node(x[0], None)
    for i in range(1, x.size):
        head = Node(x[i], head)
    s = 0.0
    while True:
        s += head.value
        following = head.next
        if following is None:
            return s
        head = following


def test_what_is_refused():
    head = linked(X)
    with pytest.raises(UnsupportedError, match=r"takes a container that holds DeferredType.*, and writes arrays that may be in"):
        irad.gradient(filled)(X, head, np.zeros(3))
    with pytest.raises(UnsupportedError, match=r"active values pass through argument 'head', of type instance\.jitclass\.Node"):
        irad.gradient(stored)(X, head)
    for operator in (irad.gradient, lambda function: lambda x: irad.jvp(function)((x,), (x,))):
        with pytest.raises(UnsupportedError, match=r"cannot follow the pointer that `extractvalue` returns: it may reach active memory"):
            operator(grown)(X)
