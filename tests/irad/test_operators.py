"""The operators from Python: what they take, what they return, for arguments and outputs of every structure."""

from __future__ import annotations

import inspect
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit

import irad


@njit
def weighted(x, scale=2.0, shift=0.5):
    """A sum of squares."""
    total = 0.0
    for i in range(x.size):
        total += scale * x[i] ** 2 + shift * x[i]
    return total


@njit
def product(a, b, c):
    return a * a * b + c


@njit
def squares(x):
    return x * x


X = np.array([1.0, -2.0, 3.0])


class Point(NamedTuple):
    x: float
    weights: np.ndarray


def test_gradient_of_an_array_argument():
    np.testing.assert_allclose(irad.gradient(weighted)(X), 4 * X + 0.5, rtol=1e-15)


def test_value_and_gradient_is_one_pair():
    value, gradient = irad.value_and_gradient(weighted)(X, 1.0, 0.0)
    assert value == 14.0
    np.testing.assert_allclose(gradient, 2 * X, rtol=1e-15)


@pytest.mark.parametrize(("argnums", "expected"), [
    (0, 12.0), (1, 4.0), (2, 1.0), (-1, 1.0), (-3, 12.0), ("a", 12.0), ("c", 1.0),
    ((0,), (12.0,)), ((1, 0), (4.0, 12.0)), (("c", "a"), (1.0, 12.0)), ((0, -1), (12.0, 1.0)), (np.int64(1), 4.0), ([0, 1], (12.0, 4.0)),
])
def test_argnums(argnums, expected):
    assert irad.gradient(product, argnums)(2.0, 3.0, 5.0) == expected


def test_argnums_of_the_other_operators():
    assert irad.value_and_gradient(product, argnums=("a", "b"))(2.0, 3.0, 5.0) == (17.0, (12.0, 4.0))
    assert irad.derivative(product, argnums="b")(2.0, 3.0, 5.0) == 4.0
    assert irad.derivative(product, argnums=(0, 1))(2.0, 3.0, 5.0) == (12.0, 4.0)
    assert irad.vjp(product, argnums=(2, 0))((2.0, 3.0, 5.0), 2.0) == (17.0, (2.0, 24.0))


def test_keywords_and_defaults_are_those_of_the_function():
    gradient = irad.gradient(weighted)
    np.testing.assert_allclose(gradient(x=X), 4 * X + 0.5)
    np.testing.assert_allclose(gradient(X, shift=1.0), 4 * X + 1)
    np.testing.assert_allclose(gradient(X, 3.0, shift=0.0), 6 * X)
    with pytest.raises(TypeError):
        gradient(X, unknown=1.0)
    with pytest.raises(TypeError):
        gradient()


def test_a_default_can_be_differentiated():
    assert irad.gradient(weighted, argnums="scale")(X) == 14.0
    assert irad.gradient(weighted, argnums=("scale", "shift"))(X) == (14.0, 2.0)
    assert irad.derivative(weighted, argnums="scale")(X) == 14.0


def test_operators_are_decorators_bare_and_with_options():
    @irad.gradient
    @njit
    def bare(x):
        return x**3

    @irad.derivative(argnums="y")
    @njit
    def options(x, y):
        return x * y * y

    @irad.value_and_gradient
    def plain(x):
        return x * x

    assert bare(2.0) == 12.0
    assert options(3.0, 2.0) == 12.0
    assert plain(3.0) == (9.0, 6.0)


def test_a_derivative_is_made_once():
    assert irad.gradient(weighted) is irad.gradient(weighted)
    assert irad.gradient(weighted) is irad.gradient(weighted, argnums=0)
    assert irad.gradient(weighted, argnums="x") is irad.gradient(weighted, -3)
    assert irad.gradient(weighted) is not irad.gradient(weighted, argnums=(0,))
    assert irad.gradient(weighted) is not irad.value_and_gradient(weighted)
    assert irad.gradient(weighted) is irad.grad(weighted)
    assert irad.value_and_gradient(weighted) is irad.value_and_grad(weighted)

    def plain(x):
        return x * x

    assert irad.gradient(plain) is irad.gradient(plain)


def test_names_and_signature():
    gradient = irad.gradient(weighted)
    *own, out = inspect.signature(gradient).parameters.values()
    assert own == list(inspect.signature(weighted).parameters.values()) and (out.name, out.default) == ("out", None)
    assert inspect.signature(irad.derivative(weighted)) == inspect.signature(weighted)
    assert gradient.__wrapped__ is weighted
    assert gradient.__name__ == "gradient_of_weighted"
    assert "A sum of squares." in gradient.__doc__
    assert list(inspect.signature(irad.jvp(weighted)).parameters) == ["primals", "tangents"]
    assert irad.gradient(njit(lambda x: x * x))(3.0) == 6.0


