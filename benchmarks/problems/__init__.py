"""One file for each problem; `load` finds them by name."""

from __future__ import annotations

import importlib

from benchmarks.problem import Problem

NAMES = (
    "rosenbrock", "nbody", "lorenz", "brusselator", "heat2d", "allen_cahn2d", "mlp", "newton_sqrt", "gmm", "ba", "lstm",
    "black_scholes", "fft", "matmul", "matmul_dot", "logreg", "hmm", "garch", "kalman", "cholesky", "det",
)

GROUPS = {
    "sequential": ("lorenz", "brusselator", "nbody", "newton_sqrt", "lstm"),
    "arrays": ("mlp", "matmul", "gmm", "black_scholes"),
}
"""Problems whose loops have to be run one after the other or in a triangle, and those that tools for arrays are made for."""


def load(name: str) -> Problem:
    """The problem of that name."""
    return importlib.import_module(f"benchmarks.problems.{name}").PROBLEM  # type: ignore[no-any-return]
