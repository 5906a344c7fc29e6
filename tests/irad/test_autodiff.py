"""The primitive: annotated arguments, shadows that are the caller's, seeds; from Python and inside njit; and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

import irad
from calling import left_behind
from irad import Active, Const, Duplicated, Forward, Reverse, autodiff
from irad.errors import ArgumentTypeError, OutputTypeError


@njit
def fill(x, scale, out):
    """out[i] = scale · (x[0]² + … + x[i]²): its Jacobian is a lower triangle."""
    total = 0.0
    for i in range(x.size):
        total += x[i] * x[i]
        out[i] = scale * total


@njit
def product(a, b, n=1):
    return a * b**n


@njit
def several(x, y):
    return x * y, (x.sum(), x.size)


X = np.array([1.0, -2.0, 3.0])
TRIANGLE = np.tril(np.ones((3, 3))) * 2 * X


@pytest.mark.parametrize("stride", [1, 2])
def test_reverse_adds_to_shadows_and_takes_the_output_s_away(stride):
    x, out = np.repeat(X, stride)[::stride], np.zeros(3 * stride)[::stride]
    x_bar, out_bar = np.ones(3 * stride)[::stride], np.repeat([1.0, 10.0, 100.0], stride)[::stride]
    weights = out_bar.copy()
    nothing, (scale_bar,) = autodiff(Reverse, fill, Duplicated(x, x_bar), Active(2.0), Duplicated(out, out_bar))
    assert nothing is None
    np.testing.assert_allclose(out, 2 * np.cumsum(X * X))
    np.testing.assert_allclose(x_bar, 1 + 2 * weights @ TRIANGLE)
    assert scale_bar == weights @ np.cumsum(X * X)
    np.testing.assert_array_equal(out_bar, np.zeros(3))


@pytest.mark.parametrize("stride", [1, 2])
def test_forward_leaves_the_output_s_tangent(stride):
    x, out = np.repeat(X, stride)[::stride], np.zeros(3 * stride)[::stride]
    x_dot, out_dot = np.repeat([1.0, 10.0, 100.0], stride)[::stride], np.full(3 * stride, np.nan)[::stride]
    assert autodiff(Forward, fill, Duplicated(x, x_dot), Duplicated(2.0, 3.0), Duplicated(out, out_dot)) == (None, None)
    np.testing.assert_allclose(out_dot, 2 * TRIANGLE @ x_dot + 3 * np.cumsum(X * X))
    np.testing.assert_array_equal(x_dot, [1.0, 10.0, 100.0])
    out_dot[:] = 0.0
    autodiff(Forward, fill, Const(x), Duplicated(2.0, 3.0), Duplicated(out, out_dot))
    np.testing.assert_allclose(out_dot, 3 * np.cumsum(X * X))


def test_scalars_and_seeds():
    assert autodiff(Reverse, product, Active(2.0), Active(3.0)) == (6.0, (3.0, 2.0))
    assert autodiff(Reverse, product, Active(2.0), Const(3.0), seed=10.0) == (6.0, (30.0,))
    assert autodiff(Forward, product, Duplicated(2.0, 1.0), Duplicated(3.0, 10.0), Const(2)) == (18.0, 9.0 + 120.0)
    value, (bar,) = autodiff(Reverse, product, Active(np.float32(2)), Const(np.float32(3)))
    assert value == 6.0 and bar == 3.0


def test_outputs_of_any_structure_with_a_seed():
    y, y_bar = np.array([4.0, 5.0, 6.0]), np.zeros(3)
    seed = (np.array([1.0, 10.0, 100.0]), (2.0, None))
    (products, (total, size)), (x_bar,) = autodiff(Reverse, several, Active(X), Duplicated(y, y_bar), seed=seed)
    np.testing.assert_array_equal(products, X * y)
    assert total == 2.0 and size == 3
    np.testing.assert_array_equal(x_bar, seed[0] * y + 2.0)
    np.testing.assert_array_equal(y_bar, seed[0] * X)


def test_inside_compiled_code_and_differentiated_again():
    @njit
    def sensitivity(x, scale):
        out, x_bar, out_bar = np.empty(x.size), np.zeros(x.size), np.ones(x.size)
        autodiff(Reverse, fill, Duplicated(x, x_bar), Const(scale), Duplicated(out, out_bar))
        value, moved = autodiff(Forward, product, Duplicated(scale, 1.0), Const(5.0))
        same, (bar,) = autodiff(Reverse, product, Active(scale), Const(5.0), seed=2.0)
        return x_bar, value + same, moved + bar

    x_bar, value, moved = sensitivity(X, 2.0)
    np.testing.assert_allclose(x_bar, 2 * TRIANGLE.sum(axis=0))
    assert value == 20.0 and moved == 15.0

    @njit
    def norm(x):
        out, x_bar, out_bar = np.empty(x.size), np.zeros(x.size), np.ones(x.size)
        autodiff(Reverse, fill, Duplicated(x, x_bar), Const(1.0), Duplicated(out, out_bar))
        return (x_bar * x_bar).sum()

    factor = 2.0 * np.array([3.0, 2.0, 1.0])  # the sums of the columns of the triangle, over x
    np.testing.assert_allclose(irad.gradient(norm)(X), 2 * factor**2 * X)
    _, slope = irad.jvp(norm)((X,), (X,))
    assert slope == pytest.approx((2 * factor**2 * X) @ X, rel=1e-14)


BUFFER = np.zeros(8)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: autodiff(Mode_of_another_kind, product, Active(1.0), Active(1.0)), TypeError, "the mode is irad.Forward or irad.Reverse, not"),
    (lambda: autodiff(Reverse, product, 1.0, Active(1.0)), TypeError, r"argument 0 is float. Say how it takes part: irad.Const\(a\)"),
    (lambda: autodiff(Reverse, product, Const(1.0), Const(1.0)), ValueError, r"autodiff\(product\): all arguments are Const"),
    (lambda: autodiff(Reverse, product, *[Active(1.0)] * 4), TypeError, "4 arguments, and `product` takes 3: a, b, n"),
    (lambda: autodiff(Forward, product, Active(1.0), Const(1.0)), ArgumentTypeError, r"Active, which is for reverse.*Duplicated\(a, t"),
    (lambda: autodiff(Forward, product, Duplicated(1.0, 1.0), Const(1.0), seed=1.0), ArgumentTypeError, "a seed is for reverse mode"),
    (lambda: autodiff(Reverse, product, Active(1), Const(1.0)), ArgumentTypeError, r"argument 0 \('a'\) is int64, not differentiable"),
    (lambda: autodiff(Reverse, product, Duplicated(1.0, 1.0), Const(1.0)), ArgumentTypeError, "no memory to add to. Give it as Active"),
    (lambda: autodiff(Reverse, several, Active(X), Const(X)), OutputTypeError, "without a seed it must return a float, or nothing"),
    (lambda: autodiff(Reverse, several, Active(X), Const(X), seed=1.0), ArgumentTypeError, "the seed is float64, and must be a tuple of 2"),
    (lambda: autodiff(Reverse, np_sum, Duplicated((X,), (X,))), ArgumentTypeError, "is a tuple, which is not duplicated as a whole"),
    (lambda: autodiff(Reverse, np_sum, Duplicated(X, None)), ArgumentTypeError, "the shadow of argument 'x' is none, and must be written"),
    (lambda: autodiff(Reverse, np_sum, Duplicated(X, np.zeros(3, np.float32))), ArgumentTypeError, "shadow of argument 'x' is .*float32"),
    (lambda: autodiff(Reverse, np_sum, Duplicated(X, np.zeros(2))), ArgumentTypeError, "shadow of argument 'x' .*has another shape"),
    (lambda: autodiff(Reverse, np_sum, Duplicated(X, X)), ArgumentTypeError, "the shadow of 'x' and argument 'x' of .* share memory"),
    (lambda: autodiff(Reverse, several, Duplicated(X, BUFFER[:3]), Duplicated(X, BUFFER[2:5]), seed=(X, (1.0, None))), ArgumentTypeError,
     "the shadow of 'x' and the shadow of 'y' of .* share memory"),
    (lambda: autodiff(Forward, fill, Duplicated(X, BUFFER[:3]), Const(1.0), Duplicated(BUFFER[5:], BUFFER[2:5])), ArgumentTypeError,
     "the shadow of 'x' and the shadow of 'out' of .* share memory"),
])
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@njit
def np_sum(x):
    return x[0].sum() if isinstance(x, tuple) else x.sum()


class Mode_of_another_kind:
    pass


def test_tangents_that_are_only_read_may_be_one():
    moved = autodiff(Forward, two_sums, Duplicated(X, BUFFER[5:]), Duplicated(X, BUFFER[5:]))[1]
    assert moved == 0.0


@njit
def two_sums(x, y):
    return (x * y).sum()


@pytest.mark.parametrize("call", [
    lambda: autodiff(Reverse, fill, Duplicated(X[::2], np.zeros(2)), Active(2.0), Duplicated(np.zeros(4)[::2], np.ones(2))),
    lambda: autodiff(Forward, fill, Duplicated(X[::2], np.zeros(2)), Const(2.0), Duplicated(np.zeros(4)[::2], np.ones(4)[::2])),
    lambda: autodiff(Reverse, several, Active(X), Duplicated(X, np.zeros(3)), seed=(X, (1.0, None))),
    lambda: autodiff(Reverse, np_sum, Duplicated(X, np.zeros(2))),
])
def test_nothing_leaks(call):
    assert left_behind(call, TypeError) == 0
