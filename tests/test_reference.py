"""The references against one another: dual numbers, closed forms, and differences with 60 digits. No irad here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dual import Dual
from lifting import lift
from programs import SCENARIOS
from reference import (
    dual_gradient,
    dual_hessian_product,
    dual_jacobian,
    dual_jvp,
    layout_copy,
    leaves,
    precise_jacobian,
)

WITHOUT_MPMATH = {
    "steps": "mpmath has no trunc",
    "remainders": "mpmath has no floor division",
    "true_division": "mpmath has no floor division",
    "divmod_of_floats": "mpmath has no floor division",
}
REGULAR = [s for s in SCENARIOS if s.raises is None and not s.bits]


def by_keywords(scenario):
    return (lambda *args: lift(scenario.function)(*args, **scenario.keywords)) if scenario.keywords else scenario.function


@pytest.mark.parametrize("scenario", [s for s in REGULAR if s.derivative], ids=lambda s: s.name)
def test_dual_numbers_agree_with_closed_forms(scenario):
    for case in scenario.cases:
        run = dual_jacobian(by_keywords(scenario), case, scenario.argnums)
        # Some operations, each with a rounding of 2.2e-16.
        np.testing.assert_allclose(run.matrix, scenario.derivative(*case), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("scenario", [s for s in REGULAR if not s.kink and s.name not in WITHOUT_MPMATH], ids=lambda s: s.name)
def test_dual_numbers_agree_with_differences_of_60_digits(scenario):
    for case in scenario.cases:
        run = dual_jacobian(by_keywords(scenario), case, scenario.argnums)
        precise = precise_jacobian(by_keywords(scenario), case, scenario.argnums).reshape(run.matrix.shape)
        np.testing.assert_allclose(
            run.matrix, precise, rtol=0.0, atol=1e-13 * scenario.condition * max(1.0, np.abs(precise).max(initial=0.0))
        )


def test_first_regression_by_hand():
    a = np.arange(1.0, 13.0)
    scenario = next(s for s in SCENARIOS if s.name == "previous_row_overwritten")
    gradient = dual_gradient(scenario.function, (a, 4, 3))
    np.testing.assert_array_equal(gradient, [0, 0, 0, 8, 10, 12, 14, 16, 18, 20, 22, 24])
    np.testing.assert_array_equal(a, np.arange(1.0, 13.0))


def test_jvp_has_the_structure_of_the_result():
    def function(x, a, n):
        return x * n, a * x

    value, slope = dual_jvp(function, (2.0, np.array([3.0, 5.0]), 7), (1.0, np.array([0.0, 10.0]), None))
    assert value[0] == 14.0
    assert slope[0] == 7.0
    np.testing.assert_array_equal(value[1], [6.0, 10.0])
    np.testing.assert_array_equal(slope[1], [3.0, 25.0])


def test_second_derivatives_do_not_confuse_their_levels():
    # d/dx (x · d/dy (x + y)) is 1: the inner derivative is 1 whatever x is.
    def outer(x):
        return x * dual_gradient(lambda x, y: x + y, (x, 1.0), 1)

    assert dual_gradient(outer, (2.0,)) == 1.0


def test_second_derivative_where_the_first_is_zero():
    product = dual_hessian_product(lambda a: a[0] ** 3 + a[0] * a[0] * a[1], (np.array([0.0, 5.0]),), (0,), (np.array([1.0, 0.0]),))
    np.testing.assert_array_equal(product, [10.0, 0.0])


def test_zero_tangent_stays_zero_where_the_partial_is_infinite():
    run = dual_jacobian(lambda x, y: math.sqrt(x) + y, (0.0, 1.0), (1,))
    assert run.matrix.tolist() == [[1.0]]
    run = dual_jacobian(lambda x, y: math.sqrt(x * 0.0) + y, (3.0, 1.0), (0, 1))
    assert run.matrix.tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize(
    "array",
    [np.arange(12.0).reshape(3, 4)[::-1, 1::2], np.asfortranarray(np.ones((2, 3))), np.zeros((0, 3)), np.array(4.0), np.arange(5)[::-2]],
)
def test_copies_keep_their_layout(array):
    copy = layout_copy(array, np.float32)
    np.testing.assert_array_equal(copy, array)
    assert [s // 4 for s in copy.strides] == [s // array.itemsize for s in array.strides]
    assert not np.shares_memory(copy, array)


def test_a_dual_number_is_never_stored_as_a_float():
    constant = np.zeros(2)
    with pytest.raises(TypeError):
        constant[0] = Dual(1.0, np.ones(1))
    assert leaves(constant) == [0.0, 0.0]
