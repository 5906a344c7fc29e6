"""What a derivative returns beside what is differentiated (`has_aux`), and where it writes (`out`)."""

from __future__ import annotations

import inspect

import numba
import numpy as np
import pytest
from numba import njit

import irad
from calling import left_behind
from irad.errors import ArgumentTypeError, OutputTypeError

X = np.array([1.0, -2.0, 3.0])
OUT = np.zeros(3)


@njit
def cubes(x, scale=1.0):
    total = 0.0
    for i in range(x.size):
        total += scale * x[i] ** 3
    return total


@njit
def value_and_more(x):
    return (x * x * x).sum(), (x + 1, x.size)


@njit
def squares_and_more(x):
    return x * x, (x + 1, x.size)


@njit
def accumulated(x, work):
    """Overwrites its second argument."""
    for i in range(x.size):
        work[i] = work[i] * x[i]
    return work.sum()


def check_more(aux):
    np.testing.assert_array_equal(aux[0], X + 1)
    assert aux[1] == 3


def test_products_with_auxiliary_data():
    value, moved, aux = irad.jvp(squares_and_more, has_aux=True)((X,), (np.ones(3),))
    np.testing.assert_array_equal(value, X * X)
    np.testing.assert_array_equal(moved, 2 * X)
    check_more(aux)
    value, bar, aux = irad.vjp(squares_and_more, has_aux=True)((X,), np.array([1.0, 10.0, 100.0]))
    np.testing.assert_array_equal(value, X * X)
    np.testing.assert_array_equal(bar, 2 * X * [1, 10, 100])
    check_more(aux)
    product, aux = irad.hvp(value_and_more, has_aux=True)(X, X)
    np.testing.assert_array_equal(product, 6 * X * X)
    check_more(aux)
    (product,), aux = irad.hvp(value_and_more, ("x",), has_aux=True)(X, (X,))
    np.testing.assert_array_equal(product, 6 * X * X)
    check_more(aux)
    for vector, expected in ((X, 4 * X**3), (None, 2 * X**3)):
        product, aux = irad.gauss_newton(squares_and_more, has_aux=True)(X, vector)
        np.testing.assert_array_equal(product, expected)
        check_more(aux)


def test_products_with_auxiliary_data_inside_compiled_code():
    @njit
    def caller(x):
        return (irad.jvp(squares_and_more, has_aux=True)((x,), (x,)), irad.vjp(squares_and_more, has_aux=True)((x,), x),
                irad.hvp(value_and_more, has_aux=True)(x, x), irad.gauss_newton(squares_and_more, has_aux=True)(x, x))

    jvp, vjp, hvp, normal = caller(X)
    np.testing.assert_array_equal(jvp[1], 2 * X * X)
    np.testing.assert_array_equal(vjp[1], 2 * X * X)
    np.testing.assert_array_equal(hvp[0], 6 * X * X)
    np.testing.assert_array_equal(normal[0], 4 * X**3)
    for aux in (jvp[2], vjp[2], hvp[1], normal[1]):
        check_more(aux)


@pytest.mark.parametrize("operator", [irad.jvp, irad.vjp, irad.hvp, irad.gauss_newton, irad.jacobian, irad.gradient])
def test_auxiliary_data_comes_in_a_pair(operator):
    derivative = operator(njit(lambda x: x.sum()), has_aux=True)
    call = {irad.jvp: ((X,), (X,)), irad.vjp: ((X,), 1.0), irad.hvp: (X, X), irad.gauss_newton: (X, X)}.get(operator, (X,))
    with pytest.raises(OutputTypeError, match=r"has_aux=True, .* must return a pair \(.*, auxiliary data\), and it returns float64"):
        derivative(*call)


def test_a_given_array_is_filled():
    out = np.full(3, np.nan)
    gradient = irad.gradient(cubes)
    for found in (gradient(X, out=out), gradient(X, 2.0, out), gradient(out=out, x=X, scale=2.0)):
        assert found is out
    np.testing.assert_array_equal(out, 6 * X**2)
    value, found = irad.value_and_gradient(cubes)(X, out=out)
    assert found is out and value == (X**3).sum()
    np.testing.assert_array_equal(out, 3 * X**2)
    (found,) = irad.gradient(cubes, (0,))(X, out=out)
    assert found is out
    assert irad.hvp(cubes)(X, X, out=out) is out
    np.testing.assert_array_equal(out, 6 * X * X)
    found, _ = irad.gauss_newton(squares_and_more, has_aux=True)(X, X, out=out)
    assert found is out
    np.testing.assert_array_equal(out, 4 * X**3)
    out[:] = X
    irad.hvp(cubes)(X, out, out=out)  # what is written last may be what was read first
    np.testing.assert_array_equal(out, 6 * X * X)


