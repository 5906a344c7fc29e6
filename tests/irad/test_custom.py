"""Rules of one's own: in both modes, in loops, with arrays and residuals, twice; what counts as constant; solutions of equations.

Rules here are off by a factor on purpose, so that a derivative that went around the rule is seen.
"""

from __future__ import annotations

import math
import pickle

import cloudpickle
import numpy as np
import pytest
from numba import njit
from numba.core.runtime import rtsys

import irad
from calling import calling
from irad.errors import ArgumentTypeError, NoDerivativeError, UnsupportedError

X = 0.3
SIGMOID = 1.0 / (1.0 + math.exp(-X))


@irad.custom_vjp
def softplus(x):
    return math.log1p(math.exp(x))


@njit
def softplus_forward(x):
    return softplus(x), x


@njit
def softplus_backward(x, y_bar):
    return (2.0 * y_bar / (1.0 + math.exp(-x)),)


softplus.defvjp(softplus_forward, softplus_backward)


@irad.custom_jvp
def sine(x):
    return math.sin(x)


@sine.defjvp
def sine_rule(primals, tangents):
    return sine(primals[0]), 3.0 * math.cos(primals[0]) * tangents[0]


@njit
def in_a_loop(x):
    total = 0.0
    for i in range(3):
        total += softplus(x * i) * x
    return total


@njit
def tripled(x):
    return sine(x) * x


def test_reverse_mode_takes_the_rule():
    assert softplus(X) == math.log1p(math.exp(X))
    assert irad.gradient(softplus)(X) == pytest.approx(2.0 * SIGMOID, rel=1e-14)
    assert calling(irad.gradient(softplus))(X) == pytest.approx(2.0 * SIGMOID, rel=1e-14)
    expected = sum(math.log1p(math.exp(X * i)) + 2.0 * X * i / (1.0 + math.exp(-X * i)) for i in range(3))
    assert irad.gradient(in_a_loop)(X) == pytest.approx(expected, rel=1e-14)


def test_forward_mode_takes_the_rule_and_reverse_mode_transposes_it():
    for derivative in (irad.derivative, irad.gradient):
        assert derivative(tripled)(X) == pytest.approx(math.sin(X) + 3.0 * X * math.cos(X), rel=1e-14)


def test_second_derivatives_are_those_of_the_rule():
    curvature = 2.0 * SIGMOID * (1.0 - SIGMOID)
    assert irad.derivative(irad.gradient(softplus))(X) == pytest.approx(curvature, rel=1e-13)
    assert irad.gradient(irad.gradient(softplus))(X) == pytest.approx(curvature, rel=1e-13)
    for derivative in (irad.derivative(irad.derivative(sine)), irad.derivative(irad.gradient(sine))):
        assert derivative(X) == pytest.approx(-3.0 * math.sin(X), rel=1e-13)


@irad.custom_vjp
def scaled(a, w, k):
    return a * w * k


@njit
def scaled_forward(a, w, k):
    if w > 2.0:
        raise ValueError("large")
    return a * w * k, (a, w * 2.0, k)


@njit
def scaled_backward(residuals, y_bar):
    a, doubled, k = residuals
    return y_bar * doubled * k, np.sum(y_bar * a) * k, None


scaled.defvjp(scaled_forward, scaled_backward)


@njit
def of_arrays(a, w):
    b = scaled(a, w, 3)
    return np.sum(scaled(b, w, 2) * a)


def by_hand(a, w):
    b = 3.0 * a * w
    c_bar, a_bar = a, 2.0 * b * w
    b_bar, w_bar = c_bar * w * 4.0, np.sum(c_bar * b) * 2.0
    return a_bar + b_bar * w * 6.0, w_bar + np.sum(b_bar * a) * 3.0


