"""What is found out about Numba's parallel loops: which arrays their iterations touch where; and what the captured module means."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numba import njit, prange, typeof

import irad
from irad.numba_ import parfors
from irad.numba_.capture import capture
from running import runnable

N = 40
X, A, INDEX = np.linspace(0.5, 1.0, N), np.linspace(0.5, 1.0, 3 * N).reshape(N, 3), np.arange(N)[::-1].copy()


def own(x, out):
    for i in prange(x.shape[0]):
        j = i
        out[j] = x[i] * len(x)


def neighbours(x, out):
    for i in prange(1, x.shape[0] - 1):
        out[i] = x[i - 1] + x[i + 1] * x[1 + i]


def around(x, out):
    for i in prange(x.shape[0]):
        out[i] = x[i - 1] * x[i]


def gathered(x, index, out):
    for i in prange(x.shape[0]):
        out[i] = x[index[i]]


def rows(a, out):
    for i in prange(a.shape[0]):
        row = a[i]
        for j in range(a.shape[1]):
            out[i, j] = row[j] * a[i, 0]


def columns(a, out):
    for i in prange(a.shape[1]):
        for j in range(a.shape[0]):
            out[j, i] = a[j, i]


def crosswise(a, out):
    for i in prange(3):
        for j in range(3):
            out[i, j] = a[j, i] + a[i, j]


@njit
def helper(x, i):
    return x[i - 1]


def handed_on(x, out):
    for i in prange(x.shape[0]):
        out[i] = helper(x, i) + x[i]


def whole(x, out):
    for i in prange(x.shape[0]):
        out[i] = x[i] * x.sum()


def scattered(x, index, out):
    for i in prange(x.shape[0]):
        out[index[i]] = x[i]


@pytest.mark.parametrize(("function", "args", "private", "near"), [
    (own, (X, np.zeros(N)), 2, 0),
    (neighbours, (X, np.zeros(N)), 1, 1),
    (around, (X, np.zeros(N)), 1, 0),  # iteration 0 reads the last element
    (gathered, (X, INDEX, np.zeros(N)), 2, 0),
    (rows, (A, np.zeros_like(A)), 2, 0),
    (columns, (A, np.zeros_like(A)), 2, 0),
    (crosswise, (A, np.zeros_like(A)), 1, 0),
    (handed_on, (X, np.zeros(N)), 1, 0),
    (whole, (X, np.zeros(N)), 1, 0),
], ids=lambda value: getattr(value, "__name__", None))
def test_access(function, args, private, near):
    (row,) = parfors.rows(capture(njit(parallel=True)(function), tuple(map(typeof, args)), parallel=True).text).values()
    assert (len(row.private) - 1, len(row.near)) == (private, near)  # one more for where an exception goes
    assert len(row.sizes) == len(args)


def test_a_loop_that_may_write_one_element_twice_is_no_loop_of_chunks():
    captured = capture(njit(parallel=True)(scattered), tuple(map(typeof, (X, INDEX, np.zeros(N)))), parallel=True)
    assert captured.parallel
    assert not parfors.rows(captured.text)


def last(x):
    found = 0.0
    for i in prange(x.shape[0]):
        found = x[i] * x[i]
    return found


def greatest(x):
    found = 0.0
    for i in prange(x.shape[0]):
        if x[i] > 0.7:
            found = x[i] * x[i]
    return found


def products(x):
    total, before = 0.0, 0.0
    for i in prange(x.shape[0]):
        total += before * x[i]
        before = x[i]
    return total


def prefixes(x):
    total, out = 0.0, np.empty_like(x)
    for i in prange(x.shape[0]):
        total += x[i]
        out[i] = total
    return np.sum(out)


def until(x):
    total = 0.0
    for i in prange(x.shape[0]):
        if total < 2.0:
            total += x[i]
    return total


@pytest.mark.parametrize(("function", "slopes"), [
    (prefixes, np.arange(N, 0.0, -1.0)),
    (until, [1.0] * 4 + [0.0] * (N - 4)),
    (last, [0.0] * (N - 1) + [2.0 * X[-1]]),
    (greatest, [0.0] * (N - 1) + [2.0 * X[-1]]),
    (products, [X[1], *(X[:-2] + X[2:]), X[-2]]),
])
def test_a_variable_that_goes_from_iteration_to_iteration_makes_a_loop_in_order(function, slopes):
    jitted = njit(parallel=True)(function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Numba's: the result may be that of any iteration
        with pytest.raises(parfors.InOrder, match="assign one variable"):
            capture(jitted, (typeof(X),), parallel=True)
    np.testing.assert_allclose(irad.gradient(jitted)(X), slopes, rtol=1e-14)


def reduced(x, a, start, count):
    total, product, least, most, some = start, 1.0, np.inf, -start, 0
    together = np.zeros(3)
    for i in prange(x.shape[0]):
        if i % 3 == 0:
            continue
        total += x[i]
        product *= x[i]
        least = min(least, x[i])
        most = max(most, x[i] * a[i, 1])
        some += 1
        together += a[i] * x[i]
    for i in prange(-count, 2):
        total -= x[i]
    return total, product, least, most, some, together


def test_chunks_mean_what_the_loop_means():
    """The functions of the captured module, run as they are."""
    chunks = None
    for n in (3, 4, 63, 64, 65, 200):
        random = np.random.default_rng(n)
        args = random.uniform(0.9, 1.1, n), random.uniform(0.9, 1.1, (n, 3)), 0.3, 2
        chunks = chunks or runnable(capture(njit(parallel=True)(reduced), tuple(map(typeof, args)), parallel=True))
        for found, expected in zip(chunks(*args), reduced(*args), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_errors_of_the_lowering_are_not_taken_for_loops_in_order(monkeypatch):
    @njit(parallel=True)
    def squares(x):
        out = np.empty_like(x)
        for i in prange(x.size):
            out[i] = x[i] * x[i]
        return out.sum()

    def broken(loop):
        raise AssertionError("broken")

    monkeypatch.setattr(parfors.Loop, "lower", broken)
    with pytest.raises(AssertionError, match="broken"):
        irad.gradient(squares)(np.ones(3))
