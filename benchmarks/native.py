"""The problems in C: ``native/<name>.h`` holds the primal, ``native/<name>.c`` a gradient by hand, where there is one.

An array is a pointer and then its shape; a gradient's arrays follow the arguments.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.problem import Arguments, Problem

FOLDER = Path(__file__).with_name("native")


def primal_source(problem: Problem) -> str | None:
    """The primal as C or C++ text; None where there is none."""
    file = FOLDER / f"{problem.name}.h"
    return (FOLDER / "prelude.h").read_text() + file.read_text() if file.exists() else None


def gradient_source(problem: Problem) -> str | None:
    """The gradient by hand as C text; None where there is none."""
    file = FOLDER / f"{problem.name}.c"
    return file.read_text() if file.exists() else None


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def flattened(arguments: Arguments) -> list[Any]:
    """The arguments as the C functions take them."""
    flat: list[Any] = []
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            assert argument.flags.c_contiguous
            flat += [pointer(argument), *map(ctypes.c_long, argument.shape)]
        else:
            flat.append(ctypes.c_double(argument) if isinstance(argument, float) else ctypes.c_long(argument))
    return flat


def parameters(arguments: Arguments) -> list[str]:
    """The C types of the same."""
    types = {"float64": "double *", "int64": "long *"}
    found: list[str] = []
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            found += [types[argument.dtype.name], *["long"] * argument.ndim]
        else:
            found.append("double" if isinstance(argument, float) else "long")
    return found


def bound(function: Any, values: Sequence[Any]) -> Callable[[], Any]:
    """``function(*values)`` with as little as possible between Python and C."""
    return lambda: function(*values)
