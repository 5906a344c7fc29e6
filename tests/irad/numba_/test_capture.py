"""Captured text is valid, clean and means what Numba's own function means."""

from __future__ import annotations

import numpy as np
from numba import njit, typeof
from running import runnable

from irad.numba_.capture import capture


def test_capture_is_memoised_and_runs():
    @njit
    def square(x):
        return x * x

    @njit
    def total(x, n):
        s = 0.0
        for i in range(x.shape[0]):
            s += square(x[i]) + x[i] ** n
        return s

    x = np.arange(4.0)
    signature = (typeof(x), typeof(3))
    captured = capture(total, signature)
    assert capture(total, signature) is captured
    assert runnable(captured)(x, 3) == total(x, 3)
