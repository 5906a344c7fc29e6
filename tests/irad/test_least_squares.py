"""The problems of Moré, Garbow and Hillstrom, and SciPy's Rosenbrock function: gradients, Jacobians, Hessians and their products.

The references are closed forms: `least_squares_closed` has the Jacobian and the Hessian of each residual of all 35 problems, by hand
(the first as in MINPACK; for the 18 problems of TOMS 566 the Hessian made of both is what its HESFCN publishes), and the minima are those
that the paper lists. Every problem has its Jacobian taken, in either mode in turn, and one of the others; ``IRAD_SCENARIOS=all`` takes
all of each.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from numba import njit
from scipy import optimize

import irad
import least_squares_closed
from least_squares import PROBLEMS

ALL = os.environ.get("IRAD_SCENARIOS") == "all"
TOLERANCE = 2**10 * np.finfo(float).eps
"""Of the largest entry: each is a sum of some dozen products, and exponentials amplify a rounding of their argument a hundredfold."""
PAPER = [problem for problem in PROBLEMS if problem.minimum is not None and problem.minimiser is None]
named = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=TOLERANCE * np.max(np.abs(expected)))


def points(problem):
    start = np.array(problem.start)
    return start, start * 1.01 + 1e-3


def closed(problem, x):
    """Gradient, Jacobian and Hessian in closed form; the last and the first of the sum of squares."""
    jacobian, hessians = getattr(least_squares_closed, problem.name)(x)
    residuals = problem.residuals(x)
    return 2.0 * residuals @ jacobian, jacobian, 2.0 * (jacobian.T @ jacobian + np.tensordot(residuals, hessians, 1))


@named
def test_jacobian(problem):
    turn = PROBLEMS.index(problem)
    for mode in ("forward", "reverse") if ALL else (("forward", "reverse")[turn % 2],):
        jacobian = irad.jacobian(problem.residuals, mode=mode)
        for x in points(problem):
            close(jacobian(x), closed(problem, x)[1])
        if problem in PAPER:  # the minimum is found from the standard start, with these derivatives
            found = optimize.least_squares(problem.residuals, problem.start, jac=jacobian, method="lm", max_nfev=2000, xtol=1e-12,
                                           ftol=1e-14, gtol=1e-14)
            assert 2.0 * found.cost == pytest.approx(problem.minimum, rel=2e-5, abs=1e-20)
    if problem.minimiser is not None:
        assert np.sum(problem.residuals(np.array(problem.minimiser)) ** 2) == pytest.approx(problem.minimum, rel=1e-5, abs=1e-25)


@named
def test_sum_of_squares(problem):
    residuals = njit(problem.residuals)

    @njit
    def objective(x):
        r = residuals(x)
        return (r * r).sum()

    turn, v = PROBLEMS.index(problem) % 6, np.linspace(-1.0, 1.0, len(problem.start))
    for x in points(problem):
        gradient, jacobian, hessian = closed(problem, x)
        if ALL or turn == 0:
            close(irad.hessian(objective)(x), hessian)
        if ALL or turn == 1:
            close(irad.hvp(objective)(x, v), hessian @ v)
        if ALL or turn == 2:
            close(irad.gradient(objective)(x), gradient)
        if ALL or turn == 3:
            close(irad.gauss_newton(residuals)(x, v), jacobian.T @ (jacobian @ v))
        if ALL or turn == 4:
            close(irad.hessian_diagonal(objective)(x), np.diag(hessian))
        if ALL or turn == 5:
            for found, expected in zip(irad.jvp(irad.gradient(objective))((x,), (v,)), (gradient, hessian @ v), strict=True):
                close(found, expected)


def test_the_rosenbrock_function_of_scipy():
    @njit
    def rosen(x):
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)

    for x in (np.array([-1.2, 1.0]), np.array([0.3, -0.2, 0.9]), np.linspace(-1.3, 1.4, 11), np.sin(np.arange(40.0))):
        v = np.cos(np.arange(x.size))
        value, gradient = irad.value_and_gradient(rosen)(x)
        assert value == pytest.approx(optimize.rosen(x), rel=1e-14)
        close(gradient, optimize.rosen_der(x))
        close(irad.hessian(rosen)(x), optimize.rosen_hess(x))
        close(irad.hvp(rosen)(x, v), optimize.rosen_hess_prod(x, v))
        close(irad.hessian_diagonal(rosen)(x), np.diag(optimize.rosen_hess(x)))
        close(irad.jacobian(irad.gradient(rosen), mode="forward")(x), optimize.rosen_hess(x))
