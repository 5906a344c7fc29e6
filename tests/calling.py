"""Calls of compiled functions: on fresh arguments of a dtype, twice, watched for leaks and exceptions."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, types
from numba.core.runtime import rtsys
from numba.core.runtime._nrt_python import memsys_enable_stats
from numba.np.numpy_support import as_dtype

import irad
from reference import Tree, layout_copy, leaves, mapped

memsys_enable_stats()


def in_precision(own: np.dtype, dtype: type) -> np.dtype:
    """The dtype of an array of dtype ``own`` where floats are ``dtype``, in its records too: complex numbers are two of them."""
    numbers = {"f": np.dtype(dtype), "c": np.result_type(dtype, np.complex64)}
    return mapped(own, lambda plain: numbers.get(plain.kind, plain))


def in_dtype(tree: Tree, dtype: type) -> Tree:
    """A fresh copy with all floats in ``dtype``, strides kept; Python's own numbers for float64."""
    if isinstance(tree, tuple):
        items = [in_dtype(item, dtype) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(tree, np.ndarray):
        return layout_copy(tree, in_precision(tree.dtype, dtype))
    if isinstance(tree, (float, complex, np.inexact)):
        number = complex if np.iscomplexobj(tree) else float
        return number(tree) if dtype is np.float64 else in_precision(np.dtype(number), dtype).type(tree)
    return tree


@dataclass(frozen=True)
class Outcome:
    """What a call returned, and its arguments after it."""

    result: Tree
    args: tuple[Any, ...]


def leaked(call: Callable[[], Any]) -> int:
    """How many blocks of Numba's runtime are alive after a call that were not before, once its result is dropped."""
    for _ in range(2):
        before = rtsys.get_allocation_stats()
        call()
        after = rtsys.get_allocation_stats()
        left = (after.alloc - after.free + after.mi_alloc - after.mi_free) - (before.alloc - before.free + before.mi_alloc - before.mi_free)
        if left == 0:
            break
        gc.collect()  # Cycles from before may have been collected during the call: collect them now, and count again.
    return left


def left_behind(call: Callable[[], Any], *raises: type[Exception]) -> int:
    """How many blocks are `leaked` by a call that was made once before, which compiles it; it may raise one of ``raises``."""
    def attempt() -> None:
        with suppress(*raises):
            call()

    attempt()
    return leaked(attempt)


def arrays_in(tree: Tree) -> list[np.ndarray]:
    if isinstance(tree, tuple):
        return [array for item in tree for array in arrays_in(item)]
    return [tree] if isinstance(tree, np.ndarray) else []


def new_arrays(result: Tree, given: Tree) -> list[np.ndarray]:
    """The arrays of ``result`` that are not in memory of ``given``, of one another, or of NumPy's own: the runtime must have allocated
    each."""
    new: list[np.ndarray] = []
    for array in arrays_in(result):
        if not array.flags.owndata and not any(np.shares_memory(array, other) for other in (*arrays_in(given), *new)):
            new.append(array)
    return new


def twice(function: Any, args: tuple[Any, ...], dtype: type, where: str) -> Outcome:
    """Call a derivative on fresh arguments, and again: the same bits (the tape is used again), and nothing left behind."""
    given = in_dtype(args, dtype)
    result = function(*given)
    # Taken out of the arrays that Numba's runtime owns, lest they count as leaked.
    first, second = [np.array(leaves((result, given)))], []

    def again() -> None:
        fresh = in_dtype(args, dtype)
        before = rtsys.get_allocation_stats()
        outcome = function(*fresh)
        after = rtsys.get_allocation_stats()
        alive = (after.mi_alloc - after.mi_free) - (before.mi_alloc - before.mi_free)
        assert alive >= len(new_arrays(outcome, fresh)), f"{where}: an array is returned whose memory has been released"
        second.append(np.array(leaves((outcome, fresh))))

    left = leaked(again)
    np.testing.assert_array_equal(second[0], first[0], err_msg=f"{where}: the second call differs from the first")
    assert left == 0, f"{where}: {left} blocks leaked"
    return Outcome(result, given)


def raised(function: Any, args: tuple[Any, ...], dtype: type) -> tuple[BaseException | None, tuple[Any, ...], int]:
    """The exception of a call, the arguments after it, and the memory that a second such call leaks."""
    outcomes = []

    def attempt() -> None:
        given = in_dtype(args, dtype)
        try:
            function(*given)
        except Exception as error:
            outcomes.append((error.with_traceback(None), given))
        else:
            outcomes.append((None, given))

    attempt()
    left = leaked(attempt)
    return *outcomes[0], left


def calling(derivative: Any) -> Any:
    """A compiled function that calls the derivative, a global to it."""

    @njit
    def caller(*args):
        return derivative(*args)

    return caller


def of_type(numba_type: Any, tree: Tree) -> Tree:
    if isinstance(numba_type, types.BaseTuple):
        return tuple(map(of_type, numba_type.types, tree))
    dtype = as_dtype(getattr(numba_type, "dtype", numba_type))
    return tree.astype(dtype) if isinstance(tree, np.ndarray) else dtype.type(tree)


def in_both_modes(function, arguments):
    """The gradient by the last argument, which the other operators must agree with."""
    gradient = irad.gradient(function, -1)(*arguments())
    *others, x = arguments()
    value, pulled = irad.vjp(function, -1)((*others, x), 1.0)
    assert value == function(*arguments())
    np.testing.assert_array_equal(pulled, gradient)
    *others, x = arguments()
    slope = irad.jvp(function)((*others, x), (*(None for _ in others), np.ones(len(x))))[1]
    np.testing.assert_allclose(slope, gradient.sum(), rtol=1e-14)
    return gradient
