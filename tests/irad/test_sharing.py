"""Arguments that share memory while one of them is written, against dual numbers on the memory that they share.

A case is a function and the way its arguments lie in one array: the reference differentiates the function of that array.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from numba import njit

import irad
from calling import leaked
from irad.errors import UnsupportedError
from lifting import lift
from reference import dual_hessian_product, dual_jacobian
from scenarios.scenario import numbers, signed


@dataclass(frozen=True)
class Case:
    """``views(memory)`` are the arguments."""

    name: str
    function: Callable[..., Any]
    views: Callable[[np.ndarray], tuple[Any, ...]]
    size: int = 6


def sines_into(x, out):
    for i in range(x.shape[0]):
        out[i] = math.sin(x[i]) * x[i]
    s = 0.0
    for i in range(x.shape[0]):
        s += x[i] * out[x.shape[0] - 1 - i]
    return s


def accumulated(x, out):
    for i in range(x.shape[0]):
        out[i] += x[i] * x[i]
    return np.sum(out * x)


def shifted(a, b):
    for i in range(a.shape[0]):
        b[i] = a[i] * b[i] + a[0]
    return a[0] * b[0] + a[a.shape[0] - 1] * b[1]


def three(a, b, c):
    for i in range(a.shape[0]):
        c[i] = a[i] * b[i]
        a[i] = c[0] + b[i]
    return np.sum(a * b) + c[1]


def table(m, v):
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            m[i, j] = m[i, j] * v[j] + m[j, i]
    return np.sum(m * m)


def pair(p, x):
    a, b = p
    for i in range(a.shape[0]):
        b[i] = a[i] * x[i]
    return np.sum(a * b * x)


def folded(a, k):
    s = 0.0
    for i in range(a.shape[0]):
        a[i] = a[i] * a[i] * k
        s += a[a.shape[0] - 1 - i]
    return s


def both_returned(a, b):
    a[1:] = b[:-1] * 2.0
    return a, b, a


def blocks(a, b):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            b[i, j] = a[i, j] * b[i, j] + a[0, 0]
    return np.sum(a * b)


@njit
def into_each_other(a, b, n):
    if n == 0:
        return a[0] * b[1]
    b[0] = a[0] * a[1] * a[0]
    a[1] = math.sin(b[0]) + b[1]
    return into_each_other(b, a, n - 1) * a[0] + b[1] * b[1]


def recursive(a, b):
    return into_each_other(a, b, 3)


def apart(a, b, c):
    b[:] = a * b
    c[:] = c * c
    return np.sum(a * b) + np.sum(c)


CASES = (
    Case("the_same_twice", sines_into, lambda m: (m, m)),
    Case("the_same_twice_accumulated", accumulated, lambda m: (m, m)),
    Case("shifted_up", shifted, lambda m: (m[:-1], m[1:])),
    Case("shifted_down", shifted, lambda m: (m[2:], m[:-2])),
    Case("other_strides", shifted, lambda m: (m[::2], m[:3])),
    Case("backwards", shifted, lambda m: (m, m[::-1])),
    Case("in_the_middle", sines_into, lambda m: (m[2:4], m)),
    Case("three_in_a_chain", three, lambda m: (m[:3], m[2:5], m[3:])),
    Case("table_and_row", table, lambda m: (m.reshape(3, 3), m[3:6]), 9),
    Case("table_and_column", table, lambda m: (m.reshape(3, 3).T, m[1::3]), 9),
    Case("in_a_tuple", pair, lambda m: ((m[:4], m[1:5]), m[2:])),
    Case("elements_in_one_place", folded, lambda m: (np.lib.stride_tricks.as_strided(m, (3, ), (0, )), 1.5)),
    Case("windows", table, lambda m: (np.lib.stride_tricks.as_strided(m, (3, 3), (m.itemsize, m.itemsize)), m[3:]), 6),
    Case("returned", both_returned, lambda m: (m[:4], m[2:])),
    Case("blocks", blocks, lambda m: (m.reshape(4, 5)[::2, ::-2], m[1:7].reshape((2, 3), order="F")), 20),
    Case("through_recursion", recursive, lambda m: (m[:2], m[1:3])),
    Case("two_groups", apart, lambda m: (m[:3], m[1:4], m[4:7]), 7),
)


compiled = cache(njit)


def of_memory(function: Callable[..., Any], views: Callable[[np.ndarray], tuple[Any, ...]]) -> Callable[[np.ndarray], Any]:
    """The function of the memory that the arguments share, for any kind of numbers."""
    lifted = lift(function)
    return lambda memory: lifted(*views(memory))


def flat(tree: Any) -> np.ndarray:
    if isinstance(tree, (tuple, list)):
        return np.concatenate([flat(item) for item in tree]) if tree else np.zeros(0)
    return np.zeros(0) if tree is None else np.ravel(np.asarray(tree, float))


def spread_back(case: Case, memory: np.ndarray, parts: tuple[Any, ...], into: Callable[[np.ndarray, Any], None]) -> None:
    """Call ``into(view, part)`` for each array of the arguments, as a view of ``memory``."""
    def visit(view: Any, part: Any) -> None:
        if isinstance(view, tuple):
            for pair in zip(view, part, strict=True):
                visit(*pair)
        elif isinstance(view, np.ndarray):
            into(view, part)

    visit(case.views(memory), parts)


def active(tree: Any) -> Any:
    """Tangents for the arrays: irregular numbers."""
    if isinstance(tree, tuple):
        return tuple(map(active, tree))
    return signed(*tree.shape) if isinstance(tree, np.ndarray) else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_derivatives(case):
    function = compiled(case.function)
    memory = numbers(case.size)
    expected = dual_jacobian(of_memory(case.function, case.views), (memory.copy(),))
    count = len(case.views(memory))
    by = tuple(index for index, view in enumerate(case.views(memory)) if not isinstance(view, float))

    def fresh() -> tuple[np.ndarray, tuple[Any, ...]]:
        copy = memory.copy()
        return copy, case.views(copy)

    # Each argument's gradient is that of the memory, where the argument lies.
    after, arguments = fresh()
    rows = expected.matrix.shape[0]
    weights = signed(rows)
    if case.name == "returned":
        given = tuple(np.split(weights, np.cumsum([4, 4])))
        value, found = irad.vjp(function, by)(arguments, given)
    else:
        weights = np.ones(1)
        value, found = irad.value_and_gradient(function, by)(*arguments)
    np.testing.assert_allclose(flat(value), flat(expected.value), rtol=1e-13)
    np.testing.assert_allclose(after, np.asarray(expected.args[0], float), rtol=1e-13)
    adjoint = weights @ expected.matrix
    parts = dict(zip(by, found, strict=True))
    spread_back(case, adjoint, tuple(parts.get(index) for index in range(count)),
                lambda view, part: np.testing.assert_allclose(part, view, rtol=1e-12, atol=1e-12))

    # Tangents of arguments that share memory add up there.
    after, arguments = fresh()
    tangents = tuple(active(view) for view in arguments)
    moved = np.zeros(case.size)
    spread_back(case, moved, tangents, add_one_by_one)
    value, slope = irad.jvp(function)(arguments, tangents)
    np.testing.assert_allclose(flat(value), flat(expected.value), rtol=1e-13)
    np.testing.assert_allclose(flat(slope), expected.matrix @ moved, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(after, np.asarray(expected.args[0], float), rtol=1e-13)
    again = irad.jvp(function) if case.name == "returned" else irad.value_and_gradient(function, by)

    def call() -> None:
        views = fresh()[1]
        again(views, tangents) if case.name == "returned" else again(*views)

    assert leaked(call) == 0


def add_one_by_one(view: np.ndarray, part: np.ndarray) -> None:
    for index in np.ndindex(view.shape):
        view[index] += part[index]


def test_what_is_not_written_has_partial_derivatives_of_its_own():
    @njit
    def f(x, y):
        return np.sum(x * x * y[::-1])

    x = numbers(5)
    dx, dy = irad.gradient(f, (0, 1))(x, x)
    np.testing.assert_allclose(dx, 2 * x * x[::-1])
    np.testing.assert_allclose(dy, x[::-1] ** 2)
    np.testing.assert_allclose(irad.gradient(f)(x, x), dx)
    assert math.isclose(irad.jvp(f)((x, x), (x, None))[1], dx @ x)


def test_constant_arguments_share_the_memory_of_differentiated_ones():
    x = numbers(5)
    np.testing.assert_allclose(irad.gradient(njit(accumulated), 0)(x.copy(), x.copy()), 2 * x * x + x + x * x, rtol=1e-12)
    m = x.copy()
    np.testing.assert_allclose(irad.gradient(njit(accumulated), 0)(m, m), 2 * (x + x * x) * (1 + 2 * x), rtol=1e-12)


def test_a_complex_array_and_its_real_part():
    @njit
    def f(z, real):
        s = 0.0
        for i in range(real.shape[0]):
            real[i] = real[i] * real[i]
            s += z[i].real ** 2 + z[i].imag ** 2
        return s

    z = np.array([1.0 + 2.0j, 0.5 - 1.0j, 2.0 + 0.25j])
    expected, memory = 4 * z.real**3 + 2j * z.imag, z.copy()
    whole, part = irad.gradient(f, (0, 1))(memory, memory.real)
    np.testing.assert_allclose(whole, expected, rtol=1e-13)
    np.testing.assert_allclose(part, expected.real, rtol=1e-13)
    memory = z.copy()
    assert math.isclose(irad.jvp(f)((memory, memory.real), (np.ones(3) + 1j, np.ones(3)))[1], np.sum(2 * expected.real + expected.imag))


def test_a_number_that_its_real_part_overwrites_is_kept():
    @njit
    def f(z, real):
        s = 0.0
        for i in range(real.shape[0]):
            s += z[i].real ** 3 * z[i].imag
            real[i] = 3.0
        return s

    z = np.array([1.0 + 2.0j, 0.5 - 1.0j, 2.0 + 0.25j])
    memory = z.copy()
    np.testing.assert_allclose(irad.gradient(f)(memory, memory.real), 3 * z.real**2 * z.imag + 1j * z.real**3, rtol=1e-13)


def test_integers_share_memory_too():
    @njit
    def f(x, index, out):
        s = 0.0
        for i in range(index.shape[0]):
            s += x[index[i]] * x[index[i]] * (i + 1)
            out[i] = 0
        return s

    x, index = numbers(4), np.array([3, 1, 2, 2])
    expected = irad.gradient(f)(x, index.copy(), np.zeros(4, np.int64))
    np.testing.assert_array_equal(irad.gradient(f)(x, index, index), expected)
    np.testing.assert_array_equal(index, 0)


def test_second_derivatives():
    memory = numbers(5)
    direction = signed(5)
    views = (lambda m: (m, m), lambda m: (m[:-1], m[1:]))
    functions = (accumulated, shifted)
    for function, lie in zip(functions, views, strict=True):
        whole = dual_hessian(of_memory(function, lie), memory)
        arguments = lie(memory.copy())
        tangent = lie(direction)[0]
        moved = np.zeros(5)
        lie(moved)[0][:] = tangent
        compiled = njit(function)
        found = irad.jvp(irad.gradient(compiled))(arguments, (tangent, None))[1]
        np.testing.assert_allclose(found, lie(whole @ moved)[0], rtol=1e-11, atol=1e-11)
        first, *rest = lie(memory.copy())
        np.testing.assert_allclose(irad.hvp(compiled)(first, tangent, *rest), found, rtol=1e-13)


def dual_hessian(function: Callable[[np.ndarray], Any], memory: np.ndarray) -> np.ndarray:
    return np.array([dual_hessian_product(function, (memory.copy(),), (0,), (row,)) for row in np.eye(memory.size)])


def test_a_cotangent_that_is_written():
    @njit
    def f(x, out):
        out[:] = x * x
        return x * out

    x, out = numbers(4), numbers(4) + 1.0
    expected = irad.vjp(f)((x, out.copy()), out.copy())[1]
    np.testing.assert_allclose(irad.vjp(f)((x, out), out)[1], expected, rtol=1e-13)


def test_called_from_njit_and_without_the_gil():
    gradient = irad.gradient(njit(nogil=True)(accumulated))

    @njit(nogil=True)
    def caller(x, y):
        return gradient(x, y)

    x = numbers(5)
    expected = 2 * (x + x * x) * (1 + 2 * x)
    for function in (caller, gradient):
        memory = x.copy()
        np.testing.assert_allclose(function(memory, memory), expected, rtol=1e-12)


def test_an_exception_in_the_second_version():
    @njit
    def f(x, y):
        for i in range(x.shape[0]):
            y[i] += x[i]
            if y[i] > 2.0:
                raise ValueError("too large", i)
        return np.sum(y * x)

    memory = np.array([0.1, 0.2, 1.1, 0.3])
    with pytest.raises(ValueError, match="too large") as caught:
        irad.gradient(f)(memory, memory)
    assert caught.value.args == ("too large", 2)
    np.testing.assert_array_equal(memory, [0.2, 0.4, 2.2, 0.3])


def test_different_types_in_one_memory():
    @njit
    def f(x, bits):
        bits[0] = 0
        return x[0] * x[1]

    x = numbers(3)
    with pytest.raises(UnsupportedError, match=r"'bits' and 'x' of `f` .*array\(int64, 1d, C\) and array\(float64, 1d, C\).*same memory"):
        irad.gradient(f)(x, x.view(np.int64))


def test_results_that_would_be_of_another_type():
    memory, tangent = numbers(7), signed(4)
    with pytest.raises(UnsupportedError, match=r"share memory while one of them is written, and the result would be .*A.*Pass cont"):
        irad.jvp(njit(both_returned))((memory[::2], memory[:4]), (tangent, tangent))


def test_forms_that_want_memory_of_their_own():
    """A matrix runs its function several times; the shadows of `autodiff` are the caller's."""
    function, x = njit(accumulated), numbers(3)
    for call in (lambda: irad.jacobian(function)(x, x),
                 lambda: irad.gauss_newton(function)(x, x, x),
                 lambda: irad.autodiff(irad.Reverse, function, irad.Duplicated(x, x.copy()), irad.Duplicated(x, x.copy())),
                 lambda: irad.autodiff(irad.Forward, function, irad.Duplicated(x, x.copy()), irad.Const(x))):
        with pytest.raises(UnsupportedError, match=r"'out' and 'x' of `accumulated`.*same memory, and 'out' is written.*Pass a copy"):
            call()
    np.testing.assert_array_equal(x, numbers(3))


def test_a_derivative_inside_of_what_is_differentiated():
    gradient = irad.gradient(njit(accumulated))

    @njit
    def f(x):
        return np.sum(gradient(x, x))

    x = numbers(3)
    np.testing.assert_allclose(f(x.copy()), np.sum(2 * (x + x * x) * (1 + 2 * x)), rtol=1e-12)
    with pytest.raises(UnsupportedError, match=r"'out' and 'x' of `accumulated`.*cannot differentiate here. Pass a copy"):
        irad.gradient(f)(x)
