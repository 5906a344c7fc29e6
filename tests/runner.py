"""Take a scenario through one mode of differentiation and compare with its reference.

Besides the derivative, each run checks the result, what became of the arguments, the types of what is returned, that a second
call gives the same bits, and that all memory of Numba's runtime is released.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from functools import cache
from typing import Any

import numpy as np
from numba import njit, typeof

import irad
from calling import Outcome, arrays_in, calling, in_dtype, in_precision, of_type, raised, twice
from irad.numba_.capture import capture
from lifting import lift
from reference import Run, Tree, coordinates, dual_hessian_product, dual_jacobian, leaves, unflatten, without_floats
from scenarios.scenario import Scenario, holds_floats, signed

ROUNDINGS = 2**10
"""How many roundings, each of half a unit in the last place, all of one sign, are granted to a scenario.

Scenarios take up to some hundred operations on numbers near 1, most of them well conditioned; those that are not say so
(`Scenario.condition`). A wrong derivative is off by far more than 1e-4, the tolerance that follows for float32.
"""


class Mode(Enum):
    """COLUMNS is a Jacobian by forward mode, several columns at once, ROWS one by reverse mode. FORWARD also shows that the function
    computes what the reference does. THIRD is forward over forward over reverse."""

    FORWARD = "forward"
    REVERSE = "reverse"
    NJIT = "njit"
    FORWARD_OVER_REVERSE = "forward_over_reverse"
    REVERSE_OVER_FORWARD = "reverse_over_forward"
    REVERSE_OVER_REVERSE = "reverse_over_reverse"
    THIRD = "third"
    COLUMNS = "columns"
    ROWS = "rows"


NESTED = (Mode.FORWARD_OVER_REVERSE, Mode.REVERSE_OVER_FORWARD, Mode.REVERSE_OVER_REVERSE, Mode.THIRD)


def applies(scenario: Scenario, mode: Mode, dtype: type) -> bool:
    """Higher derivatives are taken of functions that return a number, away from kinks; matrices of what is real; of every other mode, all
    can be asked."""
    if scenario.bits and dtype is not np.float64:
        return False
    if mode in (Mode.COLUMNS, Mode.ROWS):
        return not (scenario.bits or scenario.raises) and is_real(scenario)
    if mode is Mode.REVERSE_OVER_FORWARD and any(isinstance(arg, str) for arg in scenario.cases[0]):
        return False  # a tuple of all arguments is differentiated
    if mode in NESTED:
        return not (scenario.kink or scenario.bits or scenario.raises) and returns_number(scenario)
    return True


@cache
def compiled(function: Callable[..., Any], **options: Any) -> Any:
    return njit(**options)(function)


def primal(scenario: Scenario) -> Any:
    return compiled(scenario.function, **scenario.options)


def positional(scenario: Scenario, case: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a case with its keywords in their places."""
    if not scenario.keywords:
        return case
    bound = inspect.signature(scenario.function).bind(*case, **scenario.keywords)
    bound.apply_defaults()
    return bound.args


def as_called(scenario: Scenario, function: Any) -> Callable[..., Any]:
    """``function`` of the positional arguments, called with the scenario's keywords in the order in which they are given there."""
    if not scenario.keywords:
        return function
    names = list(inspect.signature(scenario.function).parameters)

    def call(*args: Any) -> Any:
        by_name = dict(zip(names, args, strict=True))
        given = [by_name.pop(name) for name in names if name not in scenario.keywords]
        return function(*given, **{name: by_name[name] for name in scenario.keywords})

    return call


def reference(scenario: Scenario, args: tuple[Any, ...]) -> Run:
    """The derivative from its closed form where there is one, else from dual numbers."""
    if scenario.derivative is None:
        return dual_jacobian(scenario.function, args, scenario.argnums)
    after = in_dtype(args, np.float64)
    value = scenario.function(*after)
    rows = scenario.derivative(*args[: len(inspect.signature(scenario.derivative).parameters)])
    return Run(value, np.array(rows, float).reshape(len(coordinates(value)), -1), after)


def plain(scenario: Scenario) -> Callable[..., Any]:
    """The function as Python runs it, with lists and dicts of Python's where it makes Numba's: those are compiled, one method at a time."""
    return lift(scenario.function) if scenario.derivative is None else scenario.function


@cache
def is_real(scenario: Scenario) -> bool:
    """Whether neither what it is differentiated by nor its result is complex or in records: a Jacobian is a matrix of floats."""
    args = in_dtype(positional(scenario, scenario.cases[0]), np.float64)
    by = chosen(scenario, args)
    if any(array.dtype.names for array in arrays_in((by, plain(scenario)(*args)))):
        return False
    args = in_dtype(positional(scenario, scenario.cases[0]), np.float64)
    return not any(np.iscomplexobj(x) for x in (*leaves(by), *leaves(plain(scenario)(*args))))


