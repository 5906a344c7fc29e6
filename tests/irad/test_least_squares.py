"""The problems of Moré, Garbow and Hillstrom, and SciPy's Rosenbrock function: Jacobians, gradients, Hessians and their products.

The references are dual numbers on the plain Python functions, the minima that the paper lists, and SciPy's closed forms.
Every problem has its Jacobian taken, in either mode in turn, and one second derivative; ``IRAD_SCENARIOS=all`` takes all of each.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from numba import njit
from scipy import optimize

import irad
from least_squares import PROBLEMS
from reference import dual_hessian_product, dual_jacobian

ALL = os.environ.get("IRAD_SCENARIOS") == "all"
TOLERANCE = 2**10 * np.finfo(float).eps
"""Of the largest entry: each is a sum of some dozen products, and exponentials amplify a rounding of their argument a hundredfold."""
PAPER = [problem for problem in PROBLEMS if problem.minimum is not None and problem.minimiser is None]


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=TOLERANCE * np.max(np.abs(expected)))


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_first_derivatives(problem):
    residuals = njit(problem.residuals)
    turn = PROBLEMS.index(problem)
    modes = ["forward", "reverse"] if ALL else [["forward", "reverse"][turn % 2]]
    points = [np.array(problem.start), np.array(problem.start) * 1.01 + 1e-3]
    if problem.minimiser is not None:
        assert np.sum(residuals(np.array(problem.minimiser)) ** 2) == pytest.approx(problem.minimum, rel=1e-5, abs=1e-25)
    for x in points:
        expected = dual_jacobian(problem.residuals, (x,)).matrix
        for mode in modes:
            close(irad.jacobian(residuals, mode=mode)(x), expected)
    if problem in PAPER:  # the minimum is found from the standard start, with these derivatives
        found = optimize.least_squares(residuals, points[0], jac=irad.jacobian(residuals, mode=modes[0]), method="lm", max_nfev=2000,
                                       xtol=1e-12, ftol=1e-14, gtol=1e-14)
        assert 2.0 * found.cost == pytest.approx(problem.minimum, rel=2e-5, abs=1e-20)


@pytest.mark.parametrize("problem", PROBLEMS if ALL else PROBLEMS[::3], ids=lambda problem: problem.name)
def test_second_derivatives(problem):
    residuals = njit(problem.residuals)

    @njit
    def objective(x):
        r = residuals(x)
        return (r * r).sum()

    turn = PROBLEMS.index(problem) // 3
    x = np.array(problem.start) * 1.01 + 1e-3
    columns = np.stack([dual_hessian_product(objective.py_func, (x,), (0,), (axis,)) for axis in np.eye(x.size)], axis=1)
    if ALL or turn % 3 == 0:
        close(irad.hessian(objective)(x), columns)
    if ALL or turn % 3 == 1:
        v = np.linspace(-1.0, 1.0, x.size)
        close(irad.hvp(objective)(x, v), columns @ v)
        matrix = dual_jacobian(problem.residuals, (x,)).matrix
        close(irad.gradient(objective)(x), 2 * matrix.T @ problem.residuals(x))
        close(irad.gauss_newton(residuals)(x, v), matrix.T @ (matrix @ v))
    if ALL or turn % 3 == 2:
        close(irad.hessian_diagonal(objective)(x), np.diag(columns))


def test_the_rosenbrock_function_of_scipy():
    @njit
    def rosen(x):
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)

    for x in (np.array([-1.2, 1.0]), np.linspace(-1.3, 1.4, 11)):
        v = np.cos(np.arange(x.size))
        value, gradient = irad.value_and_gradient(rosen)(x)
        assert value == pytest.approx(optimize.rosen(x), rel=1e-14)
        close(gradient, optimize.rosen_der(x))
        close(irad.hessian(rosen)(x), optimize.rosen_hess(x))
        close(irad.hvp(rosen)(x, v), optimize.rosen_hess_prod(x, v))
        close(irad.hessian_diagonal(rosen)(x), np.diag(optimize.rosen_hess(x)))
        close(irad.jacobian(irad.gradient(rosen), mode="forward")(x), optimize.rosen_hess(x))
