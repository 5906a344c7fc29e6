"""Jacobians, Hessians and their products: shapes and structures, both modes, arguments that are written, `out`, and what is refused."""

from __future__ import annotations

import inspect
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit

import irad
from calling import left_behind
from irad.errors import ArgumentTypeError, OutputTypeError

X = np.array([1.0, -2.0, 3.0])
MODES = ["forward", "reverse", "auto"]


class Pair(NamedTuple):
    scale: float
    weights: np.ndarray


@njit
def outer(x, y):
    """X y ᵀ: the derivatives are Kronecker's deltas."""
    out = np.empty((x.size, y.size), x.dtype)
    for i in range(x.size):
        for j in range(y.size):
            out[i, j] = x[i] * y[j]
    return out


@njit
def structured(p, s):
    """A tuple of a tuple of arrays and numbers."""
    return (p.weights * p.weights * s, p.scale * s), p.weights.size, p.scale * p.weights.sum()


@njit
def in_place(x, work):
    """Overwrites both arguments, and returns a view of one."""
    for i in range(x.size):
        work[i] = x[i] * x[i]
    for i in range(1, x.size):
        work[i] += work[i - 1]
    x[0] = 7.0
    return work[::-1]


@njit
def quartic(x, scale=1.0):
    total = 0.0
    for i in range(x.size):
        total += scale * x[i] ** 2 * x[i - 1] ** 2
    return total


def hessian_of_quartic(x):
    """Closed form, for three or more numbers."""
    n = x.size
    found = np.zeros((n, n))
    for i in range(n):
        before, behind = (i - 1) % n, (i + 1) % n
        found[i, i] = 2 * x[before] ** 2 + 2 * x[behind] ** 2
        found[i, before] += 4 * x[i] * x[before]
        found[i, behind] += 4 * x[i] * x[behind]
    return found


@pytest.mark.parametrize("mode", MODES)
def test_a_jacobian_has_the_shape_of_the_output_and_that_of_the_argument(mode):
    y = np.array([2.0, 5.0])
    by_x, by_y = irad.jacobian(outer, (0, 1), mode=mode)(X, y)
    np.testing.assert_array_equal(by_x, np.einsum("ik,j->ijk", np.eye(3), y))
    np.testing.assert_array_equal(by_y, np.einsum("i,jk->ijk", X, np.eye(2)))
    single = irad.jacobian(outer, "y", mode=mode)(X.astype(np.float32), y.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, by_y)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_arguments_and_outputs_of_any_layout(mode, layout):
    @njit
    def transposed(x):
        return (x * x).T[::-1]

    base = np.arange(1.0, 7.0).reshape(2, 3)
    x = {"C": base, "F": np.asfortranarray(base), "strided": np.repeat(base, 2, axis=1)[:, ::2]}[layout]
    expected = np.zeros((3, 2, 2, 3))
    for i in range(3):
        for j in range(2):
            expected[i, j, j, 2 - i] = 2 * base[j, 2 - i]
    np.testing.assert_array_equal(irad.jacobian(transposed, mode=mode)(x), expected)


@pytest.mark.parametrize("mode", MODES)
def test_tuples_keep_their_structure(mode):
    (squares, scaled), size, total = irad.jacobian(structured, mode=mode)(Pair(2.0, X), 3.0)
    assert type(squares) is Pair and type(total) is Pair
    np.testing.assert_array_equal(squares.scale, np.zeros(3))
    np.testing.assert_array_equal(squares.weights, np.diag(6 * X))
    assert scaled.scale == 3.0
    np.testing.assert_array_equal(scaled.weights, np.zeros(3))
    assert size == (0, 0)
    assert total.scale == 2.0
    np.testing.assert_array_equal(total.weights, np.full(3, 2.0))
    by_s = irad.jacobian(structured, (1,), mode=mode)(Pair(2.0, X), 3.0)
    assert len(by_s) == 1
    np.testing.assert_array_equal(by_s[0][0][0], X * X)
    assert by_s[0][0][1] == 2.0 and by_s[0][2] == 0.0


