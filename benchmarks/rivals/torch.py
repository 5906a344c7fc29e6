"""PyTorch on whole arrays, eager: loops are Python's."""

from __future__ import annotations

import numpy as np

from benchmarks import arrays
from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival, Skip


class Torch(Rival):
    packages = ("torch", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        import torch

        torch.set_num_threads(1)
        primal, xp = arrays.load(problem.name), toolkit()
        if primal is None:
            raise Skip("not written with arrays")
        given = [torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in arguments]
        tracked = list(given)
        for index in problem.argnums:
            tracked[index] = given[index].clone().requires_grad_()
        active = [tracked[index] for index in problem.argnums]
        return Case(lambda: torch.autograd.grad(primal(xp, *tracked), active), lambda result: tuple(g.numpy() for g in result),
                    lambda: primal(xp, *given))


def toolkit() -> arrays.Toolkit:
    import torch

    return arrays.Toolkit(torch, array=torch.from_numpy, pad=lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1)))


RIVALS = {"torch": Torch()}
