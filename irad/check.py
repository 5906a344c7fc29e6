"""`check_gradients`: a function's derivatives against finite differences and complex steps, and its two modes against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numba import typeof
from numba.core import types
from numba.np.numpy_support import as_dtype

from irad.argnums import check_together, folded, parameters
from irad.complex_step import Vector, complex_step, on_complex_numbers
from irad.derivative import jitted
from irad.numba_.specialise import Subject, captured
from irad.operators import gradient, jvp, vjp

SAFETY = 4.0
"""How many times its own error estimate a finite difference may be off."""
BLUNT = 1e8
"""How many units of rounding a finite difference may be off before a complex step is tried."""
ROUNDING = 1e4
"""How many units of rounding the dot test may be off, of the sum of the magnitudes of its terms."""


def check_gradients(function: Any, args: Sequence[Any], order: int = 1, modes: Sequence[str] = ("forward", "reverse")) -> None:
    """Compare the derivatives of a function with finite differences and complex steps.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, a complex number, an array of them, or a tuple of those. It is differentiated with respect to all floats and
        complex numbers in ``args``.
    args : sequence
        Where. They are not changed, also where ``function`` writes to its arguments. Those that share memory are taken apart.
    order : int
        2 checks the derivatives of its gradient as well, in forward mode; then ``function`` returns a float.
    modes : sequence of {"forward", "reverse"}
        What to check.

    Raises
    ------
    AssertionError
        A derivative is wrong; says which mode, argument and entry.
    ArgumentTypeError
        ``args`` is an argument by itself.
    ValueError
        Nothing in ``args`` can be differentiated, or a mode is unknown.

    Notes
    -----
    For each argument, along a random direction v and random weights w (the same in every run): J v against central differences in
    Richardson's extrapolation, whose own error estimate is the tolerance; (Jᵀ w)·v against the same; and the dot test
    (Jᵀ w)·v = w·(J v), which holds up to rounding. Where the differences are blunt, by cancellation, and ``function`` also runs on complex
    numbers and is analytic, a complex step takes their place, whose error is that of rounding alone. Entries are looked at one by one
    only when a test fails. Costs a dozen calls of ``function`` and one sweep in each mode for each argument.

    Examples
    --------
    >>> import irad
    >>> irad.check_gradients(lambda x, y: x * y**2, (2.0, 3.0), order=2)
    """
    if not modes or set(modes) - {"forward", "reverse"}:
        raise ValueError(f"check_gradients: modes are 'forward' and 'reverse', not {tuple(modes)!r}")
    compiled = jitted(function, "check_gradients")
    check_together("check_gradients", compiled, args)
    active = [index for index, value in enumerate(args) if flat(value).size]
    if not active:
        raise ValueError(f"check_gradients({compiled.__name__}): no argument is a float, a complex number, an array or a tuple of them")
    apart = tuple(deepcopy(value) for value in args)  # each by itself: a copy of the tuple would keep one array in two places
    for index in active:
        check = Check(compiled, apart, index)
        if "forward" in modes:
            check.forward()
        if "reverse" in modes:
            check.reverse()
        if len(set(modes)) == 2:
            check.dot()
        if order > 1:
            check_gradients(gradient(compiled, argnums=index), args, order - 1, ("forward",))


@dataclass(frozen=True)
class Check:
    """The tests for one argument of a function."""

    function: Any
    args: tuple[Any, ...]
    index: int

    @cached_property
    def output(self) -> Any:
        """What the function returns, in the precision that it has there: Numba hands a single out as Python's float."""
        given = folded(Subject("check_gradients", self.function), tuple(map(typeof, self.args)))
        return exact(self.function(*deepcopy(self.args)), captured(self.function, given, frozenset({self.index})).returns)

    @cached_property
    def direction(self) -> Vector:
        return np.random.default_rng(0).standard_normal(flat(self.args[self.index]).size)

    @cached_property
    def weights(self) -> Vector:
        return np.random.default_rng(1).standard_normal(flat(self.output).size)

    @cached_property
    def adjoint(self) -> Vector:
        """Jᵀ w by a reverse sweep."""
        return flat(vjp(self.function, self.index)(deepcopy(self.args), filled(self.output, self.weights))[1])

    def tangent(self, direction: Vector) -> Vector:
        """J v by a forward sweep."""
        tangents: list[Any] = [None] * len(self.args)
        tangents[self.index] = filled(self.args[self.index], direction)
        return flat(jvp(self.function)(deepcopy(self.args), tuple(tangents))[1])

    def forward(self) -> None:
        """J v against finite differences."""
        self._compare("forward", self.tangent, lambda expected, error: (expected, error))

    def reverse(self) -> None:
        """(Jᵀ w)·v against finite differences."""
        self._compare("reverse", lambda direction: np.atleast_1d(self.adjoint @ direction),
                      lambda expected, error: (np.atleast_1d(self.weights @ expected), np.atleast_1d(np.abs(self.weights) @ error)))

    def dot(self) -> None:
        """(Jᵀ w)·v = w·(J v)."""
        tangent = self.tangent(self.direction)
        left, right = float(self.adjoint @ self.direction), float(self.weights @ tangent)
        terms = np.abs(self.adjoint) @ np.abs(self.direction) + np.abs(self.weights) @ np.abs(tangent)
        if not abs(left - right) <= ROUNDING * self._epsilon * terms:
            raise AssertionError(f"{self._shown}: reverse and forward mode disagree, (Jᵀw)·v = {left!r} and w·(Jv) = {right!r}")

    def _compare(self, mode: str, found: Callable[[Vector], Vector],
                 reduced: Callable[[Vector, Vector], tuple[Vector, Vector]]) -> None:
        """Test along a random direction; where that fails, along each axis for the entry to blame."""
        whole = self._mismatch(self.direction, found, reduced)
        if whole is None:
            return
        for position, path in enumerate(entries(self.args[self.index])):
            axis = np.zeros(self.direction.size)
            axis[position] = 1.0
            single = self._mismatch(axis, found, reduced)
            if single is not None:
                raise AssertionError(f"{self._shown}, entry {path}: {mode} mode gives {single}")
        raise AssertionError(f"{self._shown}: along a random direction, {mode} mode gives {whole}")

    def _mismatch(self, direction: Vector, found: Callable[[Vector], Vector],
                  reduced: Callable[[Vector, Vector], tuple[Vector, Vector]]) -> str | None:
        """What was found and expected where they differ most, if they differ by more than the error."""
        slopes, slack, reference = self._difference(direction)
        expected, error = reduced(slopes, slack)
        value = found(direction)
        excess = np.abs(value - expected) - SAFETY * error - self._epsilon * np.abs(expected)
        if np.all(excess <= 0):
            return None
        worst = int(np.argmax(np.where(np.isnan(excess), np.inf, excess)))
        return f"{float(value[worst])!r}, {reference} {float(expected[worst])!r}"

    def _difference(self, direction: Vector) -> tuple[Vector, Vector, str]:
        """The derivative of the output along a direction, an estimate of its error, and what it was found by."""
        size = float(np.max(np.abs(flat(self.args[self.index])), initial=0.0)) or 1.0
        largest = float(np.max(np.abs(direction), initial=0.0)) or 1.0
        first = self._epsilon ** 0.2 * size / largest
        trials = [self._extrapolated(direction, first * factor) for factor in (1.0, 0.125, 1 / 64)]
        errors = np.stack([error for _, error in trials])
        errors = np.where(np.isnan(errors), np.inf, errors)
        best = np.argmin(errors, axis=0)[np.newaxis]
        slopes = np.take_along_axis(np.stack([slope for slope, _ in trials]), best, 0)[0]
        return self._sharpened(direction, slopes, np.take_along_axis(errors, best, 0)[0])

    def _sharpened(self, direction: Vector, slopes: Vector, error: Vector) -> tuple[Vector, Vector, str]:
        """The derivative by a complex step instead, where that is sharper than differences and in accord with them."""
        known = slopes, error, "finite differences"
        if np.all(error <= BLUNT * self._epsilon * np.max(np.abs(slopes), initial=0.0)) or self._on_complex_numbers is None:
            return known
        args = list(deepcopy(self.args))
        moved = filled(args[self.index], direction)

        def call(value: Any) -> Any:
            return self._on_complex_numbers(*[value if index == self.index else deepcopy(other) for index, other in enumerate(args)])

        found = complex_step(call, args[self.index], moved, self.output, self._epsilon)
        if found is None or not np.all(np.abs(found[0] - slopes) <= SAFETY * (error + found[1])):
            return known
        return found[0], np.minimum(error, found[1]), "a complex step"

    @cached_property
    def _on_complex_numbers(self) -> Any:
        return on_complex_numbers(self.function)

    def _extrapolated(self, direction: Vector, step: float) -> tuple[Vector, Vector]:
        """Central differences with a step and with half of it, and their extrapolation to 0."""
        points = [self._at(direction, factor * step) for factor in (1.0, -1.0, 0.5, -0.5)]
        wide, narrow = (points[0] - points[1]) / (2 * step), (points[2] - points[3]) / step
        slope = (4 * narrow - wide) / 3
        noise = 8 * self._epsilon * np.max(np.abs(points), axis=0) / step
        return slope, np.abs(slope - narrow) + noise

    def _at(self, direction: Vector, step: float) -> Vector:
        """The output, where the argument is moved by a step along a direction."""
        args = list(deepcopy(self.args))
        args[self.index] = filled(args[self.index], flat(args[self.index]) + step * direction, keep=True)
        return flat(self.function(*args))

    @property
    def _epsilon(self) -> float:
        """The largest unit of rounding among the dtypes of the argument and the output."""
        return max(float(np.finfo(dtype).eps) for dtype in (*dtypes(self.args[self.index]), *dtypes(self.output)))

    @property
    def _shown(self) -> str:
        return f"check_gradients({self.function.__name__}): argument {self.index} ('{parameters(self.function)[self.index]}')"


