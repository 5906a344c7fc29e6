"""Take a generated program through both modes and compare with its reference: dual numbers on the plain Python function.

As in `runner`, each run checks the derivative, the result, what became of the arguments, that a second call gives the same bits,
and that all memory is released. Nothing but the derivatives is compiled, and both from one capture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, typeof, types
from numba.core.errors import NumbaError

import irad
from calling import in_dtype, raised, twice
from irad.numba_.capture import capture
from lifting import lift
from reference import Run, Tree, coordinates, dual_jacobian, leaves, unflatten, without_floats
from scenarios.scenario import signed
from strategies import EXCEPTIONS, Program

SHIFT = 1e-7
SENSITIVE = 1e4
"""Programs whose derivative or result changes by more than this times a change of the arguments are set aside: they are near a
kink or a jump, or amplify rounding errors beyond what can be compared."""

TOLERANCE = SENSITIVE * 2**10 * np.finfo(float).eps / 2
"""Some hundred roundings, amplified by as much."""


class SetAside(Exception):
    """A program that cannot be judged: it is near a kink, or Numba does not compile it."""


def check(program: Program) -> None:
    """Compare gradient and directional derivative, values, and what becomes of the arguments; or the exception.

    Raises
    ------
    AssertionError
        Something differs from the reference.
    SetAside
        There is nothing to compare.
    """
    function = njit(program.function())
    try:
        _check(program, function)
    except (AssertionError, *EXCEPTIONS, *REFUSALS) as error:
        if not numba_agrees(program, function):
            raise SetAside from error
        raise


def _check(program: Program, function: Any) -> None:
    error = exception_of(program)
    if error is not None:
        check_exception(program, function, error)
        return
    expected = differentiated(program, program.args)
    if not is_smooth(program, expected):
        raise SetAside
    check_gradient(program, function, expected)
    check_tangent(program, function, expected)


REFUSALS = (NumbaError, RecursionError)
"""What Numba raises where it cannot compile a function."""


def numba_agrees(program: Program, function: Any) -> bool:
    """Does Numba compute what Python does?

    Not where a function of its own raises behind a handler that ran: Numba goes on as if it had returned.
    """
    expected, args = exception_of(program), in_dtype(program.args, np.float64)
    try:
        value = function(*program.spread(args))
    except REFUSALS:
        return False
    except Exception as error:
        return expected is not None and type(error) is type(expected.error)
    if expected is not None:
        return False
    run = differentiated(program, program.args)
    ours, theirs = np.array(leaves((value, args))), np.array(leaves((run.value, run.args)), float)
    return np.allclose(ours, theirs, rtol=0.0, atol=TOLERANCE * max(1.0, np.max(np.abs(theirs))))


def called(program: Program, args: tuple[Any, ...]) -> Any:
    """Run the plain Python function, on any kind of numbers."""
    return lift(program.function())(*program.spread(args))


def differentiated(program: Program, args: tuple[Any, ...]) -> Run:
    return dual_jacobian(lambda *args: called(program, args), args, program.argnums)


@dataclass
class Raised:
    """An exception of the plain Python function, and the arguments after it."""

    error: Exception
    args: tuple[Any, ...]


def exception_of(program: Program) -> Raised | None:
    args = in_dtype(program.args, np.float64)
    try:
        called(program, args)
    except EXCEPTIONS as error:
        return Raised(error, args)
    return None


def is_smooth(program: Program, here: Run) -> bool:
    """Do the result and the derivative change little when the arguments do?"""
    numbers, there = np.array(leaves(program.args)), flat(here)
    shift = SHIFT * np.random.default_rng(0).uniform(0.5, 1.0, numbers.size)
    for shifted in (numbers + shift, numbers - shift):
        try:
            moved = flat(differentiated(program, unflatten(program.args, list(map(float, shifted)))))
        except EXCEPTIONS:
            return False
        if not np.all(np.abs(moved - there) <= SENSITIVE * SHIFT * max(1.0, np.max(np.abs(there)))):
            return False
    return True


def flat(run: Run) -> np.ndarray:
    """The result and its gradient, in one array."""
    return np.array([float(run.value), *run.matrix[0]])


def by_argument(program: Program, numbers: np.ndarray) -> dict[int, Tree]:
    """Numbers in the structure of the arguments that derivatives are taken by: for each of the function's parameters."""
    parts = dict(zip(program.argnums, unflatten(tuple(program.args[at] for at in program.argnums), list(map(float, numbers))), strict=True))
    spread = program.spread(tuple(parts.get(at) for at in range(len(program.args))))
    return {at: part for at, part in enumerate(spread) if part is not None}


