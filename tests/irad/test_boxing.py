"""What Python gets: arrays of NumPy's own where they are small, whatever their type and shape; nothing is left behind."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import pytest
from numba import njit

import irad
from calling import left_behind
from irad.numba_.boxing import SMALL

Pair = namedtuple("Pair", "left right")


@njit
def cubes(x):
    total = 0.0
    for value in x.flat:
        total += (value * value * value).real
    return total


def arrays(dtype):
    yield from (np.arange(1, 4).astype(dtype), np.zeros(0, dtype), np.arange(6).reshape(2, 3).astype(dtype), np.full((), 2, dtype))
    yield from (np.asfortranarray(np.arange(6).reshape(2, 3).astype(dtype)), np.ones((2, 0, 3), dtype), np.arange(6).astype(dtype)[::2])
    yield np.arange(SMALL // np.dtype(dtype).itemsize).astype(dtype) / SMALL
    yield np.arange(SMALL // np.dtype(dtype).itemsize + 1).astype(dtype) / SMALL


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128, np.complex64])
def test_arrays_of_all_sizes_and_shapes(dtype):
    gradient = irad.gradient(cubes)
    for x in arrays(dtype):
        found = gradient(x)
        assert type(found) is np.ndarray
        assert (found.dtype, found.shape, found.flags.writeable) == (x.dtype, x.shape, True)
        assert found.flags.owndata == (x.nbytes <= SMALL)
        assert found.flags.f_contiguous or not (x.flags.f_contiguous and x.ndim == 2)
        np.testing.assert_allclose(found, np.conj(3 * x * x), rtol=1e-6)
        assert not left_behind(lambda x=x: gradient(x))


def test_arrays_in_tuples():
    function = njit(lambda pair, x: (pair.left * pair.right).sum() + x)
    value, ((left, right), slope) = irad.value_and_gradient(function, (0, 1))(Pair(np.ones(2), np.full(2, 3.0)), 1.0)
    assert (value, left.tolist(), right.tolist(), slope) == (7.0, [3.0, 3.0], [1.0, 1.0], 1.0)
    assert type(irad.gradient(function)(Pair(np.ones(2), np.ones(2)), 1.0)).__name__ == "Pair"


def test_what_is_given_to_be_filled_is_returned():
    out = np.zeros(3)
    assert irad.gradient(cubes)(np.ones(3), out=out) is out
