"""One file for each eval of GradBench."""

from __future__ import annotations

import importlib

from benchmarks.gradbench.evaluation import Evaluation

NAMES = ("hello", "llsq", "lse", "ode", "det", "gmm", "lstm", "ba", "ht", "kmeans", "particle", "saddle")


def load(name: str) -> Evaluation:
    """The eval of that name."""
    return importlib.import_module(f"benchmarks.gradbench.evals.{name}").EVALUATION  # type: ignore[no-any-return]
