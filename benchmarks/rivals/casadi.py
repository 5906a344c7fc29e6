"""CasADi: a graph of scalars, built once from the loops as NumPy runs them over symbols, then interpreted by its virtual machine."""

from __future__ import annotations

import timeit
from typing import Any

import numpy as np

from benchmarks import arrays
from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival, Skip

_MOST = 120e-6
"""Seconds that Numba's function may take: a node of the graph stands for about a nanosecond of it, and is built in microseconds."""


class Casadi(Rival):
    packages = ("casadi", "numba", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        import casadi

        primal = arrays.load(problem.name)
        if primal is None:
            raise Skip("not written with arrays")
        problem.primal(*arguments)
        if min(timeit.repeat(lambda: problem.primal(*arguments), number=1, repeat=5)) > _MOST:
            raise Skip("its graph would be too large")
        given = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
        symbols = [casadi.SX.sym(f"x{index}", arguments[index].size) for index in problem.argnums]
        for index, symbol in zip(problem.argnums, symbols, strict=True):
            given[index] = entries(symbol, arguments[index].shape)
        try:
            value = primal(toolkit(), *given)
        except (AttributeError, NotImplementedError, RuntimeError, TypeError) as error:
            raise Skip(f"not for symbols: {str(error).splitlines()[0]}") from error
        slopes = [casadi.densify(casadi.gradient(value, symbol)) for symbol in symbols]
        inputs = [np.ascontiguousarray(arguments[index]).ravel() for index in problem.argnums]
        results = tuple(np.empty_like(arguments[index]) for index in problem.argnums)
        gradient = bound(casadi.Function("gradient", symbols, slopes), inputs, [result.reshape(-1) for result in results])
        return Case(gradient, lambda _: results, bound(casadi.Function("value", symbols, [value]), inputs, [np.empty(1)]))


def entries(symbol: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The entries of a vector of symbols as an array of objects."""
    found = np.empty(symbol.numel(), object)
    for at in range(found.size):
        found[at] = symbol[at]
    return found.reshape(shape)


def bound(function: Any, inputs: list[np.ndarray], results: list[np.ndarray]) -> Any:
    """A call of ``function`` that reads and writes the memory of these arrays."""
    buffer, call = function.buffer()
    for at, array in enumerate(inputs):
        buffer.set_arg(at, memoryview(array))
    for at, array in enumerate(results):
        buffer.set_res(at, memoryview(array))
    kept = buffer, inputs, results
    return lambda: (call(), kept)


def toolkit() -> arrays.Toolkit:
    """NumPy, whose functions ask objects for their own; symbols that settle are not to be had."""
    import casadi

    def logsumexp(x: Any, axis: int) -> Any:
        return np.log(np.sum(np.exp(x), axis))

    return arrays.Toolkit(np, erf=np.vectorize(casadi.erf, otypes=[object]), logsumexp=logsumexp, pad=lambda x: np.pad(x, 1))


RIVALS = {"casadi": Casadi()}
