"""What a problem of the demonstration is, and what is found out about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; ``text`` says by what numbers it does or does not."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Minimise ``objective(parameters, *data)``, an njit function, over ``parameters`` from ``start``.

    ``compare`` takes the fitted parameters and checks them against another program's fit.
    """

    name: str
    description: str
    objective: Any
    start: NDArray[np.float64]
    data: tuple[Any, ...]
    compare: Callable[[NDArray[np.float64]], list[Check]]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of a call of the primal, of a call of value and gradient, and of compiling these; None where that was done before."""

    primal: float
    gradient: float
    compile: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A fitted problem. ``objective``: its value at the start and at the end."""

    problem: Problem
    objective: tuple[float, float]
    iterations: int
    gradients: int
    seconds: float
    times: Times
    checks: tuple[Check, ...]