@cache
def returns_number(scenario: Scenario) -> bool:
    if scenario.raises is not None:
        return True
    value = plain(scenario)(*in_dtype(positional(scenario, scenario.cases[0]), np.float64))
    return not isinstance(value, (tuple, np.ndarray, complex))


def run(scenario: Scenario, mode: Mode, dtype: type = np.float64) -> None:
    """Check ``scenario`` in one mode, all its cases.

    Raises
    ------
    AssertionError
        Something differs from the reference; the message names the scenario, the case and what differs.
    """
    for case in scenario.cases:
        # The reference sees the numbers as they are after rounding to the dtype, in double precision.
        args = in_dtype(in_dtype(positional(scenario, case), dtype), np.float64)
        where = f"{scenario.name}{case}, {mode.value}, {dtype.__name__}"
        if scenario.raises is None:
            CHECKS[mode](scenario, args, dtype, where)
        else:
            check_exception(scenario, mode, args, dtype, where)


def chosen(scenario: Scenario, args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(args[i] for i in scenario.argnums)


def argnums(scenario: Scenario) -> int | tuple[int, ...]:
    """As a user would say it: a number if it is one."""
    return scenario.argnums[0] if len(scenario.argnums) == 1 else scenario.argnums


def tangents(scenario: Scenario, args: tuple[Any, ...], direction: np.ndarray) -> tuple[Any, ...]:
    """``direction`` in the structure of the arguments; None for those that are constant."""
    given = iter(unflatten(chosen(scenario, args), list(map(float, direction))))
    by_position = dict(zip(scenario.argnums, map(without_constants, given), strict=True))
    return tuple(by_position.get(i) for i in range(len(args)))


def without_constants(tree: Tree) -> Tree:
    """``tree`` with None for what holds no floats."""
    if isinstance(tree, tuple):
        return type(tree)(*map(without_constants, tree)) if hasattr(tree, "_fields") else tuple(map(without_constants, tree))
    return tree if holds_floats(tree) else None


def directions(count: int) -> list[np.ndarray]:
    """An irregular direction, which sees every entry, and for few arguments the axes."""
    return [signed(count), *(np.eye(count) if count <= 8 else ())]


def check_reverse(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    expected = reference(scenario, args)
    if returns_number(scenario):
        gradient = irad.gradient(primal(scenario), argnums(scenario))
        found = twice(as_called(scenario, gradient), args, dtype, where)
        compare_gradient(scenario, found.result, expected.matrix[0], args, dtype, where)
    else:
        found = pulled_back(scenario, irad.vjp(primal(scenario), argnums(scenario)), expected, args, dtype, where)
    compare_arguments(scenario, found.args, expected.args, dtype, where)


def check_njit(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    expected = reference(scenario, args)
    if returns_number(scenario):
        found = twice(calling(irad.gradient(primal(scenario), argnums(scenario))), args, dtype, where)
        compare_gradient(scenario, found.result, expected.matrix[0], args, dtype, where)
    else:
        found = pulled_back(scenario, calling(irad.vjp(primal(scenario), argnums(scenario))), expected, args, dtype, where)
    compare_arguments(scenario, found.args, expected.args, dtype, where)


def check_forward(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    expected = reference(scenario, args)
    jvp = irad.jvp(primal(scenario))
    for direction in directions(expected.matrix.shape[1]):
        direction = direction.astype(dtype).astype(float)
        along = tangents(scenario, args, direction)
        found = twice(jvp, (args, along), dtype, where)
        value, slope = found.result
        compare(scenario, value, expected.value, dtype, where + ", result")
        with np.errstate(invalid="ignore"):
            compare(scenario, slope, unflatten(expected.value, list(strong_product(expected.matrix, direction))), dtype, where)
        compare_arguments(scenario, found.args[0], expected.args, dtype, where)
        compare(scenario, found.args[1], along, dtype, where + ", tangents after the call")


def check_forward_over_reverse(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    gradient = irad.gradient(primal(scenario), argnums(scenario))
    expected = reference(scenario, args)
    direction = signed(expected.matrix.shape[1])
    along = tangents(scenario, args, direction)
    found = twice(irad.jvp(gradient), (args, along), dtype, where)
    first, second = found.result
    compare_gradient(scenario, first, expected.matrix[0], args, dtype, where)
    product = dual_hessian_product(scenario.function, args, scenario.argnums, along)
    compare_gradient(scenario, second, product, args, dtype, where + ", second derivative")
    compare_arguments(scenario, found.args[0], expected.args, dtype, where)


def check_reverse_over_reverse(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    """The adjoint of the gradient: Hessians are symmetric."""
    gradient = irad.gradient(primal(scenario), argnums(scenario))
    expected = reference(scenario, args)
    along = tangents(scenario, args, signed(expected.matrix.shape[1]))
    cotangent = chosen(scenario, along)
    found = twice(irad.vjp(gradient, argnums(scenario)), (args, cotangent if len(cotangent) > 1 else cotangent[0]), dtype, where)
    first, second = found.result
    compare_gradient(scenario, first, expected.matrix[0], args, dtype, where)
    compare_gradient(scenario, second, dual_hessian_product(scenario.function, args, scenario.argnums, along), args, dtype, where)
    compare_arguments(scenario, found.args[0], expected.args, dtype, where)


def check_reverse_over_forward(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    """The gradient of the derivative along a direction is the Hessian times that direction."""
    expected = reference(scenario, args)
    along = tangents(scenario, args, signed(expected.matrix.shape[1]))
    found = twice(irad.vjp(irad.jvp(primal(scenario))), (((args, along), (0.0, 1.0))), dtype, where)
    (value, slope), adjoint = found.result
    compare(scenario, value, expected.value, dtype, where + ", result")
    compare(scenario, slope, strong_product(expected.matrix, coordinates(chosen(scenario, along)))[0], dtype, where + ", slope")
    second = chosen(scenario, adjoint)
    product = dual_hessian_product(scenario.function, args, scenario.argnums, along)
    compare_gradient(scenario, second if len(second) > 1 else second[0], product, args, dtype, where)
    compare_arguments(scenario, found.args[0][0], expected.args, dtype, where)


def check_third(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    expected = reference(scenario, args)
    along = tangents(scenario, args, signed(expected.matrix.shape[1]))
    twice_along = irad.jvp(irad.jvp(irad.gradient(primal(scenario), argnums(scenario))))
    found = twice(twice_along, ((args, along), (along, None)), dtype, where)
    (first, second), (same, third) = found.result
    compare_gradient(scenario, first, expected.matrix[0], args, dtype, where)
    product = dual_hessian_product(scenario.function, args, scenario.argnums, along)
    for derivative in (second, same):
        compare_gradient(scenario, derivative, product, args, dtype, where + ", second derivative")
    product = dual_hessian_product(scenario.function, args, scenario.argnums, along, along)
    worse = replace(scenario, condition=scenario.condition**2)  # what is divided by a small number is divided by it again
    compare_gradient(worse, third, product, args, dtype, where + ", third derivative")
    compare_arguments(scenario, found.args[0][0], expected.args, dtype, where)


def check_columns(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    check_matrix(scenario, args, dtype, where, "forward")


def check_rows(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str) -> None:
    check_matrix(scenario, args, dtype, where, "reverse")


def check_matrix(scenario: Scenario, args: tuple[Any, ...], dtype: type, where: str, mode: Any) -> None:
    expected, by = reference(scenario, args), chosen(scenario, args)
    jacobian = irad.jacobian(primal(scenario), argnums(scenario), mode=mode, chunk=3)
    found = twice(as_called(scenario, jacobian), args, dtype, where)
    blocks = found.result if len(by) > 1 else (found.result,)
    matrix = np.concatenate([rows(block, expected.value, like) for block, like in zip(blocks, by, strict=True)], axis=1)
    compare(scenario, matrix, expected.matrix, dtype, where)
    compare_arguments(scenario, found.args, expected.args, dtype, where)


def rows(block: Tree, value: Tree, like: Tree) -> np.ndarray:
    """A part of a Jacobian as a matrix: one row per float in the result, one column per float in the argument."""
    if isinstance(value, tuple):
        return np.concatenate([rows(part, item, like) for part, item in zip(block, value, strict=True)])
    if isinstance(like, tuple):
        return np.concatenate([rows(part, value, item) for part, item in zip(block, like, strict=True)], axis=1)
    shape = len(coordinates(value)), len(coordinates(like))
    if all(shape):
        return np.reshape(block, shape)
    assert not np.any(block), f"{block!r}: the derivative of what holds no floats, or by it"
    return np.zeros(shape)


CHECKS = {
    Mode.FORWARD: check_forward,
    Mode.REVERSE: check_reverse,
    Mode.NJIT: check_njit,
    Mode.FORWARD_OVER_REVERSE: check_forward_over_reverse,
    Mode.REVERSE_OVER_FORWARD: check_reverse_over_forward,
    Mode.REVERSE_OVER_REVERSE: check_reverse_over_reverse,
    Mode.THIRD: check_third,
    Mode.COLUMNS: check_columns,
    Mode.ROWS: check_rows,
}


def pulled_back(scenario: Scenario, vjp: Any, expected: Run, args: tuple[Any, ...], dtype: type, where: str) -> Outcome:
    """Check a vjp with an irregular cotangent."""
    weights = signed(expected.matrix.shape[0]).astype(dtype).astype(float)
    # A function of float32 may well return float64: the cotangent has the types of the result.
    returned = capture(primal(scenario), tuple(map(typeof, in_dtype(args, dtype)))).returns
    cotangent = of_type(returned, unflatten(expected.value, list(map(float, weights))))
    found = twice(lambda *given: vjp(given, cotangent), args, dtype, where)
    value, adjoint = found.result
    compare(scenario, value, expected.value, dtype, where + ", result")
    compare_gradient(scenario, adjoint, strong_product(expected.matrix.T, weights), args, dtype, where)
    return found


def strong_product(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """``matrix @ vector``, where zero times infinity is zero."""
    return np.where(vector == 0.0, 0.0, matrix * vector).sum(axis=1)


def compare_gradient(scenario: Scenario, found: Tree, expected: np.ndarray, args: tuple[Any, ...], dtype: type, where: str) -> None:
    """A gradient has the structure and the dtype of the arguments it is taken by."""
    by = chosen(scenario, args)
    like = by[0] if len(scenario.argnums) == 1 else by
    compare(scenario, found, unflatten(like, list(expected)), dtype, where)
    check_types(found, like, dtype, where)
    assert not any(array.any() for array in without_floats(found)), f"{where}: what is no float has a derivative"


def check_types(found: Tree, like: Tree, dtype: type, where: str) -> None:
    if isinstance(like, tuple):
        assert isinstance(found, tuple) and len(found) == len(like), f"{where}: {found!r} has not the structure of {like!r}"
        for part, part_like in zip(found, like, strict=True):
            check_types(part, part_like, dtype, where)
    elif isinstance(like, np.ndarray):
        assert found.dtype == in_precision(like.dtype, dtype), f"{where}: dtype is {found.dtype}"
        assert found.shape == like.shape, f"{where}: shape is {found.shape}, not {like.shape}"


def compare(scenario: Scenario, found: Tree, expected: Tree, dtype: type, where: str) -> None:
    """Compare number by number; the tolerance is relative to the largest, and to 1, which is the size of the data."""
    ours, theirs = np.array(leaves(found), complex), np.array(leaves(expected), complex)
    assert ours.shape == theirs.shape, f"{where}: {found!r} has not the structure of {expected!r}"
    scale = max(1.0, np.max(np.abs(theirs[np.isfinite(theirs)]), initial=0.0))
    tolerance = ROUNDINGS * np.finfo(dtype).eps / 2 * scenario.condition * scale
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=tolerance, err_msg=where)


def compare_arguments(scenario: Scenario, found: tuple[Any, ...], expected: tuple[Any, ...], dtype: type, where: str) -> None:
    """What the function writes into its arguments is written once, and nothing else."""
    compare(scenario, found, expected, dtype, where + ", arguments after the call")
    for ours, theirs in zip(without_floats(found), without_floats(expected), strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=where + ", arguments after the call")


def check_exception(scenario: Scenario, mode: Mode, args: tuple[Any, ...], dtype: type, where: str) -> None:
    """The derivative raises what the primal raises, has written what it has written, and leaves nothing behind.

    What the primal leaves behind, a compiled caller of either does.
    """
    function = calling(primal(scenario)) if mode is Mode.NJIT else primal(scenario)
    expected, after, left = raised(function, args, dtype)
    assert type(expected) is scenario.raises, f"{where}: the primal raises {expected!r}"
    given = args
    if mode is Mode.FORWARD:
        along = tangents(scenario, args, signed(len(coordinates(chosen(scenario, args)))))
        derivative, given = irad.jvp(primal(scenario)), (args, along)
    else:
        derivative = irad.gradient(primal(scenario), argnums(scenario))
    if mode is Mode.NJIT:
        derivative = calling(derivative)
    found, found_after, found_left = raised(derivative, given, dtype)
    assert type(found) is type(expected) and said(found) == said(expected), f"{where}: {found!r} instead of {expected!r}"
    compare_arguments(scenario, found_after[0] if mode is Mode.FORWARD else found_after, after, dtype, where)
    allowed = left if mode is Mode.NJIT else 0
    assert found_left <= allowed, f"{where}: {found_left} blocks leaked, {left} by the primal"


def said(error: BaseException) -> tuple[Any, ...]:
    """The arguments of an exception, less the place that Numba puts into its own message about shapes: it is that of whatever was
    compiled last, and another one each time."""
    return tuple(re.sub(r'\nFile ".*", line \d+, $', "", argument) if isinstance(argument, str) else argument for argument in error.args)
