"""Derivatives by a complex step: f'(x) v = Im f(x + ihv) / h, without cancellation, for functions that also run on complex numbers.

Only for what is analytic: a function that mentions what is not, such as ``abs`` or ``real``, is left alone, as is one that Numba
cannot compile for complex numbers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
from numba import njit
from numba.core.dispatcher import Dispatcher

Vector: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

STEP = 2.0**-70
"""Small beside anything, and its products with the smallest numbers of interest are not zero."""
TRIALS = 4
"""At how many points that differ by some units of rounding it is taken: they say how exact it is."""
NOT_ANALYTIC = frozenset({
    "abs", "absolute", "fabs", "hypot", "norm", "real", "imag", "conj", "conjugate", "angle", "phase", "polar", "sign", "signbit",
    "copysign", "var", "std", "nanvar", "nanstd", "cov", "corrcoef", "vdot", "correlate", "cholesky", "eigh", "eigvalsh", "qr", "svd",
    "lstsq", "pinv", "view", "carray", "stop_gradient", "irad", "vjp", "__irad_derivative__",
})
"""Names of what has another derivative, or none, with complex numbers."""


def on_complex_numbers(function: Any) -> Any:
    """The njit function for complex arguments; None where it is not analytic, or what it is made of cannot be told."""
    if any(map(mentions, reached(function))):
        return None
    options = {name: value for name, value in function.targetoptions.items() if name in ("error_model", "boundscheck")}
    return njit(**options)(function.py_func)


def mentions(code: Any) -> bool:
    """Whether code names something that is not analytic, or is a derivative's."""
    return not NOT_ANALYTIC.isdisjoint(code.co_names)


def reached(function: Any) -> Iterator[Any]:
    """The code of an njit function, and of the njit functions that it names."""
    pending, seen = [function.py_func], set()
    while pending:
        own = pending.pop()
        if own.__code__ in seen:
            continue
        codes = [own.__code__]
        while codes:
            code = codes.pop()
            seen.add(code)
            yield code
            codes += [constant for constant in code.co_consts if inspect.iscode(constant)]
        named = [own.__globals__.get(name) for name in own.__code__.co_names]
        named += [cell.cell_contents for cell in own.__closure__ or ()]
        pending += [value.py_func for value in named if isinstance(value, Dispatcher) and inspect.isfunction(value.py_func)]


def complex_step(call: Callable[[Any], Any], argument: Any, direction: Any, output: Any, epsilon: float) -> tuple[Vector, Vector] | None:
    """The derivative of ``call(argument)`` along ``direction``, and an estimate of its error; None where it cannot be had.

    ``direction`` and ``output`` have the structure of the argument and the result: floats, arrays of floats, tuples of them.
    """
    try:
        found = np.stack([imaginary(call(moved(argument, direction, 1.0 + k * epsilon)), output) / STEP for k in range(TRIALS)])
    except Exception:
        return None  # Numba may not know how to do with complex numbers what it does with real ones
    mean = found.mean(axis=0)
    return mean, np.max(np.abs(found - mean), axis=0) + TRIALS * epsilon * np.abs(mean)


def moved(value: Any, direction: Any, factor: float) -> Any:
    """``value`` times a factor, and a small imaginary part along ``direction``."""
    if isinstance(value, tuple):
        items = [moved(item, part, factor) for item, part in zip(value, direction, strict=True)]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if not is_real(value):
        return value
    single = np.asarray(value).dtype == np.float32
    made = np.asarray(value * factor + 1j * STEP * np.asarray(direction, np.float64), np.complex64 if single else np.complex128)
    return made if isinstance(value, np.ndarray) else made[()] if single else complex(made)


def imaginary(value: Any, like: Any) -> Vector:
    """The imaginary parts of a result, one after the other, where that of real numbers is ``like``."""
    if isinstance(like, tuple):
        return np.concatenate([np.zeros(0), *(imaginary(*pair) for pair in zip(value, like, strict=True))])
    if not is_real(like):
        if np.iscomplexobj(like):
            raise TypeError("the function has complex results")
        return np.zeros(0)
    return np.imag(np.asarray(value)).ravel().astype(np.float64)


def is_real(value: Any) -> bool:
    """Whether a value is a float or an array of floats."""
    return isinstance(value, (float, np.floating)) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
