"""Several columns in one sweep: the numbers are those of single columns, and the sweep is really that wide."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numba import njit, types

import irad
from irad.forms.matrices import Jacobian
from irad.numba_.specialise import Subject


@njit
def mixed(x, s, n):
    """Temporaries in loops, views, conversions of precision, functions with singular slopes, and integers in the output."""
    out = np.zeros((n, 2), x.dtype)
    for k in range(n):
        powers = np.ones(x.size, x.dtype)
        for _ in range(k):
            powers[1:] *= x[1:]
            powers = powers[::-1].copy()
        out[k, 0] = np.float32(powers.sum()) * s
        out[k, 1] = np.sqrt(abs(x[k % x.size])) if x[k % x.size] > 0 else 0.0
    return out[::-1], n, (s * x[0], out[0])


def widths(function, arguments, chunk=None):
    """The widths of the sweeps of a Jacobian for arguments of these types."""
    form = Jacobian(chunk=chunk, mode="forward").check(function)
    return [sweep.width for sweep in form.plan(Subject("jacobian", function), (*arguments, types.none), executed=True).sweeps]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_any_width_gives_the_same(dtype):
    x, s = np.array([1.5, -0.5, 2.0, 0.0, 1.25], dtype), dtype(0.75)
    (single, size, (scaled, row)) = irad.jacobian(mixed, (0, 1), mode="forward", chunk=1)(x, s, 3)[0]
    assert size == 0 and scaled.shape == (5,) and row.shape == (2, 5) and single.shape == (3, 2, 5)
    assert np.all(np.isfinite(single))
    for chunk in (2, 3, 8, 64):
        wide = irad.jacobian(mixed, (0, 1), mode="forward", chunk=chunk)(x, s, 3)
        for found, expected in ((wide[0][0], single), (wide[0][2][0], scaled), (wide[0][2][1], row)):
            # Adds the same products in the same order; a multiplication and an addition may become one instruction in one of them.
            np.testing.assert_allclose(found, expected, rtol=8 * np.finfo(dtype).eps)


def test_sweeps_are_as_wide_as_they_can_be():
    vector = types.float64[::1]
    assert widths(mixed, (vector, types.float64, types.int64)) == [8]
    assert widths(mixed, (vector, types.float64, types.int64), chunk=3) == [3]
    assert widths(njit(lambda p: p[0] * p[1]), (types.UniTuple(types.float64, 2),)) == [2]
    assert widths(njit(lambda x: np.cumsum(np.diff(x).reshape((-1, 1)))), (vector,)) == [8]


@njit
def mapped(p):
    """Arithmetic of two numbers, in which nothing but the lanes can be vectorised."""
    x, y = 0.1, 0.2
    for _ in range(3000):
        x, y = p[0] * x + p[1] * y - p[2] * x * y * 0.1, p[3] * y + p[4] * x - p[5] * x * x * 0.1
        x, y = x / (1.0 + p[6] * x * x), y / (1.0 + p[7] * y * y)
    return np.array([x, y, x * y, x - y])


def seconds(call):
    """The shortest of some runs."""
    times = []
    for _ in range(12):
        began = time.process_time()
        for _ in range(10):
            call()
        times.append(time.process_time() - began)
    return min(times)


def test_eight_columns_cost_less_than_three():
    p = np.array([0.5, 0.3, 0.7, 0.2, 0.4, 0.9, 0.6, 0.8])
    columns, rows = irad.jacobian(mapped, mode="forward"), irad.jacobian(mapped, mode="reverse")
    np.testing.assert_allclose(columns(p), rows(p), rtol=1e-10)
    tangent, adjoint = irad.jvp(mapped), irad.vjp(mapped)
    adjoint((p,), np.ones(4)), tangent((p,), (p,))
    assert seconds(lambda: columns(p)) < 3 * seconds(lambda: tangent((p,), (p,)))  # 1.2, on a quiet machine
    assert seconds(lambda: rows(p)) < 3 * seconds(lambda: adjoint((p,), np.ones(4)))  # four rows: 1.0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_that_travel_together_are_those_of_single_sweeps(dtype):
    x, s = np.array([1.5, -0.5, 2.0, 0.0, 1.25], dtype), dtype(0.75)
    single = irad.jacobian(mixed, (0, 1), mode="reverse", chunk=1)(x, s, 3)
    for chunk in (None, 3):
        wide = irad.jacobian(mixed, (0, 1), mode="reverse", chunk=chunk)(x, s, 3)
        for found, expected in zip(wide, single, strict=True):
            assert found[1] == 0 and found[0].dtype == dtype
            for one, other in ((found[0], expected[0]), (found[2][0], expected[2][0]), (found[2][1], expected[2][1])):
                np.testing.assert_allclose(one, other, rtol=8 * np.finfo(dtype).eps)  # as above


def heights(function, arguments, chunk=None):
    form = Jacobian(chunk=chunk, mode="reverse").check(function)
    return [sweep.width for sweep in form.plan(Subject("jacobian", function), (*arguments, types.none), executed=True).sweeps]


def test_reverse_sweeps_are_as_wide_as_they_can_be():
    vector = types.float64[::1]
    assert heights(mixed, (vector, types.float64, types.int64)) == [4]
    assert heights(mixed, (vector, types.float64, types.int64), chunk=2) == [2]
    assert heights(njit(lambda x: (x[0], x[1] * x[2])), (vector,)) == [2]
    assert heights(njit(lambda x: (x * x).sum()), (vector,)) == [1]

    @irad.custom_vjp
    def ruled(x):
        return x * x

    ruled.defvjp(njit(lambda x: (x * x, x)), njit(lambda x, bar: (2 * x * bar,)))
    assert heights(njit(lambda x: (ruled(x[0]), x[1])), (vector,)) == [1], "a rule takes one adjoint"
    np.testing.assert_array_equal(irad.jacobian(njit(lambda x: (ruled(x[0]), x[1])), mode="reverse")(np.array([3.0, 2.0])),
                                  ([6.0, 0.0], [0.0, 1.0]))
