"""Ranges in what is captured: they yield Python's numbers, and say that they do not wrap around."""

from __future__ import annotations

import numpy as np
import pytest
from numba import float64, njit, typeof

import irad
from irad.numba_.capture import capture


@njit
def weighted(x, start, stop, step):
    s = 0.0
    for i in range(start, stop, step):
        s += x * i
    return s


@pytest.mark.parametrize("number", [np.int64, np.int32])
@pytest.mark.parametrize("ends", [(0, 10, 3), (5, -7, -4), (0, 0, 1), (-5, 5, 2), (3, 3, -1), (2, 3, 9), (2**31 - 5, 2**31 - 1, 3)])
def test_ranges_yield_the_numbers_of_python(number, ends):
    assert irad.derivative(weighted)(1.5, *map(number, ends)) == sum(range(*ends))


def test_unsigned_ranges_may_cross_the_middle():
    ends = 2**63 - 2, 2**63 + 5, 3
    assert irad.derivative(weighted)(1.5, *map(np.uint64, ends)) == pytest.approx(float(sum(range(*ends))), rel=1e-15)


def test_steps_of_signed_ranges_do_not_wrap():
    @njit
    def blocks(a):
        s, half = 0.0, 1
        while half < a.size:
            for start in range(0, a.size, 2 * half):
                s += a[start] * half
            half *= 2
        return s

    text = capture(blocks, (typeof(np.ones(4)),)).text
    assert "icmp slt" in text
    gradient = irad.gradient(blocks)
    assert np.array_equal(gradient(np.ones(5)), [7, 0, 1, 0, 3])
    derivative = gradient.inspect_llvm((float64[::1],))
    assert not any(line.endswith(", 0") for line in derivative.splitlines() if "icmp slt" in line), derivative
