"""Central differences of the compiled primal, entry by entry: two calls for each."""

from __future__ import annotations

import numpy as np

from benchmarks.problem import Arguments, Gradient, Problem
from benchmarks.rivals.rival import Case, Rival, Skip

_MOST = 2_000
"""Entries up to which it is tried."""


class Differences(Rival):
    packages = ("numba", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        if sum(arguments[index].size for index in problem.argnums) > _MOST:
            raise Skip(f"more than {_MOST} inputs")

        def gradient() -> Gradient:
            results = []
            for index in problem.argnums:
                moved, result = arguments[index], np.empty_like(arguments[index])
                for place in np.ndindex(moved.shape):
                    kept = moved[place]
                    step = 6e-6 * max(1.0, abs(kept))
                    moved[place] = kept + step
                    above = problem.primal(*arguments)
                    moved[place] = kept - step
                    result[place] = (above - problem.primal(*arguments)) / (2.0 * step)
                    moved[place] = kept
                results.append(result)
            return tuple(results)

        return Case(gradient, lambda result: result)


RIVALS = {"fd": Differences()}
