"""A determinant by expansion in minors: rows and columns are linked lists, out of which it takes them in turn."""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def minor(a, size, live, rows, columns):
    """The determinant of the rows and columns that are still linked, ``live`` of each."""
    row = rows[size]
    if live == 1:
        return a[row * size + columns[size]]
    rows[size] = rows[row]
    total, sign = 0.0, 1.0
    before, column = size, columns[size]
    for _ in range(live):
        columns[before] = columns[column]
        total += sign * a[row * size + column] * minor(a, size, live - 1, rows, columns)
        columns[before] = column
        sign = -sign
        before, column = column, columns[column]
    rows[size] = row
    return total


@njit
def determinant(a, size):
    rows, columns = np.arange(1, size + 2), np.arange(1, size + 2)
    rows[size] = columns[size] = 0
    return minor(a, size, size, rows, columns)


def prepare(given):
    return floats(given["A"]), given["ell"]


EVALUATION = Evaluation(
    {"primal": Function(prepare, determinant), "gradient": Function(prepare, irad.gradient(determinant), np.ndarray.tolist)},
    {"A": [0.5, 0.25, 0.125, 1.0], "ell": 2})
