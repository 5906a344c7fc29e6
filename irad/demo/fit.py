"""Fit a problem with SciPy's L-BFGS and irad's gradient, and check what there is to check."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

import irad
from irad.demo.measure import central_differences, relative_error, seconds_per_call
from irad.demo.problem import Check, Outcome, Problem, Times

DIFFERENCES_LIMIT = 1e-7
DOT_LIMIT = 1e-12
STAGES = ("compiling", "checking the gradient", "fitting", "measuring", "comparing with scikit-learn")


def fit(problem: Problem, stage: Callable[[str], None], note: Callable[[str], None]) -> Outcome:
    """Check the gradient, fit, measure, compare.

    Parameters
    ----------
    stage
        Called with each of `STAGES` when it begins.
    note
        Called with a line on the progress of the fit, after each iteration.
    """
    from scipy.optimize import minimize

    evaluate = irad.value_and_gradient(problem.objective)

    stage(STAGES[0])
    problem.objective(problem.start, *problem.data)
    known = bool(evaluate.signatures)
    began = perf_counter()
    value, _ = evaluate(problem.start, *problem.data)
    compiled = None if known else perf_counter() - began

    stage(STAGES[1])
    checks = gradient_checks(problem)

    stage(STAGES[2])
    count = 0

    def report(intermediate_result: object) -> None:
        nonlocal count
        count += 1
        note(f"iteration {count}, objective {intermediate_result.fun:.6g}")  # type: ignore[attr-defined]

    began = perf_counter()
    result = minimize(evaluate, problem.start, problem.data, "L-BFGS-B", jac=True, callback=report,
                      options={"maxiter": 5000, "maxfun": 10000, "ftol": 1e-15, "gtol": 1e-6})
    seconds = perf_counter() - began

    stage(STAGES[3])
    times = Times(
        seconds_per_call(lambda: problem.objective(problem.start, *problem.data)),
        seconds_per_call(lambda: evaluate(problem.start, *problem.data)),
        compiled,
    )

    stage(STAGES[4])
    checks += [Check("the fit converged", bool(result.success), str(result.message)), *problem.compare(result.x)]
    return Outcome(problem, (value, float(result.fun)), result.nit, result.nfev, seconds, times, tuple(checks))


def gradient_checks(problem: Problem) -> list[Check]:
    """Hold the gradient against finite differences and against forward mode, at a point near the start."""
    rng = np.random.default_rng(0)
    x = problem.start + 0.1 * rng.standard_normal(problem.start.size)
    gradient = irad.gradient(problem.objective)(x, *problem.data)
    error = relative_error(gradient, central_differences(problem.objective, x, problem.data))
    dot_error = dot_test(problem, x, gradient, rng.standard_normal(x.size))
    return [
        within("gradient against central differences", error, DIFFERENCES_LIMIT),
        within("dot test, reverse against forward", dot_error, DOT_LIMIT),
    ]


def within(name: str, error: float, limit: float) -> Check:
    """Check that a relative difference is at most ``limit``; nan is not."""
    return Check(name, error <= limit, f"relative difference {error:.1e}, limit {limit:g}")


def dot_test(problem: Problem, x: NDArray[np.float64], gradient: NDArray[np.float64], direction: NDArray[np.float64]) -> float:
    """|⟨∇f, v⟩ - J v| relative to Σ|∇fᵢ vᵢ|, the scale at which the sum can round."""
    tangents = (direction, *(None for _ in problem.data))
    _, slope = irad.jvp(problem.objective)((x, *problem.data), tangents)
    return float(abs(gradient @ direction - slope) / (np.abs(gradient) @ np.abs(direction)))
