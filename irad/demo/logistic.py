"""Logistic regression with an L2 penalty, for two classes and for many: the objectives as plain loops, beside scikit-learn's fit.

Both are scikit-learn's own objective, ½‖W‖² + C Σᵢ lossᵢ with the intercepts free: the coefficients must agree, not only the predictions.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from irad.demo.problem import Check, Problem

Array = NDArray[np.float64]
# Of the coefficients, relative to the largest. The objective is 1-strongly convex in W, so a gradient of 1e-6 in each of at most 650
# parameters, where L-BFGS stops, leaves an error of at most 3e-5 in norm, and far less in one coefficient.
TOLERANCE = 1e-5


@njit
def binary_objective(parameters, x, sign, c):  # type: ignore[no-untyped-def]
    """½‖w‖² + c Σᵢ log(1 + exp(-signᵢ (w·xᵢ + b))), parameters = (w, b), sign = ±1."""
    n, d = x.shape
    penalty = 0.0
    for j in range(d):
        penalty += parameters[j] ** 2
    loss = 0.0
    for i in range(n):
        score = parameters[d]
        for j in range(d):
            score += parameters[j] * x[i, j]
        margin = sign[i] * score
        if margin > 0.0:
            loss += math.log1p(math.exp(-margin))
        else:
            loss += math.log1p(math.exp(margin)) - margin
    return 0.5 * penalty + c * loss


@njit
def multinomial_objective(parameters, x, label, k, c):  # type: ignore[no-untyped-def]
    """½‖W‖² - c Σᵢ log softmax(W xᵢ + b)[labelᵢ]; parameters: for each of the k classes its row of W (d numbers) and its intercept."""
    n, d = x.shape
    penalty = 0.0
    for row in range(k):
        for j in range(d):
            penalty += parameters[row * (d + 1) + j] ** 2
    scores = np.empty(k)
    loss = 0.0
    for i in range(n):
        largest = -np.inf
        for row in range(k):
            start = row * (d + 1)
            score = parameters[start + d]
            for j in range(d):
                score += parameters[start + j] * x[i, j]
            scores[row] = score
            largest = max(largest, score)
        total = 0.0
        for row in range(k):
            total += math.exp(scores[row] - largest)
        loss += largest + math.log(total) - scores[label[i]]
    return 0.5 * penalty + c * loss


def standardised(x: Array) -> Array:
    """Columns of mean 0 and variance 1; constant columns become 0."""
    spread = x.std(axis=0)
    spread[spread == 0] = 1.0
    result: Array = (x - x.mean(axis=0)) / spread
    return result


def coefficient_check(ours: Array, theirs: Array) -> Check:
    """Check that two sets of coefficients are the same."""
    error = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
    text = f"coefficients differ from LogisticRegression's by {error:.1e} of the largest, limit {TOLERANCE:g}"
    return Check("as good as scikit-learn", error <= TOLERANCE, text)


def binary_problem(name: str, x: Array, positive: NDArray[np.bool_], c: float = 1.0) -> Problem:
    """Tell ``positive`` rows of ``x`` from the others."""
    from sklearn.linear_model import LogisticRegression

    x = standardised(x)

    def compare(parameters: Array) -> list[Check]:
        """Compare with scikit-learn's coefficients."""
        theirs = LogisticRegression(C=c, tol=1e-10, max_iter=1000, solver="newton-cholesky").fit(x, positive)
        return [coefficient_check(parameters, np.append(theirs.coef_[0], theirs.intercept_))]

    data = (x, np.where(positive, 1.0, -1.0), c)
    return Problem(name, "logistic regression", binary_objective, np.zeros(x.shape[1] + 1), data, compare)


def multinomial_problem(name: str, x: Array, label: NDArray[np.int64], c: float = 1.0) -> Problem:
    """Tell the classes 0 … k-1 of ``label`` apart. The intercepts are determined up to one number added to all: only W is compared."""
    from sklearn.linear_model import LogisticRegression

    x = standardised(x)
    k, d = int(label.max()) + 1, x.shape[1]

    def compare(parameters: Array) -> list[Check]:
        """Compare with scikit-learn's coefficients."""
        theirs = LogisticRegression(C=c, tol=1e-10, max_iter=1000, solver="newton-cholesky").fit(x, label)
        return [coefficient_check(parameters.reshape(k, d + 1)[:, :d], theirs.coef_)]

    return Problem(name, f"logistic regression of {k} classes", multinomial_objective, np.zeros(k * (d + 1)), (x, label, k, c), compare)
