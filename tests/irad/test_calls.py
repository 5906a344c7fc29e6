"""Calls that are not inlined: depth, memory over many calls, functions chosen by data, and what the engine says of code in a callee."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from numba import cfunc, float64, njit

import irad
from calling import calling
from irad.errors import readable

X = 0.7


def outlined(function):
    compiled = njit(function)
    compiled._irad_noinline = True
    return compiled


@njit
def sines(x, n):
    if n == 0:
        return x
    return 0.999 * math.sin(sines(x, n - 1))


def test_recursion_is_as_deep_as_the_stack_allows():
    value, slope = X, 1.0
    for _ in range(10_000):
        value, slope = 0.999 * math.sin(value), 0.999 * math.cos(value) * slope
    assert sines(X, 10_000) == pytest.approx(value, rel=1e-12)
    assert irad.gradient(sines)(X, 10_000) == pytest.approx(slope, rel=1e-9)
    assert irad.derivative(sines)(X, 10_000) == pytest.approx(slope, rel=1e-9)


@outlined
def scaled(a, x):
    b = np.empty_like(a)
    for i in range(a.shape[0]):
        b[i] = a[i] * x
    if x > 2.0:
        raise ValueError(x)
    return b


@njit
def total(a, x):
    s = 0.0
    for i in range(3):
        s += scaled(a, x)[i] * sines(x, i)
    return s


def test_memory_stays_flat():
    a = np.linspace(0.5, 1.5, 100)
    gradient = irad.gradient(total, (0, 1))
    gradient(a, X)

    def resident():
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1])

    before = resident()
    for _ in range(100_000):
        gradient(a, X)
    assert resident() - before < 256  # pages: 1 MiB, where a leak of 16 bytes a call would be more
    for derivative in (gradient, calling(gradient)):
        with pytest.raises(ValueError, match=r"^2\.5$"):
            derivative(a, 2.5)


@njit(float64(float64))
def square(x):
    return x * x


@njit(float64(float64))
def cube(x):
    return x * x * x


@cfunc(float64(float64))
def callback(x):
    return math.sin(x) * x


@njit
def chosen(x, k):
    f = square if k > 0 else cube
    return f(x) * x + callback(x)


@njit
def from_table(x, k):
    return (square, cube, square)[k](x) * x


def test_functions_chosen_by_data():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # first-class functions are experimental in Numba
        callback_slope = math.cos(X) * X + math.sin(X)
        for derivative in (irad.derivative, irad.gradient):
            assert derivative(chosen)(X, 1) == pytest.approx(3 * X**2 + callback_slope)
            assert derivative(chosen)(X, 0) == pytest.approx(4 * X**3 + callback_slope)
            assert derivative(from_table)(X, 1) == pytest.approx(4 * X**3)
            assert derivative(from_table)(X, 2) == pytest.approx(3 * X**2)
        assert irad.derivative(irad.gradient(chosen))(X, 0) == pytest.approx(12 * X**2 + 2 * math.cos(X) - X * math.sin(X))


@outlined
def changes_and_may_raise(x, a):
    a[0] *= x
    if x > 1.0:
        raise ValueError
    a[0] *= x
    return x * a[0]


@njit
def catches(x):
    a = np.ones(1) * x
    try:
        r = changes_and_may_raise(x, a)
    except Exception:
        r = a[0] * a[0]
    return r * a[0]


def test_an_exception_that_the_caller_catches():
    for derivative in (irad.derivative, irad.gradient):
        assert derivative(catches)(X) == pytest.approx(7 * X**6)  # x⁴ · x³
        assert derivative(catches)(1.7) == pytest.approx(6 * 1.7**5)  # (x²)³


slope = irad.derivative(cube)


@outlined
def with_derivative(x):
    return slope(x) * x


def test_a_derivative_in_a_function_that_stays_a_call():
    assert irad.gradient(with_derivative)(X) == pytest.approx(9 * X**2)
    assert irad.derivative(irad.gradient(with_derivative))(X) == pytest.approx(18 * X)


@outlined
def recursive_eigenvalue(a, n):
    if n == 0:
        return np.linalg.eigvalsh(a)[0]
    return recursive_eigenvalue(a, n - 1) * 2.0  # line


@njit
def calls_eigenvalue(a):
    return recursive_eigenvalue(a, 3)


def test_the_error_names_the_function_that_was_called():
    with pytest.raises((irad.errors.NoDerivativeError, irad.errors.UnsupportedError)) as error:
        irad.gradient(calls_eigenvalue)(np.eye(2))
    assert "`recursive_eigenvalue` (test_calls.py:" in str(error.value)
    assert "_ZN" not in str(error.value)


def test_names_of_functions_are_readable():
    assert readable("call of `_ZN8__main__3recB2v7B52c8tJTIeFIjxB2IKSgI4_3d_3dEdx`") == "call of `rec`"
    assert readable("`_ZN5scope12_3clocals_3e5innerB2v7E`, `sin`") == "`inner`, `sin`"
