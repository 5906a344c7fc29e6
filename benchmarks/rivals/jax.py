"""JAX on whole arrays, compiled by XLA; loops are scans. Numbers of steps are constants of what is compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import arrays
from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival, Skip


class Jax(Rival):
    packages = ("jax", "jaxlib", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        import jax

        jax.config.update("jax_enable_x64", True)
        primal, xp = arrays.load(problem.name), toolkit()
        if primal is None:
            raise Skip("not written with arrays")
        places = [at for at, argument in enumerate(arguments) if isinstance(argument, np.ndarray)]
        given = [jax.device_put(arguments[at]) for at in places]

        def function(*values: Any) -> Any:
            filled = list(arguments)
            for at, value in zip(places, values, strict=True):
                filled[at] = value
            return primal(xp, *filled)

        gradient = jax.jit(jax.grad(function, tuple(places.index(at) for at in problem.argnums)))
        value = jax.jit(function)
        return Case(lambda: jax.block_until_ready(gradient(*given)), lambda result: tuple(map(np.asarray, result)),
                    lambda: value(*given).block_until_ready())


def toolkit() -> arrays.Toolkit:
    """JAX's namespace, its loops as scans: a while loop has no reverse mode, so what settles is bounded."""
    import jax

    def scan(step: Any, state: Any, items: Any) -> Any:
        return jax.lax.scan(lambda state, item: (step(state, item), None), state, items)[0]

    def repeat(step: Any, state: Any, count: int) -> Any:
        return jax.lax.scan(lambda state, _: (step(state), None), state, None, length=count)[0]

    def settle(step: Any, moves: Any, state: Any, most: int) -> Any:
        return repeat(lambda state: jax.numpy.where(moves(state), step(state), state), state, most)

    return arrays.Toolkit(jax.numpy, erf=jax.scipy.special.erf, logsumexp=jax.scipy.special.logsumexp,
                          pad=lambda x: jax.numpy.pad(x, 1), scan=scan, repeat=repeat, settle=settle)


RIVALS = {"jax": Jax()}
