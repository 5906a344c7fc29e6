"""Round trips of what Numba makes of its types: loops, arrays, tuples, errors, strings, lists, dictionaries, threads, complex numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numba import njit, prange, types

VECTOR = types.Array(types.float64, 1, "C")
STRIDED = types.Array(types.float64, 1, "A")
MATRIX = types.Array(types.float64, 2, "C")
SINGLES = types.Array(types.float32, 1, "C")


def loop(x):
    s = 0.0
    for i in range(x.shape[0]):
        s += x[i] * x[i]
    return s


def transposed(a, b):
    c = np.zeros_like(a)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            c[i, j] = a[i, j] + b[j, i]
    return c


def error(x, n):
    if n < 0:
        raise ValueError("negative", n)
    return x / n


def caught(x):
    try:
        if x < 0:
            raise ValueError
    except Exception:
        return 2
    return 1


def strings(s):
    return len(s + "x") + ord(s[0])


def lists(n):
    numbers = [i * 0.5 for i in range(n)]
    numbers.append(1.0)
    return numbers[n // 2]


def dictionary(n):
    d = {1: 2.0}
    for i in range(n):
        d[i] = i * 2.0
    return d[0]


def threads(x):
    s = 0.0
    for i in prange(x.size):
        s += np.sin(x[i])
    return s


def complex_numbers(z):
    return abs(z * z + 1j)


def axpy(x, y):
    for i in range(x.size):
        y[i] += np.float32(2) * x[i]


def tuples(x, n):
    return (x, n, (x + n, True))


def at(x, i):
    return x[i]


def power(x, n):
    y = x
    for _ in range(n):
        y = y * x**3
    return y


def numbers(n):
    for i in range(n):  # noqa: UP028, Numba has no yield from
        yield i


def matrix_vector(a, x):
    return np.dot(a, x)


CASES: list[tuple[Callable[..., object], tuple[types.Type, ...], dict[str, object]]] = [
    (loop, (VECTOR,), {"fastmath": True}),
    (loop, (STRIDED,), {}),
    (transposed, (MATRIX, MATRIX), {}),
    (error, (types.float64, types.int64), {"error_model": "python"}),
    (caught, (types.float64,), {}),
    (strings, (types.unicode_type,), {}),
    (lists, (types.int64,), {}),
    (dictionary, (types.int64,), {}),
    (threads, (VECTOR,), {"parallel": True}),
    (complex_numbers, (types.complex128,), {}),
    (axpy, (SINGLES, SINGLES), {}),
    (tuples, (types.float32, types.int8), {}),
    (at, (VECTOR, types.int64), {"boundscheck": True}),
    (power, (types.float64, types.int64), {"debug": True}),
    (numbers, (types.int64,), {}),
    (matrix_vector, (MATRIX, VECTOR), {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_round_trip(case, check_round_trip: Callable[[str], None]) -> None:
    function, signature, options = case
    dispatcher = njit(**options)(function)
    dispatcher.compile(signature)
    check_round_trip(dispatcher.inspect_llvm(dispatcher.signatures[0]))
