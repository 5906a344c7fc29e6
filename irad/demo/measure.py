"""Numbers that a derivative is judged by: its time, and finite differences and dot products to hold it against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def central_differences(function: Callable[..., float], x: Array, data: Sequence[Any]) -> Array:
    """The gradient of ``function(x, *data)`` in ``x`` by central differences with two steps, extrapolated to step 0: 4·len(x) calls.

    The step ε^⅕ balances the error of the formula (h⁴) against rounding (ε/h): about 1e-12 of the function's scale is left. Without the
    extrapolation it would be 1e-10, too much where a large objective has a small gradient.
    """
    step = np.finfo(np.float64).eps ** 0.2
    result = np.empty_like(x)
    for index, value in enumerate(x):
        wide, narrow = (difference(function, x, data, index, h * max(1.0, abs(value))) for h in (step, 0.5 * step))
        result[index] = (4.0 * narrow - wide) / 3.0
    return result


def difference(function: Callable[..., float], x: Array, data: Sequence[Any], index: int, step: float) -> float:
    """The slope of ``function`` along entry ``index`` of ``x``, between a step below and a step above."""
    above, below = x.copy(), x.copy()
    above[index] += step
    below[index] -= step
    return float((function(above, *data) - function(below, *data)) / (above[index] - below[index]))


def relative_error(value: Array, reference: Array) -> float:
    """Largest difference of two arrays, relative to the largest entry of the reference; nan if there is a nan."""
    return float(np.abs(value - reference).max() / max(np.abs(reference).max(), np.finfo(np.float64).tiny))


def seconds_per_call(function: Callable[[], object], budget: float = 0.3) -> float:
    """Median time of a call, in seconds, over about ``budget`` seconds; the first call, which may compile, is not counted."""
    function()
    start = perf_counter()
    function()
    once = max(perf_counter() - start, 1e-7)
    calls = max(1, int(budget / 15 / once))
    samples = []
    for _ in range(15 if calls > 1 else max(3, min(15, int(budget / once)))):
        start = perf_counter()
        for _ in range(calls):
            function()
        samples.append((perf_counter() - start) / calls)
    return median(samples)


def duration(seconds: float) -> str:
    """A time for people: three digits and a unit."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1.0:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