@pytest.mark.parametrize("mode", MODES)
def test_scalars(mode):
    @njit
    def polynomial(x, y):
        return x * x * y

    assert irad.jacobian(polynomial, mode=mode)(3.0, 2.0) == 12.0
    assert irad.jacobian(polynomial, (0, 1), mode=mode)(3.0, 2.0) == (12.0, 9.0)


@pytest.mark.parametrize("mode", MODES)
def test_what_the_function_writes_is_written_as_by_one_run(mode):
    jacobian = irad.jacobian(in_place, mode=mode)
    for stride in (1, 2):
        x, work = np.repeat(X, stride)[::stride], np.zeros(3 * stride)[::stride]
        found = jacobian(x, work)
        np.testing.assert_array_equal(found, np.tril(np.ones((3, 3)))[::-1] * 2 * X)
        np.testing.assert_array_equal(x, [7.0, -2.0, 3.0])
        np.testing.assert_array_equal(work, np.cumsum(X * X))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("rows", "columns"), [(2, 40), (40, 2), (0, 3), (3, 0), (0, 0)])
def test_extents_of_all_kinds(mode, rows, columns):
    x = np.linspace(1.0, 2.0, columns)
    found = irad.jacobian(moments, mode=mode)(x, rows)
    assert found.shape == (rows, columns)
    np.testing.assert_allclose(found, [(k + 1) * x**k for k in range(rows)] if rows else np.zeros((0, columns)), rtol=1e-14)


@njit
def moments(x, n):
    out = np.zeros(n)
    for i in range(x.size):
        for k in range(n):
            out[k] += x[i] ** (k + 1)
    return out


def test_the_aliases_are_the_operator():
    assert irad.jacfwd(outer, 1) is irad.jacobian(outer, 1, mode="forward")
    assert irad.jacrev(outer, "y") is irad.jacobian(outer, 1, mode="reverse")
    assert irad.jacobian(outer) is irad.jacobian(outer, argnums="x", mode="auto")


def test_hessians():
    x = np.array([1.0, -2.0, 3.0, 0.5])
    expected = hessian_of_quartic(x)
    hessian = irad.hessian(quartic)(x)
    np.testing.assert_allclose(hessian, expected, rtol=1e-14)
    np.testing.assert_allclose(irad.hessian_diagonal(quartic)(x), np.diag(expected), rtol=1e-14)
    v = np.array([1.0, 10.0, 100.0, 1000.0])
    np.testing.assert_allclose(irad.hvp(quartic)(x, v), expected @ v, rtol=1e-14)
    np.testing.assert_allclose(irad.hvp(quartic)(x, v, 2.0), 2 * expected @ v, rtol=1e-14)
    np.testing.assert_allclose(irad.hvp(quartic)(x, v=v, scale=2.0), 2 * expected @ v, rtol=1e-14)
    np.testing.assert_allclose(irad.hvp(quartic)(x[::-1], v[::-1]), hessian_of_quartic(x[::-1]) @ v[::-1], rtol=1e-14)


def test_hessians_by_several_arguments():
    x, slope = np.array([1.0, -2.0, 3.0, 0.5]), irad.gradient(quartic)
    expected, mixed = 2 * hessian_of_quartic(x), slope(x)
    (xx, xs), (sx, ss) = irad.hessian(quartic, (0, 1))(x, 2.0)
    np.testing.assert_allclose(xx, expected, rtol=1e-14)
    np.testing.assert_allclose(xs, mixed, rtol=1e-14)
    np.testing.assert_allclose(sx, mixed, rtol=1e-14)
    assert ss == 0.0
    diagonal, second = irad.hessian_diagonal(quartic, ("x", "scale"))(x, 2.0)
    np.testing.assert_allclose(diagonal, np.diag(expected), rtol=1e-14)
    assert second == 0.0
    product, along = irad.hvp(quartic, (0, 1))(x, (x, 3.0), 2.0)
    np.testing.assert_allclose(product, expected @ x + 3 * mixed, rtol=1e-14)
    assert along == pytest.approx(mixed @ x, rel=1e-14)
    assert irad.hvp(quartic, "scale")(x, 5.0, 2.0) == 0.0