def test_arrays_and_residuals():
    a, w = np.array([1.0, 2.0, 3.0]), 0.5
    gradient = irad.gradient(of_arrays, (0, 1))
    for found, expected in zip(gradient(a, w), by_hand(a, w), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert irad.gradient(of_arrays, 1)(a, w) == pytest.approx(by_hand(a, w)[1], rel=1e-14)  # one argument constant
    step = 1e-6
    first, second = by_hand(a + step, w + step), by_hand(a - step, w - step)
    along = irad.jvp(gradient)((a, w), (np.ones(3), 1.0))[1]
    for found, above, below in zip(along, first, second, strict=True):
        np.testing.assert_allclose(found, (above - below) / (2.0 * step), rtol=1e-7)  # the difference's own error


def test_nothing_leaks_and_exceptions_pass():
    a = np.ones(50)
    gradient = irad.gradient(of_arrays, (0, 1))
    gradient(a, 0.5)
    before = rtsys.get_allocation_stats()
    for _ in range(100):
        gradient(a, 0.5)
        with pytest.raises(ValueError, match=r"^large$"):
            gradient(a, 2.5)
    after = rtsys.get_allocation_stats()
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free


def test_an_adjoint_that_cannot_be_computed_is_nan():
    @irad.custom_vjp
    def identity(a, x):
        return a * x

    identity.defvjp(njit(lambda a, x: (a * x, 0)), njit(lambda residuals, y_bar: (np.ones(7), 1.0)))  # another shape
    a_bar, x_bar = irad.gradient(njit(lambda a, x: identity(a, x)[0]), (0, 1))(np.ones(3), 2.0)
    assert np.isnan(a_bar).all() and np.isnan(x_bar)


def test_what_a_rule_must_be():
    with pytest.raises(NoDerivativeError, match=r"`softplus` has a rule of its own, but none for forward mode.*irad\.custom_jvp"):
        irad.derivative(in_a_loop)(X)

    @irad.custom_vjp
    def without(x):
        return x

    with pytest.raises(UnsupportedError, match="`without` was to have a rule of its own and has none"):
        irad.gradient(without)(X)

    @irad.custom_vjp
    def short(x):
        return x * x

    short.defvjp(njit(lambda x: x * x), njit(lambda residuals, y_bar: (y_bar,)))
    with pytest.raises(ArgumentTypeError, match="the forward rule of `short` returns float64: it has to return a pair"):
        irad.gradient(short)(X)

    @irad.custom_vjp
    def turned(z):
        return z.real

    turned.defvjp(njit(lambda z: (z.real, z)), njit(lambda z, y_bar: (y_bar,)))
    with pytest.raises(UnsupportedError, match="the rule of `turned` would have to take or return complex128"):
        irad.gradient(njit(lambda x: turned(complex(x, x))))(X)

    @irad.custom_vjp
    def writes(a):
        a[0] = 1.0
        return a[1]

    writes.defvjp(njit(lambda a: (a[1], 0)), njit(lambda residuals, y_bar: (np.zeros(2),)))
    with pytest.raises(UnsupportedError, match="writes its arguments; return new arrays"):
        irad.gradient(writes)(np.ones(2))

    @irad.custom_vjp
    def returns_view(a):
        return a[1:]

    returns_view.defvjp(njit(lambda a: (a[1:], 0)), njit(lambda residuals, y_bar: (np.zeros(2),)))
    with pytest.raises(UnsupportedError, match="returns its argument, or a view of it; return a copy"):
        irad.gradient(njit(lambda a: returns_view(a)[0]))(np.ones(3))


def test_rules_travel_with_the_function():
    found = pickle.loads(cloudpickle.dumps(softplus))
    assert irad.gradient(found)(X) == pytest.approx(2.0 * SIGMOID, rel=1e-14)


def test_stop_gradient():
    a = np.array([1.0, 2.0])
    stopped = irad.stop_gradient((1.5, a, 2))
    assert stopped[0] == 1.5 and stopped[2] == 2
    np.testing.assert_array_equal(stopped[1], a)
    product = njit(lambda x: x * irad.stop_gradient(x))
    assert irad.gradient(product)(3.0) == irad.derivative(product)(3.0) == 3.0
    assert irad.derivative(irad.gradient(product))(3.0) == 0.0
    total = njit(lambda a: np.sum(a * irad.stop_gradient((a * 2.0, 1))[0]))
    np.testing.assert_array_equal(irad.gradient(total)(a), 2.0 * a)


@njit
def power_is(y, x, k):
    return y**3 - x * k


@irad.implicit(power_is)
@njit
def root(x, k):
    y = 1.0
    for _ in range(60):
        y -= (y**3 - x * k) / (3.0 * y * y)
    return y


@njit
def on_both_curves(y, p):
    return np.array([y[0] ** 2 + p[0] * y[1] - 3.0, y[0] * y[1] - p[1]])


@irad.implicit(on_both_curves)
@njit
def crossing(p):
    y = np.array([1.2, 0.8])
    for _ in range(50):
        first, second = y[0] ** 2 + p[0] * y[1] - 3.0, y[0] * y[1] - p[1]
        determinant = 2.0 * y[0] * y[0] - p[0] * y[1]
        y = y - np.array([y[0] * first - p[0] * second, 2.0 * y[0] * second - y[1] * first]) / determinant
    return y


@njit
def at_the_crossing(p):
    y = crossing(p)
    return y[0] * y[0] * y[1] + y[1]


def test_an_implicit_root():
    x, slope = 4.0, (3 * 4.0) ** (-2 / 3)  # y = (3x)^(1/3)
    for derivative in (irad.gradient, irad.derivative):
        assert derivative(root)(x, 3) == pytest.approx(slope, rel=1e-13)
        assert irad.derivative(derivative(root))(x, 3) == pytest.approx(-2.0 * slope / (3 * x), rel=1e-12)


def test_an_implicit_vector():
    p, step = np.array([1.1, 1.3]), 1e-5
    gradient = irad.gradient(at_the_crossing)
    for direction in np.eye(2):
        ahead, back = p + step * direction, p - step * direction
        slope = (at_the_crossing(ahead) - at_the_crossing(back)) / (2 * step)
        assert gradient(p) @ direction == pytest.approx(slope, rel=1e-8)  # the differences' own error
        assert irad.jvp(at_the_crossing)((p,), (direction,))[1] == pytest.approx(slope, rel=1e-8)
        np.testing.assert_allclose(irad.jvp(gradient)((p,), (direction,))[1], (gradient(ahead) - gradient(back)) / (2 * step), rtol=1e-7)


def test_a_rule_for_a_function_that_returns_every_other_element():
    @irad.custom_vjp
    def every_other(x):
        return x.copy()[::2]

    every_other.defvjp(njit(lambda x: (every_other(x), None)), njit(lambda residuals, y_bar: (np.repeat(y_bar, 2),)))
    with pytest.raises(UnsupportedError, match=r"`every_other` has a rule and returns array\(float64, 1d, A\): return a contiguous array"):
        irad.gradient(njit(lambda x: every_other(x).sum()))(np.ones(4))


def test_what_a_rule_for_forward_mode_raises_is_raised():
    @irad.custom_jvp
    def steep(x):
        return x * x

    @steep.defjvp
    def rule(primals, tangents):
        if primals[0] > 1.0:
            raise ValueError("too steep", primals[0])
        return primals[0] * primals[0], 2.0 * primals[0] * tangents[0]

    for derivative in (irad.derivative(steep), irad.derivative(njit(lambda x: steep(x) + 1.0)), njit(lambda x: irad.derivative(steep)(x))):
        assert derivative(0.5) == 1.0
        with pytest.raises(ValueError, match=r"^\('too steep', 1\.5\)$"):
            derivative(1.5)
