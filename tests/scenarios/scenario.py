"""What a scenario is, and the data that scenarios are run on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Scenario:
    """A function whose derivative is known.

    Parameters
    ----------
    function
        A plain Python function that Numba compiles. It is never run on the arrays given here, always on copies.
    cases
        Tuples of arguments, all of the same types: one compilation serves them all.
    argnums
        The arguments by which the derivative is taken; None: all those that hold floats.
    derivative
        Closed form of the derivative for the arguments of a case: one row per number in the result, one column per number in
        the arguments ``argnums``; a complex number is two, its parts. None: dual numbers say it.
    keywords
        Arguments that are given by keyword.
    options
        Options of ``njit``.
    raises
        The type of the exception that every case raises; its arguments are compared with the primal's.
    kink
        Whether a case sits on a kink, where no second derivative and no finite difference exists.
    bits
        Whether it reinterprets the bits of its floats, of 8 bytes each, which dual numbers do not have.
    condition
        By how much rounding errors are amplified beyond what the size of the derivative tells.
    name
        Defaults to the function's.
    """

    function: Callable[..., Any]
    cases: Sequence[tuple[Any, ...]]
    argnums: tuple[int, ...] | None = None
    derivative: Callable[..., Any] | None = None
    keywords: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    raises: type[Exception] | None = None
    kink: bool = False
    bits: bool = False
    condition: float = 1.0
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.function.__name__)
        if self.argnums is None:
            object.__setattr__(self, "argnums", tuple(i for i, arg in enumerate(self.cases[0]) if holds_floats(arg)))


def holds_floats(x: Any) -> bool:
    if isinstance(x, tuple):
        return any(map(holds_floats, x))
    if isinstance(x, np.ndarray) and x.dtype.names:
        return any(holds_floats(x[name]) for name in x.dtype.names)
    return isinstance(x, (float, complex)) or (isinstance(x, np.ndarray) and x.dtype.kind in "fc")


def numbers(*shape: int, low: float = 0.4, high: float = 1.6) -> np.ndarray:
    """Irregular numbers in a range: the fractional parts of the multiples of the golden ratio. No two are equal."""
    count = int(np.prod(shape))
    return (low + (high - low) * ((np.arange(count) + 1) * 0.6180339887498949 % 1.0)).reshape(shape)


def signed(*shape: int) -> np.ndarray:
    """Irregular numbers of both signs."""
    return numbers(*shape, low=-1.2, high=1.3)
