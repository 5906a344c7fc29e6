"""Blocks of Python run once, however many sweeps a derivative takes: all are of one function."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numba import njit, objmode, typed

import irad
from irad.errors import UnsupportedError
from irad.numba_ import reruns

X = np.arange(1.0, 20.0)
CALLS = itertools.count(1)


def ticks():
    """Another number at each call."""
    return float(next(CALLS))


@njit
def clocked(x, table):
    s = np.empty(x.size)
    for i in range(x.size):
        with objmode(y="float64"):
            y = ticks()
            table[:] += y
        s[i] = (x[0] * y + table[0]) * x[i]
    return s


def matrix(first):
    """The Jacobian of `clocked`, and what it leaves in the table, by the first tick."""
    expected, table = np.zeros((X.size, X.size)), np.ones(2)
    for i in range(X.size):
        table += first + i
        expected[i, i] = X[0] * (first + i) + table[0]
        expected[i, 0] += X[i] * (first + i)
    return expected, table


@pytest.mark.parametrize("mode", ["forward", "reverse", "auto"])
def test_rows_and_columns_of_one_clock(mode):
    jacobian = irad.jacobian(clocked, mode=mode)
    for derivative in (jacobian, njit(lambda x, table: jacobian(x, table))):
        table, first = np.ones(2), ticks() + 1.0
        expected, after = matrix(first)
        np.testing.assert_allclose(derivative(X, table), expected, rtol=1e-14)
        np.testing.assert_array_equal(table, after)
        assert ticks() == first + X.size


@njit
def scaled(x):
    with objmode(y="float64"):
        y = ticks()
    return y * x * x


def test_other_operators_of_several_sweeps():
    total, first = njit(lambda x: scaled(x).sum()), ticks() + 1.0
    np.testing.assert_array_equal(irad.hessian(total)(X), 2.0 * first * np.eye(X.size))
    np.testing.assert_array_equal(irad.gauss_newton(scaled)(X, X), 4.0 * (first + 1.0) ** 2 * X**3)
    assert irad.derivative(njit(lambda x, y: scaled(x) * y), (0, 1))(1.0, 2.0) == (4.0 * (first + 2.0), first + 2.0)
    assert ticks() == first + 3.0


def test_blocks_within_blocks_and_runs_within_runs():
    inner = irad.jacobian(scaled, mode="forward")

    @njit
    def outer(x):
        with objmode(y="float64"):
            y = float(inner(np.ones(9)).sum()) + ticks()
        return y * x

    first = ticks() + 1.0
    np.testing.assert_array_equal(irad.jacobian(outer)(X), (18.0 * first + first + 1.0) * np.eye(X.size))
    assert ticks() == first + 2.0


def test_what_a_block_raises_ends_all_runs():
    @njit
    def raising(x, flag):
        with objmode(y="float64"):
            y = ticks() / flag
        return y * x

    jacobian = irad.jacobian(raising)
    with pytest.raises(ZeroDivisionError):
        jacobian(X, 0)
    first = ticks() + 1.0
    np.testing.assert_array_equal(jacobian(X, 1), first * np.eye(X.size))
    assert not reruns._RUNS.records


def test_what_a_block_may_change_unseen():
    @njit
    def listed(x):
        values = typed.List([1])
        with objmode(y="float64"):
            values.append(1)
            y = float(len(values))
        return y * x

    with pytest.raises(UnsupportedError, match=r"block gets a List, which it may change, in a function that runs once for each row or col"):
        irad.jacobian(listed)(X)


@pytest.mark.parametrize("operator", [irad.gradient, lambda function: lambda x: irad.jvp(function)((x,), (x,))])
def test_runs_that_are_differentiated_again(operator):
    with pytest.raises(UnsupportedError, match=r"`scaled` \(.*has a `with objmode` block and runs once for each row.*differentiated again"):
        operator(njit(lambda x: irad.jacobian(scaled)(x).sum()))(X)