def test_has_aux():
    @njit
    def loss(x):
        return (x * x).sum(), x * 2, x.size

    @njit
    def pair(x):
        parts = x * 2
        return (x * x).sum(), (parts, x.size)

    gradient, (parts, size) = irad.gradient(pair, has_aux=True)(X)
    np.testing.assert_allclose(gradient, 2 * X)
    np.testing.assert_allclose(parts, 2 * X)
    assert size == 3
    (value, aux), gradient = irad.value_and_gradient(pair, has_aux=True)(X)
    assert value == 14.0
    np.testing.assert_allclose(aux[0], 2 * X)
    np.testing.assert_allclose(gradient, 2 * X)
    with pytest.raises(irad.errors.OutputTypeError, match="pair"):
        irad.gradient(loss, has_aux=True)(X)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("layout", ["C", "F", "strided", "negative", "broadcast", "readonly"])
def test_a_gradient_has_the_shape_and_dtype_of_its_argument(dtype, layout):
    @njit
    def f(x):
        total = x.dtype.type(0)
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                total += x[i, j] ** 2 * (i + 2 * j)
        return total

    base = np.arange(24, dtype=dtype).reshape(4, 6)
    x = {"C": base, "F": np.asfortranarray(base), "strided": base[::2, 1::3], "negative": base[::-1, ::-1],
         "broadcast": np.broadcast_to(base[1], (3, 6)), "readonly": base.copy()}[layout]
    if layout == "readonly":
        x.flags.writeable = False
    before = x.copy()
    found = irad.gradient(f)(x)
    i, j = np.indices(x.shape)
    assert found.dtype == dtype
    assert found.flags.writeable and found.flags.owndata is not None
    np.testing.assert_array_equal(found, 2 * x * (i + 2 * j))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0, 3), (2, 3, 4)])
def test_arrays_of_any_dimension_and_size(shape):
    @njit
    def f(x):
        total = 0.0
        for value in x.flat:
            total += value * value
        return total

    x = np.arange(np.prod(shape), dtype=float).reshape(shape)
    np.testing.assert_array_equal(irad.gradient(f)(x), 2 * x)


def test_float32_stays_float32():
    value, gradient = irad.value_and_gradient(njit(lambda x: x * x))(np.float32(3))
    assert (value, gradient) == (9.0, 6.0)
    _, gradient = irad.value_and_gradient(squares_sum)(X.astype(np.float32))
    assert gradient.dtype == np.float32


@njit
def squares_sum(x):
    return (x * x).sum()


def test_a_float_of_python_is_one_of_any_precision():
    x, single = np.float32(3), X.astype(np.float32)
    cubed, pair = njit(lambda x: x * x * x), njit(lambda x: (x[0] * x[0], x))
    assert irad.vjp(cubed)((x,), 1.0) == irad.jvp(cubed)((x,), (1.0,)) == (27.0, 27.0)
    assert irad.hvp(cubed)(x, 1.0) == 18.0
    _, bar = irad.vjp(pair)((single,), (2.0, None))
    assert bar.dtype == np.float32 and bar[0] == 4.0
    assert irad.autodiff(irad.Reverse, cubed, irad.Active(x), seed=2.0) == (27.0, (54.0,))
    assert irad.autodiff(irad.Forward, cubed, irad.Duplicated(x, 1.0)) == (27.0, 27.0)
    (value, _), (bar,) = irad.autodiff(irad.Reverse, pair, irad.Active(single), seed=(2.0, None))
    assert value == 1.0 and bar.dtype == np.float32 and bar[0] == 4.0


def test_tuples_keep_their_structure():
    @njit
    def f(p, n):
        total = 0.0
        for i in range(p[1].size):
            total += p[0] * p[1][i] ** 2 * p[2][0]
        return total * n

    gradient = irad.gradient(f)((2.0, X, (3.0, 7)), 5)
    assert type(gradient) is tuple and type(gradient[2]) is tuple
    assert gradient[0] == 14 * 3 * 5
    np.testing.assert_allclose(gradient[1], 2 * 2 * X * 3 * 5)
    assert gradient[2] == (2 * 14 * 5, 0)


def test_named_tuples_keep_their_class():
    @njit
    def f(p):
        return p.x * (p.weights * p.weights).sum()

    gradient = irad.gradient(f)(Point(2.0, X))
    assert type(gradient) is Point
    assert gradient.x == 14.0
    np.testing.assert_allclose(gradient.weights, 4 * X)


