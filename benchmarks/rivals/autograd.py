"""autograd on whole arrays: NumPy's calls, recorded one by one; loops are Python's."""

from __future__ import annotations

from benchmarks import arrays
from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival, Skip


class Autograd(Rival):
    packages = ("autograd", "scipy", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        import autograd

        primal, xp = arrays.load(problem.name), toolkit()
        if primal is None:
            raise Skip("not written with arrays")
        gradient = autograd.grad(lambda *values: primal(xp, *values), problem.argnums)
        return Case(lambda: gradient(*arguments), lambda result: result, lambda: primal(xp, *arguments))


def toolkit() -> arrays.Toolkit:
    import autograd.numpy
    from autograd.scipy import special

    return arrays.Toolkit(autograd.numpy, erf=special.erf, logsumexp=special.logsumexp,
                          pad=lambda x: autograd.numpy.pad(x, ((1, 1), (1, 1)), "constant"))


RIVALS = {"autograd": Autograd()}
