"""Several columns in one sweep: the numbers are those of single columns, and the sweep is really that wide."""

from __future__ import annotations

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
