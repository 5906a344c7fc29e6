"""Exceptions beyond what scenarios can say: error models, and what handled exceptions leave behind."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit

import irad
from calling import leaked
from scenarios.handled import below


def test_division_by_zero_under_both_error_models():
    def quotient(x, y):
        return x / y

    for model in ("python", "numpy"):
        f = njit(error_model=model)(quotient)
        assert irad.gradient(f, (0, 1))(3.0, 2.0) == (0.5, -0.75)
        if model == "python":
            for derivative in (irad.gradient(f), irad.derivative(f), irad.derivative(f, 1)):
                with pytest.raises(ZeroDivisionError, match="division by zero"):
                    derivative(3.0, 0.0)
        else:
            assert f(3.0, 0.0) == math.inf
            assert irad.gradient(f, (0, 1))(3.0, 0.0) == (math.inf, -math.inf)
            assert irad.derivative(f, 1)(3.0, 0.0) == -math.inf


def test_integer_division_by_zero_under_both_error_models():
    def scaled(x, n):
        return x * x * (7 // n)

    assert irad.gradient(njit(error_model="numpy")(scaled))(3.0, 0) == 6.0 * njit(error_model="numpy")(scaled)(1.0, 0)
    with pytest.raises(ZeroDivisionError):
        irad.gradient(njit(scaled))(3.0, 0)


@njit
def handled_with_run_time_arguments(x, n):
    r = x
    for i in range(n):
        try:
            r = below(r, 1.5, i) + x
        except Exception:
            r = r * 0.3
    return r


def test_handled_exceptions_with_run_time_arguments():
    """Numba leaves the arguments of such an exception behind; a derivative leaves no more, a gradient nothing."""
    slope, gradient = irad.derivative(handled_with_run_time_arguments), irad.gradient(handled_with_run_time_arguments)
    step = 1e-6
    for n in (0, 1, 2, 5):
        difference = (handled_with_run_time_arguments(0.8 + step, n) - handled_with_run_time_arguments(0.8 - step, n)) / (2 * step)
        assert math.isclose(slope(0.8, n), difference, rel_tol=1e-8)  # step squared, and rounding over step
        assert math.isclose(gradient(0.8, n), slope(0.8, n), rel_tol=1e-13)
    assert leaked(lambda: slope(0.8, 5)) <= leaked(lambda: handled_with_run_time_arguments(0.8, 5))
    assert leaked(lambda: gradient(0.8, 5)) == 0


def test_arguments_of_an_exception_may_be_what_is_differentiated():
    @njit
    def f(x, limit):
        t = x * x
        if t[1] > limit:
            raise ValueError("entry", 1, t[1])
        return np.sum(t)

    x = np.array([1.0, 2.0])
    for call in (lambda: irad.gradient(f)(x, 3.0), lambda: irad.jvp(f)((x, 3.0), (x, 1.0))):
        with pytest.raises(ValueError, match="entry") as caught:
            call()
        assert caught.value.args == ("entry", 1, 4.0)