def test_auxiliary_data_comes_along():
    @njit
    def both(x):
        return x * x, (x + 1, x.size)

    @njit
    def value(x):
        return (x * x * x).sum(), x + 1

    for mode in MODES:
        matrix, (shifted, size) = irad.jacobian(both, has_aux=True, mode=mode)(X)
        np.testing.assert_array_equal(matrix, np.diag(2 * X))
        np.testing.assert_array_equal(shifted, X + 1)
        assert size == 3
    matrix, shifted = irad.hessian(value, has_aux=True)(X)
    np.testing.assert_array_equal(matrix, np.diag(6 * X))
    np.testing.assert_array_equal(shifted, X + 1)
    diagonal, shifted = irad.hessian_diagonal(value, has_aux=True)(X)
    np.testing.assert_array_equal(diagonal, 6 * X)


def test_gauss_newton():
    @njit
    def residuals(x, t):
        return x[0] * np.exp(x[1] * t) - 1.0

    x, t = np.array([2.0, -0.5]), np.linspace(0.0, 1.0, 7)
    product, v = irad.gauss_newton(residuals), np.array([3.0, 5.0])
    grown = np.exp(x[1] * t)
    jacobian = np.stack([grown, x[0] * t * grown], axis=1)
    np.testing.assert_allclose(product(x, v, t), jacobian.T @ (jacobian @ v), rtol=1e-14)
    np.testing.assert_allclose(product(x, None, t), jacobian.T @ (x[0] * grown - 1.0), rtol=1e-14)
    by_both = irad.gauss_newton(residuals, ("x", "t"))(x, (v, np.zeros(7)), t)
    np.testing.assert_allclose(by_both[0], jacobian.T @ (jacobian @ v), rtol=1e-14)
    np.testing.assert_allclose(by_both[1], x[0] * x[1] * grown * (jacobian @ v), rtol=1e-14)
    x, work = X.copy(), np.zeros(3)
    matrix = np.tril(np.ones((3, 3)))[::-1] * 2 * X
    np.testing.assert_allclose(irad.gauss_newton(in_place)(x, X, work), matrix.T @ (matrix @ X), rtol=1e-14)
    np.testing.assert_array_equal(x, [7.0, -2.0, 3.0])


def test_a_given_array_is_filled():
    out = np.full((3, 3), np.nan)
    for found in (irad.jacobian(squares)(X, out=out), irad.jacobian(squares)(X, out)):
        assert found is out or np.shares_memory(found, out)
        np.testing.assert_array_equal(out, np.diag(2 * X))
    np.testing.assert_array_equal(irad.hessian(cubes)(X, out=out), np.diag(6 * X))
    diagonal = np.empty(3)
    irad.hessian_diagonal(cubes)(X, out=diagonal)
    np.testing.assert_array_equal(diagonal, 6 * X)
    assert list(inspect.signature(irad.hessian(cubes)).parameters) == ["x", "out"]


@njit
def squares(x):
    return x * x


@njit
def cubes(x):
    return (x * x * x).sum()


@njit
def raising(x):
    if x[0] > 100:
        raise ValueError("too large")
    return x * x


