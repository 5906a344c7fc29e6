"""Dense linear algebra on numbers of any kind, by elimination as it is done by hand: `np.linalg` for lifted functions."""

from __future__ import annotations

from typing import Any

import numpy as np

import dual

Matrix = np.ndarray


def eliminated(a: Matrix, b: Matrix) -> tuple[Matrix, Matrix, int]:
    """Both sides of ``a x = b`` with ``a`` upper triangular, and the sign of the exchanges of rows that it took."""
    a, b, sign = a.astype(object), b.astype(object), 1
    for column in range(len(a)):
        pivot = max(range(column, len(a)), key=lambda row: abs(dual.primal(a[row, column])))
        if pivot != column:
            a[[column, pivot]], b[[column, pivot]], sign = a[[pivot, column]], b[[pivot, column]], -sign
        for row in range(column + 1, len(a)):
            factor = a[row, column] / a[column, column]
            a[row], b[row] = a[row] - factor * a[column], b[row] - factor * b[column]
    return a, b, sign


def solve(a: Matrix, b: Matrix) -> Matrix:
    upper, x, _ = eliminated(a, b)
    for row in reversed(range(len(upper))):
        for column in range(row + 1, len(upper)):
            x[row] = x[row] - upper[row, column] * x[column]
        x[row] = x[row] / upper[row, row]
    return x


def inv(a: Matrix) -> Matrix:
    return solve(a, np.eye(len(a)))


def det(a: Matrix) -> Any:
    upper, _, sign = eliminated(a, a)
    return sign * np.prod(np.diag(upper))


def slogdet(a: Matrix) -> tuple[float, Any]:
    value = det(a)
    return (1.0 if value > 0 else -1.0), dual.log(abs(value))


def cholesky(a: Matrix) -> Matrix:
    lower = np.zeros(a.shape, object)
    for row in range(len(a)):
        for column in range(row + 1):
            rest = a[row, column] - np.dot(lower[row, :column], lower[column, :column])
            lower[row, column] = dual.sqrt(rest) if row == column else rest / lower[column, column]
    return lower


def norm(a: Matrix) -> Any:
    return dual.sqrt(sum(x * x for x in a.flat))


FUNCTIONS = {"solve": solve, "inv": inv, "det": det, "slogdet": slogdet, "cholesky": cholesky, "norm": norm}