def check_gradient(program: Program, function: Any, expected: Run) -> None:
    by = by_argument(program, expected.matrix[0])
    derivative = irad.gradient(function, tuple(by))
    found = twice(lambda *args: derivative(*program.spread(args)), program.args, np.float64, "gradient")
    compare(found.result, tuple(by.values()), "gradient")
    compare_arguments(found.args, expected.args, "gradient")


def check_tangent(program: Program, function: Any, expected: Run) -> None:
    derivative = irad.jvp(function)
    tangents, direction = along(program, expected)
    found = twice(lambda args, tangents: derivative(program.spread(args), tangents), (program.args, tangents), np.float64, "jvp")
    value, slope = found.result
    compare(value, expected.value, "value")
    compare(slope, float(expected.matrix[0] @ direction), "jvp")
    compare_arguments(found.args[0], expected.args, "jvp")


def along(program: Program, expected: Run) -> tuple[tuple[Any, ...], np.ndarray]:
    """Tangents of the function's parameters, and what they are in the memory: tangents of arguments that share it add up there."""
    numbers = by_argument(program, signed(expected.matrix.shape[1]))
    spread = tuple(numbers.get(at) for at in range(len(program.spread(program.args))))
    if program.overlap is None:
        return spread, signed(expected.matrix.shape[1])
    memory = np.zeros(program.args[0].size)
    for part, tangent in zip(program.overlap, spread, strict=False):
        memory[part] += tangent
    # The numbers of the memory come first, for it is the first argument.
    return spread, np.concatenate([memory, signed(expected.matrix.shape[1])[memory.size:]])


def check_exception(program: Program, function: Any, expected: Raised) -> None:
    """The derivative raises what the function raises, has written what it has written, and leaves nothing behind."""
    place = by_argument(program, signed(len(coordinates(active(program)))))
    tangents = tuple(place.get(at) for at in range(len(program.spread(program.args))))
    gradient, jvp = irad.gradient(function, tuple(place)), irad.jvp(function)
    for where, call in (("gradient", lambda *args: gradient(*program.spread(args))),
                        ("jvp", lambda *args: jvp(program.spread(args), tangents))):
        error, after, left = raised(call, program.args, np.float64)
        if isinstance(error, irad.errors.OutputTypeError) and returns_nothing(program, function):
            continue
        assert type(error) is type(expected.error), f"{where}: {error!r} instead of {expected.error!r}"
        if not isinstance(error, ZeroDivisionError):  # whose message is another one
            assert error.args == expected.error.args, f"{where}: {error!r} instead of {expected.error!r}"
        compare_arguments(after, expected.args, where)
        assert left == 0, f"{where}: {left} blocks leaked"


def returns_nothing(program: Program, function: Any) -> bool:
    """Whether Numba sees that the function always raises: then it has no result, not even a type of one."""
    return capture(function, tuple(map(typeof, program.spread(program.args)))).returns is types.none


def active(program: Program) -> tuple[Any, ...]:
    return tuple(program.args[at] for at in program.argnums)


def compare(found: Tree, expected: Tree, where: str) -> None:
    """Compare number by number; the tolerance is relative to the largest, and to 1, which is the size of the data."""
    ours, theirs = np.array(leaves(found)), np.array(leaves(expected), float)
    assert ours.shape == theirs.shape, f"{where}: {found!r} has not the structure of {expected!r}"
    scale = max(1.0, np.max(np.abs(theirs), initial=0.0))
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=TOLERANCE * scale, err_msg=where)


def compare_arguments(found: tuple[Any, ...], expected: tuple[Any, ...], where: str) -> None:
    compare(found, expected, where + ", arguments after the call")
    for ours, theirs in zip(without_floats(found), without_floats(expected), strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=where + ", arguments after the call")
