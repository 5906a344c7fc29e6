"""The engine end to end, without Numba: LLVM text to machine code of its derivatives, against complex steps of Python twins."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from irad_passes.pipeline import differentiate, lower
from irad_passes.request import Activity, Mode, Parameter, Request
from tests.passes.native import Native
from tests.passes.twins import PROGRAMS, Program

STEP = 1e-30
"""So small that its square is lost: the imaginary part is the derivative, but for rounding."""


def is_active(argument: Any) -> bool:
    return isinstance(argument, float) or (isinstance(argument, np.ndarray) and argument.dtype.kind == "f")


def parameter(argument: Any) -> Parameter:
    if isinstance(argument, np.ndarray):
        return Parameter(Activity.DUPLICATED if is_active(argument) else Activity.CONST)
    return Parameter(Activity.ACTIVE if is_active(argument) else Activity.CONST)


@cache
def derivative(text: str, mode: Mode, parameters: tuple[Parameter, ...]) -> Native:
    answer = differentiate(text, Request("f", mode, parameters, "df", status=False))
    return Native(lower(answer.text), "df")


def compiled(program: Program, mode: Mode) -> Native:
    return derivative(program.text, mode, tuple(map(parameter, program.arguments)))


def numbers(result: Any) -> np.ndarray:
    return np.atleast_1d(np.asarray([] if result is None else result))


def push(program: Program, direction: list[Any]) -> tuple[np.ndarray, np.ndarray, list[Any], list[Any]]:
    """Result and derivative in ``direction`` of the twin; then the same for what it leaves in its arrays."""
    arguments = [a if d is None else a + 1j * STEP * d for a, d in zip(program.arguments, direction, strict=True)]
    result = numbers(program.twin(*arguments))
    arrays = [a for a in arguments if isinstance(a, np.ndarray) and a.dtype.kind == "c"]
    return result.real, np.imag(result) / STEP, [a.real for a in arrays], [a.imag / STEP for a in arrays]


def tolerance(program: Program) -> float:
    """1000 roundings: the programs do some hundred operations, all well conditioned."""
    return 1000 * (np.finfo(np.float32).eps if program.name == "single" else np.finfo(np.float64).eps)


def like(argument: Any, rng: np.random.Generator) -> Any:
    """A random tangent or adjoint; None for what has none."""
    if not is_active(argument):
        return None
    return rng.normal(size=argument.shape).astype(argument.dtype) if isinstance(argument, np.ndarray) else rng.normal()


def copied(argument: Any) -> Any:
    return argument.copy() if isinstance(argument, np.ndarray) else argument


def flat(pairs: list[tuple[Any, Any]]) -> list[Any]:
    """Arguments, each with its companion behind it."""
    return [v for pair in pairs for v in pair if v is not None]


def pull(program: Program, seed: np.ndarray, outgoing: list[np.ndarray]) -> list[np.ndarray]:
    """The adjoint of each active argument, one complex step for each of its entries."""
    found = []
    for at, argument in enumerate(program.arguments):
        if is_active(argument):
            adjoint = np.zeros(np.size(argument))
            for k in range(adjoint.size):
                unit = np.zeros(adjoint.size)
                unit[k] = 1.0
                direction = [None if not is_active(a) else unit if i == at and np.ndim(a) else float(i == at) if not np.ndim(a) else a * 0
                             for i, a in enumerate(program.arguments)]
                _, y_dot, _, after_dot = push(program, direction)
                adjoint[k] = seed @ y_dot + sum(a @ b for a, b in zip(outgoing, after_dot, strict=True))
            found.append(adjoint)
    return found


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_forward(program: Program) -> None:
    rng = np.random.default_rng(1)
    direction = [like(a, rng) for a in program.arguments]
    given = [(copied(a), copied(d)) for a, d in zip(program.arguments, direction, strict=True)]
    result = compiled(program, Mode.FORWARD)(*flat(given))
    y, y_dot, after, after_dot = push(program, direction)
    close = tolerance(program)
    if y.size:
        np.testing.assert_allclose(result, [*y, *y_dot], rtol=close, atol=close)
    arrays = [(a, d) for a, d in given if d is not None and np.ndim(a)]
    for (a, a_dot), b, b_dot in zip(arrays, after, after_dot, strict=True):
        np.testing.assert_allclose(a, b, rtol=close)
        np.testing.assert_allclose(a_dot, b_dot, rtol=close, atol=close)


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_reverse(program: Program) -> None:
    """The shadow of an array comes in as the adjoint of what the function leaves there, and goes out as that of what it found."""
    rng = np.random.default_rng(2)
    size = push(program, [like(a, rng) for a in program.arguments])[0].size
    seed = rng.normal(size=size)
    single = program.name == "single"
    given: list[tuple[Any, Any]] = []
    for a in program.arguments:
        nothing = np.full(1, np.nan, np.float32 if single else np.float64)
        given.append((copied(a), None if not is_active(a) else like(a, rng) if np.ndim(a) else nothing))
    outgoing = [a_bar.copy() for a, a_bar in given if a_bar is not None and np.ndim(a)]
    seeds: list[Any] = [seed[0]] if size == 1 else [seed] if size else []
    result = compiled(program, Mode.REVERSE)(*flat(given), *seeds)
    y, _, after, _ = push(program, [0 * a if is_active(a) else None for a in program.arguments])
    close = tolerance(program)
    np.testing.assert_allclose(result, y, rtol=close)
    for (a, _), b in zip([(a, d) for a, d in given if d is not None and np.ndim(a)], after, strict=True):
        np.testing.assert_allclose(a, b, rtol=close)
    adjoints = [a_bar for _, a_bar in given if a_bar is not None]
    for adjoint, expected in zip(adjoints, pull(program, seed, outgoing), strict=True):
        np.testing.assert_allclose(adjoint, expected, rtol=close, atol=close)
