"""Derivatives inside njit: as a global, as an argument, written inline; and derivatives of derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

import irad


@njit
def cubes(x, scale=1.0):
    total = 0.0
    for i in range(x.size):
        total += scale * x[i] ** 3
    return total


@njit
def wave(x):
    return np.sin(x) * x


@njit
def squares(x):
    return x * x


X = np.array([1.0, -2.0, 3.0])
gradient_of_cubes = irad.gradient(cubes)
slope = irad.derivative(wave)


def test_as_a_global():
    @njit
    def step(x):
        return x - 0.1 * gradient_of_cubes(x)

    np.testing.assert_allclose(step(X), X - 0.3 * X**2)


def test_as_a_global_with_keywords():
    @njit
    def step(x):
        return gradient_of_cubes(x, scale=2.0)

    np.testing.assert_allclose(step(X), 6 * X**2)


def test_as_an_argument():
    @njit
    def apply(function, x):
        return function(x)

    np.testing.assert_allclose(apply(gradient_of_cubes, X), 3 * X**2)
    assert apply(slope, 0.5) == pytest.approx(np.cos(0.5) * 0.5 + np.sin(0.5), rel=1e-15)


def test_inline():
    @njit
    def several(x, y):
        gradient = irad.gradient(cubes)(x)
        value, second = irad.value_and_gradient(cubes, argnums="scale")(x, y)
        both = irad.gradient(cubes, (0, 1))(x, y)
        return gradient, value, second, both, irad.derivative(wave)(y), irad.grad(cubes, argnums=1)(x, y)

    gradient, value, second, both, slope_, same = several(X, 2.0)
    np.testing.assert_allclose(gradient, 3 * X**2)
    assert value == 2 * (X**3).sum() and second == (X**3).sum() == same
    np.testing.assert_allclose(both[0], 6 * X**2)
    assert both[1] == (X**3).sum()
    assert slope_ == pytest.approx(np.cos(2.0) * 2 + np.sin(2.0), rel=1e-15)


def test_products_inline():
    @njit
    def products(x, v):
        value, tangent = irad.jvp(squares)((x,), (v,))
        again, bar = irad.vjp(squares)((x,), v)
        return value, tangent, again, bar

    value, tangent, again, bar = products(X, np.ones(3))
    np.testing.assert_allclose(value, X * X)
    np.testing.assert_allclose(again, X * X)
    np.testing.assert_allclose(tangent, 2 * X)
    np.testing.assert_allclose(bar, 2 * X)


def test_inline_with_aux():
    @njit
    def pair(x):
        return (x * x).sum(), x.size

    @njit
    def caller(x):
        return irad.gradient(pair, has_aux=True)(x)

    gradient, aux = caller(X)
    np.testing.assert_allclose(gradient, 2 * X)
    assert aux == 3


def test_exceptions_can_be_caught_inside():
    @njit
    def f(x):
        if x < 0:
            raise ValueError("negative")
        return x * x

    g = irad.gradient(f)

    @njit
    def guarded(x):
        try:
            return g(x)
        except Exception:
            return -1.0

    assert guarded(3.0) == 6.0
    assert guarded(-3.0) == -1.0


def test_forward_over_forward():
    second = irad.derivative(slope)
    third = irad.derivative(second)
    assert second(0.5) == pytest.approx(-np.sin(0.5) * 0.5 + 2 * np.cos(0.5), rel=1e-14)
    assert third(0.5) == pytest.approx(-np.cos(0.5) * 0.5 - 3 * np.sin(0.5), rel=1e-14)


def test_forward_over_reverse():
    product = irad.jvp(gradient_of_cubes)
    gradient, hessian_times_v = product((X,), (np.array([1.0, 10.0, 100.0]),))
    np.testing.assert_allclose(gradient, 3 * X**2)
    np.testing.assert_allclose(hessian_times_v, 6 * X * [1, 10, 100])


def test_forward_over_forward_of_arrays():
    (_, tangent), (first, second) = irad.jvp(irad.jvp(squares))(((X,), (X,)), ((np.ones(3),), (None,)))
    np.testing.assert_allclose(tangent, 2 * X * X)
    np.testing.assert_allclose(first, 2 * X)
    np.testing.assert_allclose(second, 2 * X)


def test_a_function_that_uses_a_derivative_has_a_derivative():
    @njit
    def newton(x):
        return x - wave(x) / slope(x)

    @njit
    def inline(x):
        return x - wave(x) / irad.derivative(wave)(x)

    def second(x):
        return -np.sin(x) * x + 2 * np.cos(x)

    x = 2.5
    expected = np.sin(x) * x * second(x) / (np.cos(x) * x + np.sin(x)) ** 2
    assert irad.derivative(newton)(x) == pytest.approx(expected, rel=1e-13)
    assert irad.derivative(inline)(x) == pytest.approx(expected, rel=1e-13)


def test_hessian_by_columns_inside():
    @njit
    def hessian(x):
        columns = np.empty((x.size, x.size))
        for i in range(x.size):
            v = np.zeros(x.size)
            v[i] = 1.0
            columns[i] = irad.jvp(gradient_of_cubes)((x,), (v,))[1]
        return columns

    np.testing.assert_allclose(hessian(X), np.diag(6 * X))
