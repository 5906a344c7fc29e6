"""`check_gradients` passes what is right and finds what is wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit

import irad
from irad import check
from irad.complex_step import complex_step, on_complex_numbers
from irad.errors import ArgumentTypeError

X = np.array([1.0, -2.0, 3.0])


@njit
def f(x, y, n):
    total = 0.0
    for i in range(x.size):
        total += np.exp(0.1 * x[i]) * y**n
    return total


@njit
def vector(x):
    return x * x, x.sum(), 3


def test_right_derivatives_pass():
    irad.check_gradients(f, (X, 1.5, 2), order=2)
    irad.check_gradients(vector, (X,))
    irad.check_gradients(vector, (X[::2],), modes=("forward",))
    irad.check_gradients(njit(lambda p: (p[0] * p[1]).sum()), ((2.0, X),), modes=["reverse"])
    irad.check_gradients(f, (X.astype(np.float32), np.float32(1.5), 2))
    irad.check_gradients(njit(lambda x: (x[0] * x[1], x)), (X.astype(np.float32),))
    irad.check_gradients(njit(lambda x: (x * x).sum()), (X.astype(np.float32),), order=2)
    irad.check_gradients(lambda x: x * x, (3.0,))
    irad.check_gradients(njit(lambda z, a: (z * a, abs(z))), (0.3 - 0.2j, X.astype(np.complex64) + 1j))
    irad.check_gradients(njit(lambda z: (z**3).imag), (0.3 - 0.2j,), order=2)


def test_large_and_small_numbers_pass():
    for scale in (1e-12, 1e12):
        irad.check_gradients(njit(lambda x: (x * x).sum()), (X * scale,))


def test_arguments_that_share_memory_are_taken_apart():
    def accumulated(x, out):
        out += x * x
        return np.sum(out * x)

    x = np.array([0.5, 1.5])
    irad.check_gradients(accumulated, (x, x))
    irad.check_gradients(accumulated, (x, x[::-1]))


def test_arguments_are_left_alone():
    @njit
    def overwrite(x):
        x[0] = x[1] * x[2]
        return x.sum()

    x = X.copy()
    irad.check_gradients(overwrite, (x,))
    np.testing.assert_array_equal(x, X)


def spoiled(operator, change):
    """An operator whose results are changed."""
    def changed(function, *options):
        compute = operator(function, *options)
        return lambda primals, other: change(*compute(primals, other))

    return changed


def test_a_wrong_forward_mode_is_found(monkeypatch):
    monkeypatch.setattr(check, "jvp", spoiled(irad.jvp, lambda y, dot: (y, dot * (1 + 1e-6))))
    with pytest.raises(AssertionError, match=r"argument 0 \('x'\), entry \[0\]: forward mode gives .*, finite differences"):
        irad.check_gradients(f, (X, 1.5, 2))
    irad.check_gradients(f, (X, 1.5, 2), modes=("reverse",))


def test_a_wrong_entry_is_named(monkeypatch):
    def change(y, bar):
        if np.ndim(bar):
            bar[2] += 1e-5
        return y, bar

    monkeypatch.setattr(check, "vjp", spoiled(irad.vjp, change))
    with pytest.raises(AssertionError, match=r"argument 0 \('x'\), entry \[2\]: reverse mode gives"):
        irad.check_gradients(f, (X, 1.5, 2), modes=("reverse",))


def test_a_wrong_part_of_a_complex_number_is_named(monkeypatch):
    monkeypatch.setattr(check, "vjp", spoiled(irad.vjp, lambda y, bar: (y, bar + 1e-5j)))
    with pytest.raises(AssertionError, match=r"argument 0 \('z'\), entry \.imag: reverse mode gives"):
        irad.check_gradients(njit(lambda z: (z * z).real), (0.3 - 0.2j,))
    with pytest.raises(AssertionError, match=r"argument 0 \('z'\), entry \[0\]\.imag: reverse mode gives"):
        irad.check_gradients(njit(lambda z: (z * z).sum().real), (X + 1j,))


def test_the_dot_test_is_sharper_than_finite_differences(monkeypatch):
    @njit
    def offset(x):
        total = 1e9
        for i in range(x.size):
            total += math.exp(0.1 * x[i])  # of real numbers only
        return total

    irad.check_gradients(offset, (X,))
    monkeypatch.setattr(check, "vjp", spoiled(irad.vjp, lambda y, bar: (y, bar * (1 + 1e-9))))
    irad.check_gradients(offset, (X,), modes=("reverse",))
    with pytest.raises(AssertionError, match="reverse and forward mode disagree"):
        irad.check_gradients(offset, (X,))


@njit
def inner(x):
    return np.exp(0.1 * x)


@njit
def far_away(x, y):
    return 1e9 + (inner(x) * y).sum(), y


@njit
def folded(x, y):
    return 1e9 + (np.abs(x) * y).sum(), y


def test_a_complex_step_is_sharper_than_finite_differences(monkeypatch):
    for args in ((X, 1.5), (X.astype(np.float32), np.float32(1.5)), (X[::2], 2)):
        irad.check_gradients(far_away, args)
    monkeypatch.setattr(check, "vjp", spoiled(irad.vjp, lambda y, bar: (y, bar * (1 + 1e-9))))
    with pytest.raises(AssertionError, match=r"argument 0 \('x'\), entry \[0\]: reverse mode gives .*, a complex step "):
        irad.check_gradients(far_away, (X, 1.5), modes=("reverse",))
    irad.check_gradients(folded, (X, 1.5), modes=("reverse",))  # not analytic, and not taken for it


def test_complex_steps():
    function = on_complex_numbers(far_away)
    (slope, *_), error = complex_step(lambda x: function(x, 1.5), X, np.array([1.0, 0.0, 0.0]), (1.0, 1.5), 2.0**-52)
    assert slope == pytest.approx(0.15 * np.exp(0.1), rel=1e-15) and 0 < error[0] < 1e-15
    assert on_complex_numbers(folded) is None and on_complex_numbers(irad.gradient(f)) is None
    assert on_complex_numbers(njit(lambda x, y: folded(x, y)[0])) is None
    real = on_complex_numbers(njit(lambda x: math.erf(x)))
    assert complex_step(real, 1.0, 1.0, 1.0, 2.0**-52) is None
    assert complex_step(lambda x: (1j * x, 2), 1.0, 1.0, (1j, 2), 2.0**-52) is None


def test_a_wrong_second_derivative_is_found(monkeypatch):
    def spoil_second(function, *options):
        compute = irad.jvp(function, *options)
        if isinstance(function, irad.Derivative):
            return lambda primals, other: (compute(primals, other)[0], 2 * compute(primals, other)[1])
        return compute

    monkeypatch.setattr(check, "jvp", spoil_second)
    irad.check_gradients(f, (X, 1.5, 2))
    with pytest.raises(AssertionError, match=r"check_gradients\(gradient_of_f\)"):
        irad.check_gradients(f, (X, 1.5, 2), order=2)


def test_what_cannot_be_checked():
    with pytest.raises(ValueError, match="no argument is a float"):
        irad.check_gradients(f, (3,))
    for alone in (X, 2.0):
        with pytest.raises(ArgumentTypeError, match=r"check_gradients\(f\): the arguments are given together, as a tuple, and this is "):
            irad.check_gradients(f, alone)
    with pytest.raises(ValueError, match="modes are"):
        irad.check_gradients(f, (X, 1.5, 2), modes=("sideways",))