def exact(value: Any, type_: Any) -> Any:
    """A value with its scalars in the precision of a Numba type."""
    if isinstance(value, tuple):
        items = map(exact, value, type_)
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return as_dtype(type_).type(value) if isinstance(type_, (types.Float, types.Complex)) else value


def fields(value: Any) -> tuple[str, ...]:
    """The names of the fields of a record or an array of records; none of other values."""
    return (value.dtype.names or ()) if isinstance(value, (np.ndarray, np.void)) else ()


def is_float(value: Any) -> bool:
    """Whether a value is a float, a complex number, or an array of them."""
    return isinstance(value, (float, complex, np.inexact)) or (isinstance(value, np.ndarray) and value.dtype.kind in "fc")


def dtypes(value: Any) -> Iterator[np.dtype[Any]]:
    """The dtypes of the floats in a value."""
    if isinstance(value, tuple):
        for item in value:
            yield from dtypes(item)
    for name in fields(value):
        yield from dtypes(value[name])
    if is_float(value):
        yield np.asarray(value).dtype


def flat(value: Any) -> Vector:
    """All floats in a value, tuples, fields and arrays one after the other; a complex number is two."""
    if isinstance(value, tuple) or fields(value):
        parts = [value[name] for name in fields(value)] if fields(value) else value
        return np.concatenate([np.zeros(0), *map(flat, parts)])
    if not is_float(value):
        return np.zeros(0)
    numbers = np.asarray(value).ravel()
    return numbers.astype(np.complex128).view(np.float64) if numbers.dtype.kind == "c" else numbers.astype(np.float64)


