"""`Problem`: what is differentiated, at three sizes, and how a gradient of it is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Arguments = tuple[Any, ...]
Gradient = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Problem:
    """A function of arrays that returns a float.

    Attributes
    ----------
    name
        Of its module in `benchmarks.problems`, and of its C sources in ``benchmarks/native``.
    primal
        The njit function: loops over scalars.
    prepare
        ``prepare(size)`` makes the arguments; the same ones each time.
    sizes
        Three of them, by label, the smallest first.
    argnums
        The arguments that the gradient is taken of: arrays.
    reference
        ``reference(*arguments)`` is the gradient, computed without any of the tools; by default, complex steps of the plain
        Python function: for the smallest size.
    """

    name: str
    primal: Any
    prepare: Callable[..., Arguments]
    sizes: dict[str, Any]
    argnums: tuple[int, ...] = (0,)
    reference: Callable[..., Gradient] | None = None

    def expected(self, arguments: Arguments) -> Gradient:
        """The gradient, from `reference` or from complex steps."""
        if self.reference is not None:
            return self.reference(*arguments)
        return tuple(complex_steps(self.primal.py_func, arguments, index) for index in self.argnums)

    def error(self, arguments: Arguments, gradient: Gradient, directions: int = 2) -> float:
        """How far ``gradient`` is from the slopes of the primal along random directions, relative to what such a slope may be.

        Central differences with one step of Richardson's extrapolation: good to about 1e-9 for what is smooth.
        """
        rng = np.random.default_rng(7)
        worst = 0.0
        for _ in range(directions):
            moves = [rng.standard_normal(arguments[index].shape) for index in self.argnums]
            size = np.sqrt(sum(float((m * m).sum()) for m in moves))
            ours = sum(float((g * m).sum()) for g, m in zip(gradient, moves, strict=True)) / size
            scale = np.sqrt(sum(float((g * g).sum()) for g in gradient)) / np.sqrt(sum(m.size for m in moves))
            slopes = [self._slope(arguments, moves, size, step) for step in (2e-4, 1e-4)]
            worst = max(worst, abs((4 * slopes[1] - slopes[0]) / 3 - ours) / (scale + abs(ours) + 1e-300))
        return worst

    def _slope(self, arguments: Arguments, moves: list[np.ndarray], size: float, step: float) -> float:
        """The central difference of the primal along ``moves``, as a direction of length one."""
        values = []
        for sign in (1, -1):
            moved = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
            for index, move in zip(self.argnums, moves, strict=True):
                moved[index] += sign * step / size * move
            values.append(self.primal(*moved))
        return (values[0] - values[1]) / (2 * step)


def complex_steps(function: Callable[..., Any], arguments: Arguments, index: int) -> np.ndarray:
    """The gradient with respect to one array: the imaginary part that a tiny imaginary step of each entry leaves."""
    step = 1e-100
    primal = arguments[index]
    gradient = np.empty(primal.shape)
    for place in np.ndindex(primal.shape):
        moved = [a.astype(complex) if isinstance(a, np.ndarray) and a.dtype == float else a for a in arguments]
        moved[index][place] += 1j * step
        gradient[place] = function(*moved).imag / step
    return gradient
