"""irad itself, as a user calls it: a `Derivative` from Python, that returns new arrays."""

from __future__ import annotations

from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival


class Irad(Rival):
    packages = ("numba", "llvmlite", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        import irad

        gradient = irad.gradient(problem.primal, problem.argnums)
        return Case(lambda: gradient(*arguments), lambda result: result)


RIVALS = {"irad": Irad()}