def entries(value: Any, path: str = "") -> Iterator[str]:
    """How each float in a value would be written behind its name, in the order of `flat`."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from entries(item, f"{path}[{index}]")
    for name in fields(value):
        yield from entries(value[name], f"{path}[{name!r}]")
    if is_float(value):
        of_array = isinstance(value, np.ndarray)
        numbers = [f"{path}[{', '.join(map(str, place))}]" for place in np.ndindex(value.shape)] if of_array else [path]
        for number in numbers:
            yield from (f"{number}.real", f"{number}.imag") if np.iscomplexobj(value) else (number or "()",)


def filled(value: Any, vector: Vector, *, keep: bool = False) -> Any:
    """A value of the structure and dtypes of another, with these floats; for what is no float None, or (``keep``) itself."""
    if isinstance(value, tuple):
        parts = np.split(vector, np.cumsum([flat(item).size for item in value]))
        items = [filled(item, part, keep=keep) for item, part in zip(value, parts)]  # noqa: B905 - the last part is empty
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if fields(value):
        return _filled_records(value, vector)
    if not is_float(value):
        return value if keep else None
    numbers = vector.view(np.complex128) if np.iscomplexobj(value) else vector
    return numbers.astype(value.dtype).reshape(value.shape) if isinstance(value, np.ndarray) else type(value)(numbers[0])


def _filled_records(value: Any, vector: Vector) -> Any:
    made, place = value.copy(), 0
    for name in fields(value):
        size = flat(value[name]).size
        made[name] = filled(value[name], vector[place:place + size], keep=True)
        place += size
    return made