def test_a_given_array_of_another_layout():
    @njit
    def quartic(x):
        return (x * x * x * x).sum()

    x, out = np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.asfortranarray(np.zeros((2, 3)))
    assert irad.gradient(quartic)(x, out=out) is out
    np.testing.assert_array_equal(out, 4 * x**3)
    strided = np.repeat(X, 2)[::2]
    np.testing.assert_array_equal(irad.gradient(cubes)(strided, out=OUT), 3 * X**2)


def test_a_given_array_beside_arguments_that_share_memory():
    both, out = np.arange(1.0, 5.0), np.zeros(3)
    apart = irad.gradient(accumulated)(both[:3].copy(), both[1:].copy(), out=out).copy()
    np.testing.assert_array_equal(apart, [2.0, 3.0, 4.0])
    assert irad.gradient(accumulated)(both[:3], both[1:], out=out) is out
    # w₁ = x₁x₀, w₂ = x₂x₁w₀..., with w = both[1:] as x[1:]: the products of the first two, three and four numbers.
    np.testing.assert_allclose(out, [2 + 6 + 24, 1 + 3 + 12, 0 + 2 + 8])


def test_without_out_it_is_called_as_if_there_were_none():
    gradient = irad.gradient(njit(cubes.py_func))
    np.testing.assert_array_equal(gradient(X, 1.0), 3 * X**2)
    np.testing.assert_array_equal(gradient(X, 1.0, None), gradient(X, 1.0, out=None))
    assert gradient.signatures == [(numba.float64[::1], numba.float64)]
    assert list(inspect.signature(gradient).parameters) == ["x", "scale", "out"]
    np.testing.assert_array_equal(irad.jacobian(gradient, argnums=-1)(X, 1.0), 3 * X**2)  # by scale: `out` is no argument
    product = irad.gradient(njit(lambda x, out: (x * out).sum()), "out")  # a function's own `out` is one
    np.testing.assert_array_equal(product(X, out=2 * X), X)
    square = irad.jacobian(njit(lambda x: x * x))
    assert square.address((numba.float64,)) == square.address("(float64,)")


def test_a_given_array_inside_compiled_code():
    gradient = irad.gradient(cubes)

    @njit
    def steps(x, out):
        for _ in range(2):
            gradient(x, out=out)
            x = x - 0.1 * out
        return x + 0.0 * gradient(x) + 0.0 * gradient(x, 1.0, None), irad.hvp(cubes)(x, x, out=out)

    x, out = steps(X, OUT)
    first = X - 0.3 * X**2
    np.testing.assert_allclose(x, first - 0.3 * first**2, rtol=1e-14)
    assert out is OUT
    np.testing.assert_allclose(irad.jvp(steps)((X, OUT), (np.ones(3), None))[1][0], (1 - 0.6 * X) * (1 - 0.6 * first), rtol=1e-13)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: irad.gradient(cubes)(X, out=np.zeros(4)), ValueError, "`out` has another shape than the derivative"),
    (lambda: irad.hvp(cubes)(X, X, out=np.zeros(4)), ValueError, "`out` has another shape than the derivative"),
    (lambda: irad.gradient(cubes)(X, out=np.zeros(3, np.float32)), ArgumentTypeError, r"gradient\(cubes\): `out` is array\(float32"),
    (lambda: irad.gradient(cubes)(X, out=np.zeros(6)[::2]), ArgumentTypeError, "must be a writable array of float64 with 1 dimension in C"),
    (lambda: irad.gradient(cubes)(X, out=3.0), ArgumentTypeError, "`out` is float64, and must be a writable array"),
    (lambda: irad.gradient(cubes)(X, out=X), ArgumentTypeError, "`out` shares memory with argument 'x'"),
    (lambda: irad.gradient(cubes, (0, 1))(X, 1.0, out=OUT), ArgumentTypeError, "no single array, so that `out` cannot be given"),
    (lambda: irad.gradient(cubes, 1)(X, 1.0, out=OUT), ArgumentTypeError, "no single array"),
])
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("call", [
    lambda: irad.gradient(cubes)(X, out=OUT),
    lambda: irad.gradient(cubes)(X, out=np.zeros(4)),
    lambda: irad.gradient(cubes)(X, out=X),
    lambda: irad.hvp(cubes)(X, X, out=OUT),
    lambda: irad.gauss_newton(squares_and_more, has_aux=True)(X, X, out=OUT),
    lambda: irad.gauss_newton(squares_and_more, has_aux=True)(X, None),
    lambda: irad.hvp(value_and_more, has_aux=True)(X, X),
    lambda: irad.jvp(squares_and_more, has_aux=True)((X,), (X,)),
    lambda: irad.vjp(squares_and_more, has_aux=True)((X,), X),
    lambda: irad.gradient(accumulated)(OUT[:2], OUT[1:], out=np.zeros(2)),
])
def test_nothing_leaks(call):
    assert left_behind(call, ValueError, TypeError) == 0
