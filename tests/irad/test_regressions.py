"""Programs that irad once got wrong, each as small as it can be."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from numba import njit
from numba.core.runtime import rtsys
from numba.core.runtime._nrt_python import memsys_enable_stats
from numba.typed import List

import irad

memsys_enable_stats()


def gradient_and_jvp(function, x):
    """The gradient, and the directional derivative along ones: which must be its sum."""
    ones = np.ones_like(x)
    found = irad.gradient(function)(x.copy())
    np.testing.assert_allclose(irad.jvp(function)((x.copy(),), (ones,))[1], found.sum(), rtol=1e-6)
    return found


def test_zeros_stored_as_an_integer_end_what_was_there():
    @njit
    def f(x):
        x[0:1] = 0.0
        return x[0] + x[1]

    np.testing.assert_array_equal(gradient_and_jvp(f, np.ones(3)), [0.0, 1.0, 0.0])


def test_two_singles_copied_as_one_integer():
    @njit
    def f(x):
        a = np.zeros(2, x.dtype)
        a[:] = x
        b = a.copy()
        return b[0] * 3 + b[1]

    np.testing.assert_array_equal(gradient_and_jvp(f, np.ones(2, np.float32)), [3.0, 1.0])


def test_bits_of_floats_are_refused():
    @njit
    def inverse_root(x):
        bits = x.view(np.int64)
        guess = np.empty(1, np.int64)
        guess[0] = 0x5FE6EB50C7B537A9 - (bits[0] >> 1)
        return guess.view(np.float64)[0]

    with pytest.raises(irad.errors.UnsupportedError, match="bits"):
        irad.gradient(inverse_root)(np.ones(1))


def test_floats_in_a_typed_list_are_followed():
    @njit
    def f(x):
        items = List()
        items.append(x)
        items.append(x * x)
        return items[1] * x

    assert irad.gradient(f)(3.0) == 27.0


def test_what_was_written_before_an_exception_is_seen_through_strides():
    @njit
    def f(x):
        x[0] = 5.0 * x[1]
        if x[0] > 0.0:
            raise ValueError("positive")
        return x[0]

    x = np.ones(6)[::2]
    with pytest.raises(ValueError, match="positive"):
        irad.gradient(f)(x)
    np.testing.assert_array_equal(x, [5.0, 1.0, 1.0])


def test_an_exception_with_run_time_arguments():
    @njit
    def f(x):
        if x[0] > 1:
            raise ValueError("size", x.size)
        return x[0] ** 2

    with pytest.raises(ValueError, match="size") as caught:
        irad.gradient(f)(np.full(3, 2.0))
    assert caught.value.args == ("size", 3)


def test_print(capfd):
    @njit
    def f(x):
        print("x is", x[0])
        return x[0] ** 2

    np.testing.assert_array_equal(irad.gradient(f)(np.full(2, 2.0)), [4.0, 0.0])
    assert "x is 2.0" in capfd.readouterr().out


def test_a_tape_larger_than_any_memory():
    @njit
    def f(x, n):
        s = 0.5
        for _ in range(n):
            s = math.sin(s) * x
        return s

    with pytest.raises(MemoryError):
        irad.gradient(f)(0.5, 2**61 + 5)
    assert np.isfinite(irad.gradient(f)(0.5, 10))


def test_an_argument_that_is_returned():
    @njit
    def f(a):
        a[0] = a[0] * 2
        return a

    value, moved = irad.jvp(f)((np.arange(3.0),), (np.ones(3),))
    np.ones(3) * 7  # would take the place of a tangent that was freed
    np.testing.assert_array_equal(value, [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(moved, [2.0, 1.0, 1.0])


def test_a_constant_argument_that_is_returned_has_a_zero_tangent():
    @njit
    def f(a, b):
        return b if a[0] > 0 else a

    _, moved = irad.jvp(f)((np.ones(3), np.ones(3)), (np.ones(3), None))
    np.testing.assert_array_equal(moved, np.zeros(3))


def test_a_result_with_a_gap_in_it():
    @njit
    def f(x, a):
        return x, a * x

    single = np.float32
    arguments = single(2), np.arange(3, dtype=single)
    (_, array), (moved_x, moved) = irad.jvp(f)(arguments, (single(1), np.ones(3, single)))
    np.testing.assert_array_equal(array, [0.0, 2.0, 4.0])
    assert moved_x == 1.0
    np.testing.assert_array_equal(moved, [2.0, 3.0, 4.0])


def test_loops_left_in_several_places_twice():
    @njit
    def f(x):
        s = 0.0
        for i in range(x.size):
            s += x[i] * s + x[i] ** 2
            if s > 1.5:
                break
            s *= 1.1
            if s < -9.0:
                return s * 2
        return s

    x, step = np.array([0.3, 0.4, 0.9, 0.2, 0.8]), 1e-6
    gradient = irad.gradient(f)
    expected = (gradient(x + step * x) - gradient(x - step * x)) / (2 * step)
    np.testing.assert_allclose(irad.jvp(gradient)((x,), (x,))[1], expected, rtol=1e-7)


def test_long_expressions_need_no_recursion():
    lines = ["def long(x):", "    s = x[0]", *(f"    s = s * x[1] + {k}.0" for k in range(400)), "    return s"]
    scope = {"__name__": __name__}
    exec("\n".join(lines), scope)
    x = np.array([0.5, 0.999])
    found = irad.gradient(njit(scope["long"]))(x)
    slope, value = 0.0, 0.5
    for k in range(400):
        slope, value = slope * x[1] + value, value * x[1] + k
    np.testing.assert_allclose(found, [x[1] ** 400, slope], rtol=1e-12)


def test_a_function_without_a_module():
    scope = {}
    exec("def square(x):\n    return x * x", scope)
    assert irad.gradient(njit(scope["square"]))(3.0) == 6.0


def test_references_on_paths_that_only_raise():
    @njit
    def head(t, u, n):
        r = np.zeros(n)
        for i in range(n):
            if t[i] > u:
                break
            r[i] = t[i]
        else:
            return t * r
        return r

    @njit
    def f(a, y, n):
        total = 0.0
        for _ in range(1, n):
            r = head(a, y, n)
            total += r[0] + a.copy()[1]
        return total

    np.testing.assert_array_equal(irad.gradient(f)(np.ones(4), 2.0, 4), [6.0, 3.0, 0.0, 0.0])


def test_a_list_inside_is_released_with_an_overlapping_assignment():
    @njit
    def f(b, w):
        b[::-1] = b
        return np.sum(np.where(b > 0.1, b, w))

    gradient = irad.gradient(f)
    b, w = np.linspace(-1.0, 1.0, 5), np.ones(5)
    np.testing.assert_array_equal(gradient(b.copy(), w), [0.0, 0.0, 0.0, 1.0, 1.0])
    before = rtsys.get_allocation_stats()
    gradient(b.copy(), w)
    after = rtsys.get_allocation_stats()
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free


def test_a_gradient_alone_does_not_compute_the_value() -> None:
    """The logarithms of the value are not in the machine code of its gradient, and what the function writes is written."""
    @njit
    def loss(x, seen):
        total = 0.0
        for i in range(x.size):
            seen[i] = x[i]
            total += math.log(x[i])
        return total

    x, seen = np.array([1.0, 2.0, 4.0]), np.zeros(3)
    np.testing.assert_array_equal(irad.gradient(loss)(x, seen), 1 / x)
    np.testing.assert_array_equal(seen, x)
    value, gradient = irad.value_and_gradient(loss)(x, seen)
    assert value == pytest.approx(math.log(8.0), abs=1e-15)
    np.testing.assert_array_equal(gradient, 1 / x)
    alone, both = (next(iter(operator(loss).inspect_asm().values())) for operator in (irad.gradient, irad.value_and_gradient))
    assert re.search(r"\blog\b", both) and not re.search(r"\blog\b", alone)


def test_an_array_that_is_returned_and_never_released():
    @njit
    def halves(x):
        y = np.empty(x.size)
        for i in range(x.size):
            y[i] = 0.5 * x[i]
        return y

    np.testing.assert_array_equal(irad.jacobian(halves, mode="reverse")(np.ones(2)), 0.5 * np.eye(2))


PAIR = np.dtype([("value", "f4"), ("count", "i4")])
"""A record that is copied as one integer of 8 bytes."""


def test_records_copied_as_integers_between_arrays_in_a_list():
    @njit
    def f(x):
        rows = [np.zeros(2, PAIR), np.zeros(2, PAIR)]
        rows[0][0].value, rows[0][0].count = x[0], 3
        rows[1][1] = rows[0][0]
        return rows[1][1].value * rows[1][1].value * rows[1][1].count

    np.testing.assert_array_equal(gradient_and_jvp(f, np.array([0.5, 1.5])), [3.0, 0.0])


def test_integers_that_may_be_floats_in_memory_that_is_not_seen_are_refused():
    @njit
    def move(rows, n):
        if n > 0:
            return move(rows, n - 1)
        for k in range(2):
            rows[1].view(np.int64)[k] = rows[0].view(np.int64)[k]
        return 1

    @njit
    def f(x):
        rows = [x * 1.0, np.zeros(2)]
        return move(rows, 2) * rows[1][0]

    for derivative in (lambda: irad.gradient(f)(np.ones(2)), lambda: irad.jvp(f)((np.ones(2),), (np.ones(2),))):
        with pytest.raises(irad.errors.UnsupportedError, match=r"bits of memory that may hold an active float are copied.*in `move`"):
            derivative()


def test_integers_that_become_floats_after_two_copies_are_refused():
    @njit
    def pick(a, n, v):
        if n > 0:
            a[1] = pick(a, n - 1, v * v)
            return a[1]
        a[0].value, a[0].count = v, 4
        return a[0]

    @njit
    def f(x):
        a, b = np.zeros(2, PAIR), np.zeros(2, PAIR)
        b[1] = pick(a, 2, x[0])
        return b[1].value * b[1].count

    for derivative in (lambda: irad.gradient(f)(np.ones(2)), lambda: irad.jvp(f)((np.ones(2),), (np.ones(2),))):
        with pytest.raises(irad.errors.UnsupportedError, match="bits of"):
            derivative()


NESTED = {
    "hvp": lambda f, x: irad.hvp(f)(x, 1.0),
    "forward over reverse": lambda f, x: irad.derivative(irad.gradient(f))(x),
    "reverse over reverse": lambda f, x: irad.gradient(irad.gradient(f))(x),
    "reverse over forward": lambda f, x: irad.gradient(irad.derivative(f))(x),
    "forward over forward": lambda f, x: irad.derivative(irad.derivative(f))(x),
}


@pytest.mark.parametrize("second", NESTED.values(), ids=NESTED)
def test_second_derivatives_where_the_first_are_zero(second):
    """The square of what is zero: its slope is, and not the slope of that."""
    distances = [lambda x: math.sqrt(x) - 2.0, lambda x: 4.0 / x - 1.0, lambda x: math.log(x / 4.0)]
    for distance, slope in zip(distances, (0.25, -0.25, 0.25), strict=True):
        distance = njit(distance)
        assert second(njit(lambda x, distance=distance: distance(x) ** 2), 4.0) == 2.0 * slope**2
    guarded = njit(lambda x: math.sqrt(x) + math.log(x) + x**1.5 if x > 0.0 else 3.0 * x * x)
    assert (second(guarded, -1.0), second(guarded, 0.0)) == (6.0, 6.0)


def test_third_derivatives_where_others_are_zero():
    cubed = njit(lambda x: (math.sqrt(x) - 2.0) ** 3)
    assert irad.derivative(irad.gradient(irad.gradient(cubed)))(4.0) == 6.0 * 0.25**3
    assert irad.gradient(irad.gradient(irad.gradient(cubed)))(4.0) == 6.0 * 0.25**3


def test_adjoints_of_a_stencil_between_buffers_that_are_swapped_have_a_window():
    """Without it the reverse sweep is not vectorised, and takes twice the time."""
    @njit
    def heat(a, steps):
        u, w = a.copy(), a.copy()
        for _ in range(steps):
            for i in range(1, u.size - 1):
                w[i] = u[i] + 0.2 * (u[i - 1] + u[i + 1] - 2.0 * u[i])
            u, w = w, u
        return (u * u).sum()

    gradient = irad.gradient(heat)
    gradient(np.ones(5), 2)
    (text,) = gradient.inspect_llvm().values()
    assert ".window." in text


def test_reciprocals_of_roots_of_single_precision_are_no_estimates():
    """The processor's, refined by LLVM, is nan at zero: the product of zero and infinity."""
    @njit
    def total(x):
        s = np.float32(0.0)
        for i in range(x.size):
            s += np.sqrt(x[i])
        return s

    gradient = irad.gradient(total)
    gradient(np.ones(1, np.float32))
    (text,) = gradient.inspect_llvm().values()
    assert not [line for line in text.splitlines() if "fdiv" in line and "arcp" in line]
    np.testing.assert_array_equal(gradient(np.array([0.0, 4.0] * 9, np.float32)), np.array([np.inf, 0.25] * 9, np.float32))