MATRIX = np.zeros((3, 3))


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: irad.jacobian(squares, mode="fast"), ValueError, r"jacobian\(squares\): mode is 'auto', 'forward' or 'reverse', not 'fast'"),
    (lambda: irad.jacobian(squares, chunk=0), ValueError, "chunk is how many columns or rows travel together, 1 or more, not 0"),
    (lambda: irad.jacobian(squares)(np.arange(3)), ArgumentTypeError, r"argument 0 \('x'\) is .*int64.*not differentiable"),
    (lambda: irad.jacobian(njit(lambda x: x.size))(X), OutputTypeError, "returns int64, which has no derivative"),
    (lambda: irad.jacobian(squares, has_aux=True)(X), OutputTypeError, r"must return a pair \(output, auxiliary data\)"),
    (lambda: irad.jacobian(squares)(X, out=np.zeros(3)), ArgumentTypeError, "must be a writable array of float64 with 2 dimensions in C"),
    (lambda: irad.jacobian(squares)(X, out=np.zeros((3, 3), np.float32)), ArgumentTypeError, "must be a writable array of float64"),
    (lambda: irad.jacobian(squares)(X, out=np.zeros((3, 4))), ValueError, "`out` has another shape than the derivative"),
    (lambda: irad.jacobian(squares)(MATRIX[0], out=MATRIX), ArgumentTypeError, "`out` shares memory with argument 'x'"),
    (lambda: irad.jacobian(outer, (0, 1))(X, X, out=MATRIX), ArgumentTypeError, "no single array, so that `out` cannot be given"),
    (lambda: irad.hessian(squares)(X), OutputTypeError, r"hessian\(squares\): .* returns array.*, and a gradient needs one float"),
    (lambda: irad.hvp(squares)(X, X), OutputTypeError, r"hvp\(squares\): .*a gradient needs one float"),
    (lambda: irad.hvp(cubes)(X, 1.0), ArgumentTypeError, "the vector is float64, and must be an array of float64 with 1 dimension"),
    (lambda: irad.hvp(cubes)(X, X[:2]), ArgumentTypeError, "has another shape than the argument"),
    (lambda: irad.gauss_newton(squares)(X, (X,)), ArgumentTypeError, "the vector is UniTuple.*and must be an array of float64"),
    (lambda: irad.jacobian(raising)(X * 101), ValueError, "too large"),
])
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("call", [
    lambda: irad.jacobian(outer, (0, 1), mode="forward")(X, X[::2]),
    lambda: irad.jacobian(outer, (0, 1), mode="reverse")(X, X[::2]),
    lambda: irad.jacobian(moments)(np.ones(40), 2),
    lambda: irad.jacobian(in_place)(X.copy(), np.zeros(3)),
    lambda: irad.jacobian(squares)(X, out=MATRIX),
    lambda: irad.jacobian(squares)(X, out=np.zeros((3, 4))),
    lambda: irad.hessian(cubes)(X),
    lambda: irad.hessian_diagonal(cubes)(X),
    lambda: irad.hvp(cubes)(X, X),
    lambda: irad.hvp(cubes)(X, X[:2]),
    lambda: irad.gauss_newton(squares)(X, X),
    lambda: irad.jacobian(raising, mode="forward")(X * 101),
    lambda: irad.jacobian(raising, mode="reverse")(X * 101),
])
def test_nothing_leaks(call):
    assert left_behind(call, ValueError, TypeError) == 0


def test_inside_compiled_code():
    @njit
    def everything(x, v):
        return (irad.jacobian(squares)(x), irad.jacfwd(squares)(x), irad.jacrev(squares, argnums="x")(x), irad.hessian(cubes)(x),
                irad.hessian_diagonal(cubes)(x), irad.hvp(cubes)(x, v), irad.gauss_newton(squares)(x, v))

    forward, same, reverse, hessian, diagonal, product, normal = everything(X, np.ones(3))
    for matrix in (forward, same, reverse):
        np.testing.assert_array_equal(matrix, np.diag(2 * X))
    np.testing.assert_array_equal(hessian, np.diag(6 * X))
    np.testing.assert_array_equal(diagonal, 6 * X)
    np.testing.assert_array_equal(product, 6 * X)
    np.testing.assert_array_equal(normal, 4 * X * X)


def test_derivatives_of_matrices():
    third = irad.jacobian(irad.hessian(quartic))(X)
    step = 1e-5
    for k, axis in enumerate(np.eye(3)):
        difference = (hessian_of_quartic(X + step * axis) - hessian_of_quartic(X - step * axis)) / (2 * step)
        np.testing.assert_allclose(third[:, :, k], difference, atol=1e-8)  # a quartic: its third derivative is linear, so this is exact

    @njit
    def size_of_jacobian(x):
        matrix = irad.jacobian(squares)(x)
        return (matrix * matrix).sum()

    np.testing.assert_allclose(irad.gradient(size_of_jacobian)(X), 8 * X, rtol=1e-15)
