"""Every operator, called in every way, on every structure of arguments, in double and single precision: a sample of the table.

A cell is (operator, way, structure, dtype). The sample has every pair of an operator with a way, a structure and a dtype;
``IRAD_SCENARIOS=all`` takes all cells, 540 of them. What has no cell: `derivative` of anything but a scalar, which it is with respect to;
the aliases, which are the operators themselves (`test_operators`); `autodiff`, which takes annotated arguments (`test_autodiff`).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cloudpickle
import numpy as np
import pytest
from numba import njit
from numba.core import config

import irad

ALL = os.environ.get("IRAD_SCENARIOS") == "all"


@njit
def of_scalar(x):
    return x * x * x


@njit
def of_array(x):
    total = x.dtype.type(0)
    for i in range(x.size):
        total += x[i] ** 3
    return total


@njit
def of_tuple(x):
    return x[0] * x[0] * x[0] + (x[1] * x[1] * x[1]).sum()


@njit
def of_several(x, y):
    return x * x * x + (y * y * y).sum()


@dataclass(frozen=True)
class Structure:
    """A sum of cubes of numbers in some structure: value, first and second derivatives are known for each number by itself."""

    name: str
    function: Any
    make: Callable[[type], tuple[Any, ...]]
    argnums: Any = 0


STRUCTURES = (
    Structure("scalar", of_scalar, lambda t: (t(1.5),)),
    Structure("array", of_array, lambda t: (np.array([1.5, -0.5, 2.0], t),)),
    Structure("tuple", of_tuple, lambda t: ((t(1.5), np.array([-0.5, 2.0], t)),)),
    Structure("several", of_several, lambda t: (t(1.5), np.array([-0.5, 2.0], t)), (0, 1)),
)


def flat(tree: Any) -> np.ndarray:
    """All numbers, one after the other."""
    return np.concatenate([flat(item) for item in tree]) if isinstance(tree, tuple) else np.ravel(np.asarray(tree, float))


def dtypes(tree: Any) -> set[Any]:
    """The dtypes of all arrays and NumPy's numbers; a number that Numba returns is Python's."""
    if isinstance(tree, tuple):
        return set().union(*map(dtypes, tree))
    return set() if type(tree) is float else {tree.dtype}


def ones(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Ones in the structure and dtypes of the arguments."""
    return tuple(ones(a) if isinstance(a, tuple) else np.ones_like(a) if isinstance(a, np.ndarray) else type(a)(1) for a in args)


def kind(args: Any) -> Any:
    """The type of the numbers in the arguments."""
    return kind(args[0]) if isinstance(args, tuple) else args.dtype.type


def alone(args: tuple[Any, ...]) -> Any:
    return args if len(args) > 1 else args[0]


@dataclass(frozen=True)
class Operator:
    """``make(f, argnums)``; ``arguments(args)`` of its call; what the numbers in its result are, from those in the arguments."""

    name: str
    make: Callable[[Any, Any], Any]
    arguments: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    expected: Callable[[np.ndarray], np.ndarray]
    inputs: tuple[str, ...] = ("scalar", "array", "tuple", "several")


OPERATORS = (
    Operator("gradient", irad.gradient, lambda a: a, lambda x: 3 * x**2),
    Operator("value_and_gradient", irad.value_and_gradient, lambda a: a, lambda x: np.array([np.sum(x**3), *3 * x**2])),
    Operator("derivative", irad.derivative, lambda a: a, lambda x: 3 * x**2, ("scalar",)),
    Operator("jacobian", irad.jacobian, lambda a: a, lambda x: 3 * x**2),
    Operator("jacfwd", irad.jacfwd, lambda a: a, lambda x: 3 * x**2),
    Operator("jacrev", irad.jacrev, lambda a: a, lambda x: 3 * x**2),
    Operator("hessian", irad.hessian, lambda a: a, lambda x: 6 * x),
    Operator("hessian_diagonal", irad.hessian_diagonal, lambda a: a, lambda x: 6 * x),
    Operator("hvp", irad.hvp, lambda a: (a[0], alone(ones(a)), *a[1:]), lambda x: 6 * x),
    Operator("gauss_newton", irad.gauss_newton, lambda a: (a[0], None, *a[1:]), lambda x: np.sum(x**3) * 3 * x**2),
    Operator("jvp", lambda f, argnums: irad.jvp(f), lambda a: (a, ones(a)), lambda x: np.array([np.sum(x**3), np.sum(3 * x**2)])),
    Operator("vjp", irad.vjp, lambda a: (a, kind(a)(2)), lambda x: np.array([np.sum(x**3), *6 * x**2])),
)


