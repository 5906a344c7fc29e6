"""Products of matrices by BLAS in first derivatives, for matrices that are large enough: in all layouts, overwritten, shared, in loops."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from numba import njit
from numba.core import types

import irad
from calling import left_behind
from irad.numba_ import blas, products

pytestmark = pytest.mark.skipif(not blas.available(), reason="Numba's products need SciPy")

RNG = np.random.default_rng(5)
M, K, N = 40, 30, 50
A, B, W, S = RNG.normal(size=(M, K)), RNG.normal(size=(K, N)), RNG.normal(size=(M, N)), RNG.normal(size=(M, M)) / M
CLOSE = {"rtol": 1e-12, "atol": 1e-12}  # sums of some tens of products, in another order


@njit
def weighted(a, b, w):
    return np.sum((a @ b) * w)


@njit
def into(a, b, w):
    out = np.ones(w.shape)
    np.dot(a, b, out)
    return np.sum(out * out * w)


@njit
def overwritten(a, b, w):
    c = a.copy()
    y = c @ b
    c[:] = 2.0 * c
    return np.sum(y * w) + np.sum((c @ b) ** 2)


@njit
def in_a_loop(w, x):
    total = 0.0
    for _ in range(3):
        x = np.tanh(w @ x)
        total += np.sum(x)
    return total


@njit
def squared(a):
    return np.sum(a @ a) + np.sum(a.T @ a)


@njit
def product_of_both(a, b):
    return np.sum((a @ b) ** 2)


def by_blas(derivative: object) -> bool:
    return "@irad.gemm(" in "".join(derivative.inspect_llvm().values())


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("orders", ["CC", "CF", "FC", "FF"])
def test_layouts(orders: str, dtype: type) -> None:
    a, b = (np.asarray(x, dtype, order=order) for x, order in zip((A, B), orders, strict=True))
    w = W.astype(dtype)
    gradient = irad.gradient(weighted, (0, 1, 2))
    close = CLOSE if dtype is np.float64 else {"rtol": 1e-4, "atol": 1e-4}
    for found, wanted in zip(gradient(a, b, w), (w @ b.T, a.T @ w, a @ b), strict=True):
        assert found.dtype == dtype
        np.testing.assert_allclose(found, wanted, **close)
    assert by_blas(gradient)
    value, moved = irad.jvp(weighted)((a, b, w), (a, 2 * b, None))
    np.testing.assert_allclose([value, moved], [np.sum(a @ b * w), 3 * np.sum(a @ b * w)], rtol=1e-12 if dtype is np.float64 else 1e-4)


def test_one_of_the_two_is_constant() -> None:
    """Its shadow is null."""
    for index, wanted in ((0, W @ B.T), (1, A.T @ W)):
        gradient = irad.gradient(weighted, index)
        np.testing.assert_allclose(gradient(A, B, W), wanted, **CLOSE)
        assert by_blas(gradient)
        tangents = [None] * 3
        tangents[index] = (A, B)[index]
        np.testing.assert_allclose(irad.jvp(weighted)((A, B, W), tuple(tangents))[1], np.sum(A @ B * W), rtol=1e-12)


def test_matrices_that_may_not_be_written() -> None:
    """Globals are constants; arguments may be read-only."""
    a = A.copy()
    a.flags.writeable = False
    gradient = irad.gradient(lambda a: np.sum((a @ B) * W))
    np.testing.assert_allclose(gradient(a), W @ B.T, **CLOSE)
    assert by_blas(gradient)


def test_given_output() -> None:
    gradient = irad.gradient(into, (0, 1))
    g = 2 * (A @ B) * W
    for found, wanted in zip(gradient(A, B, W), (g @ B.T, A.T @ g), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-10)
    assert by_blas(gradient)


def test_operands_that_are_overwritten() -> None:
    gradient = irad.gradient(overwritten, (0, 1))
    g = 8 * (A @ B)
    for found, wanted in zip(gradient(A, B, W), (W @ B.T + g @ B.T, A.T @ W + A.T @ g), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-10)
    assert by_blas(gradient)


def test_in_a_loop() -> None:
    """Against the sweep by hand."""
    states = [W[:, :M]]
    for _ in range(3):
        states.append(np.tanh(S @ states[-1]))
    s_bar, x_bar = np.zeros_like(S), np.zeros_like(states[0])
    for before, after in zip(states[-2::-1], states[:0:-1], strict=True):
        y_bar = (x_bar + 1) * (1 - after**2)
        s_bar, x_bar = s_bar + y_bar @ before.T, S.T @ y_bar
    gradient = irad.gradient(in_a_loop, (0, 1))
    for found, wanted in zip(gradient(S, states[0]), (s_bar, x_bar), strict=True):
        np.testing.assert_allclose(found, wanted, **CLOSE)
    assert by_blas(gradient)


def test_one_matrix_twice() -> None:
    ones = np.ones_like(S)
    np.testing.assert_allclose(irad.gradient(squared)(S), ones @ S.T + S.T @ ones + S @ (ones + ones.T), **CLOSE)
    g = 2 * S @ S
    for found, wanted in zip(irad.gradient(product_of_both, (0, 1))(S, S), (g @ S.T, S.T @ g), strict=True):
        np.testing.assert_allclose(found, wanted, **CLOSE)


def test_small_matrices_are_loops() -> None:
    """By the same derivative, empty ones too."""
    gradient = irad.gradient(weighted, (0, 1))
    for m, k, n in ((3, 4, 2), (1, 1, 1), (0, 3, 4), (3, 0, 4), (300, 1, 300), (0, 0, 0)):
        a, b, w = RNG.normal(size=(m, k)), RNG.normal(size=(k, n)), RNG.normal(size=(m, n))
        for found, wanted in zip(gradient(a, b, w), (w @ b.T, a.T @ w), strict=True):
            np.testing.assert_allclose(found, wanted, **CLOSE)


def test_exceptions_are_the_functions_own() -> None:
    with pytest.raises(ValueError, match="incompatible array sizes"):
        irad.gradient(weighted)(A, A, W)
    with pytest.raises(ValueError, match="incompatible output array size"):
        irad.gradient(into)(A, B, W[:-1])


def test_higher_derivatives_are_loops() -> None:
    """And so are columns that travel together."""
    v = RNG.normal(size=(M, K))
    product = irad.hvp(product_of_both)
    np.testing.assert_allclose(product(A, v, B), 2 * v @ B @ B.T, rtol=1e-11, atol=1e-10)
    assert not by_blas(product)
    jacobian = irad.jacobian(lambda a, b: (a @ b)[0], mode="forward")
    wanted = np.zeros((N, M, K))
    wanted[:, 0, :] = B.T
    np.testing.assert_allclose(jacobian(A, B), wanted, **CLOSE)
    assert not by_blas(jacobian)


def test_nothing_is_left_behind() -> None:
    for function in (weighted, overwritten, into):
        assert left_behind(partial(irad.gradient(function, (0, 1)), A, B, W)) == 0


def test_inside_njit() -> None:
    gradient = irad.gradient(weighted)

    @njit
    def called(a, b, w):
        return gradient(a, b, w)

    np.testing.assert_allclose(called(A, B, W), W @ B.T, **CLOSE)


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products are loops: so they are for complex numbers, and where the elements are not side by side."""
    def names(type_: types.Array) -> tuple[str, ...]:
        return products._product(type_, type_).__code__.co_names

    matrix = types.Array(types.float64, 2, "C")
    assert "product" in names(matrix)
    assert "product" not in names(types.Array(types.complex128, 2, "C"))
    assert "product" not in names(matrix.copy(layout="A"))
    monkeypatch.setattr(blas, "available", lambda: False)
    assert "product" not in names(matrix)