def test_jvp_of_arrays():
    value, tangent = irad.jvp(squares)((X,), (np.ones(3),))
    np.testing.assert_allclose(value, X * X)
    np.testing.assert_allclose(tangent, 2 * X)
    value[0] = 7.0
    assert tangent[0] == 2.0, "value and tangent are arrays of their own"


def test_jvp_of_tuples_and_constants():
    @njit
    def f(x, y, n):
        return x * y, y * n, n

    value, tangent = irad.jvp(f)((2.0, X, 3), (1.0, None, None))
    np.testing.assert_allclose(value[0], 2 * X)
    np.testing.assert_allclose(tangent[0], X)
    np.testing.assert_array_equal(tangent[1], np.zeros(3))
    assert value[2] == 3 and tangent[2] == 0
    _, tangent = irad.jvp(f)((2.0, X, 3), (None, X, None))
    np.testing.assert_allclose(tangent[0], 2 * X)
    np.testing.assert_allclose(tangent[1], 3 * X)


def test_jvp_with_tangents_of_another_layout():
    @njit
    def f(x):
        return (x * x).sum()

    x = np.arange(6.0).reshape(2, 3)
    for point in (x, np.asfortranarray(x), np.arange(12.0).reshape(2, 6)[:, ::2]):
        for move in (x, np.asfortranarray(x), np.arange(12.0).reshape(2, 6)[:, ::2]):
            assert irad.jvp(f)((point,), (move,))[1] == 2 * (point * move).sum()


def test_jvp_of_a_view_of_the_argument():
    @njit
    def tail(x):
        return x[1:]

    value, tangent = irad.jvp(tail)((X,), (2 * X,))
    np.testing.assert_array_equal(value, X[1:])
    np.testing.assert_array_equal(tangent, 2 * X[1:])


def test_jvp_never_writes_its_tangents():
    @njit
    def f(x):
        x[0] = x[1] * x[2]
        return x.sum()

    x, move = X.copy(), np.ones(3)
    value, tangent = irad.jvp(f)((x,), (move,))
    assert value == -5.0 and tangent == 1 + 1 + (-2 + 3)
    np.testing.assert_array_equal(x, [-6.0, -2.0, 3.0])
    np.testing.assert_array_equal(move, np.ones(3))


def test_a_tangent_may_be_an_argument_that_is_written():
    @njit
    def f(x, y):
        for i in range(x.size):
            y[i] = 0.0
        return (x * x).sum()

    y = np.ones(3)
    assert irad.jvp(f)((X, y), (y, None))[1] == 2 * X.sum()
    np.testing.assert_array_equal(y, np.zeros(3))


def test_vjp_of_arrays():
    value, bar = irad.vjp(squares)((X,), np.array([1.0, 10.0, 100.0]))
    np.testing.assert_allclose(value, X * X)
    np.testing.assert_allclose(bar, 2 * X * [1, 10, 100])


def test_vjp_of_tuples_with_constants_in_the_cotangent():
    @njit
    def f(x, s):
        return x * s, s * s, x.size

    _, bars = irad.vjp(f, argnums=(0, 1))((X, 2.0), (np.ones(3), 10.0, None))
    np.testing.assert_allclose(bars[0], [2.0, 2.0, 2.0])
    assert bars[1] == X.sum() + 40
    _, bar = irad.vjp(f)((X, 2.0), (None, 1.0, None))
    np.testing.assert_array_equal(bar, np.zeros(3))


def test_vjp_of_matrices_of_any_layout():
    @njit
    def f(x):
        return x.T * 3.0

    x = np.arange(6.0).reshape(2, 3)
    for weights in (np.arange(6.0).reshape(3, 2), np.arange(6.0).reshape(2, 3).T, np.arange(12.0).reshape(6, 2)[::2]):
        np.testing.assert_allclose(irad.vjp(f)((x,), weights)[1], 3 * weights.T)


def test_defaults_in_jvp_and_vjp():
    assert irad.jvp(weighted)((X,), (np.ones(3),))[1] == (4 * X + 0.5).sum()
    np.testing.assert_allclose(irad.vjp(weighted)((X,), 2.0)[1], 8 * X + 1)


@pytest.mark.parametrize("x", [0.5, np.float32(0.5)])
def test_derivative_of_functions_of_a_scalar(x):
    @njit
    def f(x, n):
        out = np.zeros(n, np.float64)
        for i in range(n):
            out[i] = x**i
        return out

    np.testing.assert_allclose(irad.derivative(f)(x, 4), [0.0, 1.0, 1.0, 0.75])
    assert irad.derivative(njit(lambda x: np.sin(x)))(x) == pytest.approx(np.cos(0.5), rel=1e-7)