def from_python(operator: Operator, structure: Structure, call: tuple[Any, ...]) -> Any:
    return operator.make(structure.function, structure.argnums)(*call)


def in_njit(operator: Operator, structure: Structure, call: tuple[Any, ...]) -> Any:
    derivative = operator.make(structure.function, structure.argnums)
    caller = {1: njit(lambda a: derivative(a)), 2: njit(lambda a, b: derivative(a, b)), 3: njit(lambda a, b, c: derivative(a, b, c))}
    return caller[len(call)](*call)


def pickled(operator: Operator, structure: Structure, call: tuple[Any, ...]) -> Any:
    return cloudpickle.loads(cloudpickle.dumps(operator.make(structure.function, structure.argnums)))(*call)


def decorated(operator: Operator, structure: Structure, call: tuple[Any, ...]) -> Any:
    if operator.name == "jvp":
        return irad.jvp()(structure.function)(*call)
    return getattr(irad, operator.name)(argnums=structure.argnums)(structure.function)(*call)


def cached(operator: Operator, structure: Structure, call: tuple[Any, ...]) -> Any:
    kept = njit(cache=True)(structure.function.py_func)
    operator.make(kept, structure.argnums)(*call)
    again = njit(cache=True)(structure.function.py_func)
    derivative = operator.make(again, structure.argnums)
    found = derivative(*call)
    assert sum(derivative._cache_hits.values()) == 1
    return found


def nested(operator: Operator, structure: Structure, call: tuple[Any, ...]) -> Any:
    """Under a forward mode with tangents of zero, the value is that of the derivative."""
    return irad.jvp(operator.make(structure.function, structure.argnums))(call, zeros(call))[0]


def zeros(tree: Any) -> Any:
    """Tangents of zero."""
    if isinstance(tree, tuple):
        return tuple(map(zeros, tree))
    return None if tree is None else np.zeros_like(tree) if isinstance(tree, np.ndarray) else type(tree)(0)


WAYS = (from_python, in_njit, pickled, decorated, cached, nested)
TABLE = [(operator, way, structure, dtype) for operator, way, structure, dtype in itertools.product(
    OPERATORS, WAYS, STRUCTURES, (np.float64, np.float32)) if structure.name in operator.inputs]


def sample() -> list[Any]:
    """Each operator in each way, on the structures and dtypes in turn."""
    if ALL:
        return TABLE
    chosen = []
    for (row, operator), (column, way) in itertools.product(enumerate(OPERATORS), enumerate(WAYS)):
        fitting = [structure for structure in STRUCTURES if structure.name in operator.inputs]
        chosen.append((operator, way, fitting[(row + column) % len(fitting)], (np.float64, np.float32)[(row + column // 2) % 2]))
    return chosen


SAMPLE = sample()


@pytest.mark.parametrize(("operator", "way", "structure", "dtype"), SAMPLE, ids=[
    "-".join((operator.name, way.__name__, structure.name, dtype.__name__)) for operator, way, structure, dtype in SAMPLE])
def test_cell(operator, way, structure, dtype, tmp_path, monkeypatch):
    if way is cached:
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
        config.reload_config()
    args = structure.make(dtype)
    found = way(operator, structure, operator.arguments(args))
    numbers = flat(args)
    expected = operator.expected(numbers)
    if operator.name == "hessian" and numbers.size > 1:  # all blocks: on the diagonal what is expected, else zero
        result = np.sort(flat(found))
        expected = np.sort([*expected, *np.zeros(numbers.size**2 - numbers.size)])
    else:
        result = flat(found)
    np.testing.assert_allclose(result, expected, rtol=64 * np.finfo(dtype).eps, atol=64 * np.finfo(dtype).eps)
    assert dtypes(found) <= {np.dtype(dtype)}, "the results have the dtype of the arguments"


def test_the_sample_covers():
    for pair in (lambda o, w, s, t: (o, w), lambda o, w, s, t: (o, s), lambda o, w, s, t: (o, t), lambda o, w, s, t: (w, s),
                 lambda o, w, s, t: (w, t)):
        assert {pair(*cell) for cell in TABLE} == {pair(*cell) for cell in SAMPLE}
