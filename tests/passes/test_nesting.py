"""Derivatives of derivatives, from text to text with the tape still abstract: each mode over each mode.

All four give products with one symmetric matrix, the Hessian of `seed · result + outgoing · arrays left behind`. Its reference is a
central difference of complex steps of the Python twins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from irad_passes.pipeline import differentiate, lower
from irad_passes.request import Activity, Mode, Parameter, Request
from tests.passes.native import Native
from tests.passes.test_pipeline import is_active, parameter, pull
from tests.passes.twins import PROGRAMS, Program

SMOOTH = [program for program in PROGRAMS if program.name != "single" and program.case not in ("some", "small")]
"""Not in single precision, where differences say little, and not at the guarded zero, where they step over the guard."""
WIDTH = float(np.cbrt(np.finfo(float).eps))
"""Step of the difference: its error is its square, about 4e-11, times third derivatives of some hundreds."""
TOLERANCE = 1e-7

CONST, ACTIVE, DUPLICATED = Parameter(), Parameter(Activity.ACTIVE), Parameter(Activity.DUPLICATED, "double")


@dataclass(frozen=True)
class Point:
    """Where a program is differentiated: two directions, with an array for each active argument, and weights of what comes out."""

    first: list[np.ndarray]
    second: list[np.ndarray]
    seed: np.ndarray
    outgoing: list[np.ndarray]


def point(program: Program) -> Point:
    rng = np.random.default_rng(4)
    active = [a for a in program.arguments if is_active(a)]
    directions = [[rng.normal(size=np.size(a)) for a in active] for _ in range(2)]
    size = {"void": 0, "{ double, double }": 2}.get(program.text.partition("define ")[2].partition(" @")[0], 1)
    return Point(*directions, rng.normal(size=size), [rng.normal(size=a.size) for a in active if np.ndim(a)])


def product(program: Program, at: Point, direction: list[np.ndarray]) -> list[np.ndarray]:
    """The Hessian times ``direction``, one part for each active argument."""
    sides = []
    for step in (WIDTH, -WIDTH):
        directions = iter(direction)
        moved = tuple(_moved(a, step * next(directions)) if is_active(a) else a for a in program.arguments)
        sides.append(pull(Program(program.name, program.twin, moved), at.seed, at.outgoing))
    return [(right - left) / (2 * WIDTH) for right, left in zip(*sides, strict=True)]


def _moved(argument: Any, by: np.ndarray) -> Any:
    return argument + by if np.ndim(argument) else argument + float(by[0])


@cache
def nested(text: str, inner: Mode, outer: Mode, parameters: tuple[Parameter, ...], again: tuple[Parameter, ...]) -> Native:
    once = differentiate(text, Request("f", inner, parameters, "df", status=False))
    twice = differentiate(once.text, Request("df", outer, again, "ddf", status=False))
    return Native(lower(twice.text), "ddf")


class Call:
    """The arguments of a derivative of a derivative: collected for each argument of the program, then called."""

    def __init__(self, program: Program, inner: Mode, outer: Mode) -> None:
        self.program, self.inner, self.outer = program, inner, outer
        self.again: list[Parameter] = []
        self.given: list[Any] = []

    def add(self, kind: Parameter, *values: Any) -> None:
        """One argument of the inner derivative, with its companion if it is not constant."""
        self.again.append(kind)
        self.given += values

    def run(self, *seed: Any) -> np.ndarray:
        parameters = tuple(map(parameter, self.program.arguments))
        return nested(self.program.text, self.inner, self.outer, parameters, tuple(self.again))(*self.given, *seed)


@pytest.mark.parametrize("program", SMOOTH, ids=str)
def test_forward_over_reverse(program: Program) -> None:
    at = point(program)
    call = Call(program, Mode.REVERSE, Mode.FORWARD)
    found, outgoing, directions = [], iter(at.outgoing), iter(at.first)
    for argument in program.arguments:
        if not is_active(argument):
            call.add(CONST, argument)
            continue
        direction = next(directions)
        found.append(np.zeros(direction.size))
        if np.ndim(argument):
            call.add(DUPLICATED, argument.copy(), direction.copy())
            call.add(DUPLICATED, next(outgoing).copy(), found[-1])
        else:
            call.add(ACTIVE, argument, direction[0])
            call.add(DUPLICATED, np.zeros(1), found[-1])
    _seed(call, at)
    call.run()
    check(found, product(program, at, at.first))


@pytest.mark.parametrize("program", SMOOTH, ids=str)
def test_reverse_over_reverse(program: Program) -> None:
    at = point(program)
    call = Call(program, Mode.REVERSE, Mode.REVERSE)
    found, outgoing, directions = [], iter(at.outgoing), iter(at.first)
    for argument in program.arguments:
        if not is_active(argument):
            call.add(CONST, argument)
            continue
        direction = next(directions)
        found.append(np.zeros(direction.size))
        if np.ndim(argument):
            call.add(DUPLICATED, argument.copy(), found[-1])
            call.add(DUPLICATED, next(outgoing).copy(), direction.copy())
        else:
            call.add(ACTIVE, argument, found[-1])
            call.add(DUPLICATED, np.zeros(1), direction.copy())
    _seed(call, at)
    call.run(*([0.0] if at.seed.size == 1 else [np.zeros(at.seed.size)] if at.seed.size else []))
    check(found, product(program, at, at.first))


def _seed(call: Call, at: Point) -> None:
    if at.seed.size:
        call.add(CONST, at.seed[0] if at.seed.size == 1 else at.seed)


@pytest.mark.parametrize("program", SMOOTH, ids=str)
def test_reverse_over_forward(program: Program) -> None:
    at = point(program)
    call = Call(program, Mode.FORWARD, Mode.REVERSE)
    found, outgoing, directions = [], iter(at.outgoing), iter(at.first)
    for argument in program.arguments:
        if not is_active(argument):
            call.add(CONST, argument)
            continue
        direction = next(directions)
        found.append(np.zeros(direction.size))
        if np.ndim(argument):
            call.add(DUPLICATED, argument.copy(), found[-1])
            call.add(DUPLICATED, direction.copy(), next(outgoing).copy())
        else:
            call.add(ACTIVE, argument, found[-1])
            call.add(CONST, direction[0])
    call.run(*([np.concatenate([0 * at.seed, at.seed])] if at.seed.size else []))
    check(found, product(program, at, at.first))


@pytest.mark.parametrize("program", SMOOTH, ids=str)
def test_forward_over_forward(program: Program) -> None:
    at = point(program)
    call = Call(program, Mode.FORWARD, Mode.FORWARD)
    left, directions = [], iter(zip(at.first, at.second, strict=True))
    for argument in program.arguments:
        if not is_active(argument):
            call.add(CONST, argument)
            continue
        first, second = next(directions)
        if np.ndim(argument):
            left.append(np.zeros(argument.size))
            call.add(DUPLICATED, argument.copy(), second.copy())
            call.add(DUPLICATED, first.copy(), left[-1])
        else:
            call.add(ACTIVE, argument, second[0])
            call.add(CONST, first[0])
    result = call.run()
    found = at.seed @ result[len(result) - at.seed.size :] + sum(w @ a for w, a in zip(at.outgoing, left, strict=True))
    expected = sum(s @ p for s, p in zip(at.second, product(program, at, at.first), strict=True))
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


def check(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE)
