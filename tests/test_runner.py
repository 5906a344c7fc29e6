"""The runner can fail: each kind of fault is seen."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from calling import raised, twice
from runner import Mode, compare_arguments, compare_gradient, run
from scenarios.scenario import Scenario, numbers


def square_of_first(a):
    a[1] = a[0]
    return a[0] * a[0]


RIGHT = Scenario(square_of_first, [(numbers(2),)], derivative=lambda a: [[2 * a[0], 0.0]])
SLIGHTLY_WRONG = Scenario(square_of_first, [(numbers(2),)], derivative=lambda a: [[2 * a[0], 1e-11]])


@pytest.mark.parametrize("mode", [Mode.FORWARD, Mode.REVERSE, Mode.NJIT, Mode.FORWARD_OVER_REVERSE, Mode.COLUMNS, Mode.ROWS])
def test_a_wrong_derivative_is_seen(mode):
    run(RIGHT, mode)
    with pytest.raises(AssertionError, match="square_of_first"):
        run(SLIGHTLY_WRONG, mode)


@pytest.mark.parametrize("mode", [Mode.FORWARD, Mode.REVERSE])
def test_a_missing_exception_is_seen(mode):
    with pytest.raises(AssertionError, match="the primal raises None"):
        run(Scenario(square_of_first, [(numbers(2),)], raises=ValueError), mode)


def test_a_second_call_that_differs_is_seen():
    calls = iter([1.0, 2.0])
    with pytest.raises(AssertionError, match="the second call differs"):
        twice(lambda x: next(calls), (1.0,), np.float64, "")


def test_a_leak_is_seen():
    kept = []
    make = njit(lambda n: np.zeros(n))
    with pytest.raises(AssertionError, match="leaked"):
        twice(lambda n: (kept.append(make(n)), 1.0)[1], (3,), np.float64, "")
    assert raised(lambda n: kept.append(make(n)), (3,), np.float64)[2] > 0


def test_a_write_to_a_constant_argument_is_seen():
    a, before = np.ones(2), np.ones(2)
    compare_arguments(RIGHT, (a, np.array([1])), (before, np.array([1])), np.float64, "")
    a[0] = 1.0 + 1e-9
    with pytest.raises(AssertionError, match="arguments after the call"):
        compare_arguments(RIGHT, (a,), (before,), np.float64, "")
    with pytest.raises(AssertionError, match="arguments after the call"):
        compare_arguments(RIGHT, (np.array([1]),), (np.array([2]),), np.float64, "")


def test_a_gradient_of_another_type_is_seen():
    args = (numbers(2),)
    compare_gradient(RIGHT, np.ones(2), np.ones(2), args, np.float64, "")
    with pytest.raises(AssertionError, match="dtype"):
        compare_gradient(RIGHT, np.ones(2, np.float32), np.ones(2), args, np.float64, "")
    with pytest.raises(AssertionError, match="shape"):
        compare_gradient(RIGHT, np.ones((2, 1)), np.ones(2), args, np.float64, "")
