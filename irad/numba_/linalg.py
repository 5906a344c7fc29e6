# mypy: allow-untyped-defs
"""Dense linear algebra as loops, for the target that captures: there is LLVM code to differentiate then.

For the CPU target Numba calls LAPACK for it. What is computed is the same up to rounding, and the exceptions are the same. The
derivative of a solution is that of the elimination that finds it, which keeps a third of the cube of the matrix's size on the tape.

Not here, and refused: eigenvalues, singular values, QR, least squares.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import overload, register_jitable
from numba.np import linalg
from numba.np.numpy_support import as_dtype

from irad.numba_.library import NAME
from irad.numba_.products import REORDERED, alike


def _square(a: Any) -> bool:
    return alike(a) and a.ndim == 2


@register_jitable
def _check_square(a):
    if a.shape[0] != a.shape[1]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square.")
    linalg._check_finite_matrix(a)


@register_jitable
def _eliminate(a, order):
    """Factor ``a`` in place, rows exchanged as ``order`` tells: the number of columns until a pivot is zero, and the sign of the order."""
    n = a.shape[0]
    sign = 1
    for i in range(n):
        order[i] = i
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[pivot, k]):
                pivot = i
        if a[pivot, k] == 0:
            return k, sign
        if pivot != k:
            sign = -sign
            order[k], order[pivot] = order[pivot], order[k]
            for j in range(n):
                a[k, j], a[pivot, j] = a[pivot, j], a[k, j]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i, k] = factor
            for j in range(k + 1, n):
                a[i, j] -= factor * a[k, j]
    return n, sign


@register_jitable
def _substitute(a, x):
    """Solve with the factors, for the columns of ``x``, in place."""
    n, m = x.shape
    for i in range(n):
        for k in range(i):
            for j in range(m):
                x[i, j] -= a[i, k] * x[k, j]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            for j in range(m):
                x[i, j] -= a[i, k] * x[k, j]
        for j in range(m):
            x[i, j] /= a[i, i]


@register_jitable
def _factors(a):
    """The factors of a matrix that has an inverse, and the order of its rows."""
    factors, order = a.copy(), np.empty(a.shape[0], np.int64)
    columns, _ = _eliminate(factors, order)
    if columns < a.shape[0]:
        raise np.linalg.LinAlgError("Matrix is singular to machine precision.")
    return factors, order


@register_jitable
def _solved(a, right):
    """The matrix that ``a`` takes to ``right``."""
    factors, order = _factors(a)
    x = np.empty(right.shape, right.dtype)
    for i in range(right.shape[0]):
        for j in range(right.shape[1]):
            x[i, j] = right[order[i], j]
    _substitute(factors, x)
    return x


@overload(np.linalg.solve, target=NAME, jit_options=REORDERED)
def _solve(a, b):
    if not _square(a) or not alike(a, b):
        return None
    flat = b.ndim == 1

    def implementation(a, b):
        _check_square(a)
        linalg._check_finite_matrix(b)
        if a.shape[0] != b.shape[0]:
            raise np.linalg.LinAlgError("Incompatible array sizes, system is not dimensionally valid.")
        if flat:
            return _solved(a, b.copy().reshape((b.shape[0], 1)))[:, 0].copy()
        return _solved(a, b)
    return implementation


@overload(np.linalg.inv, target=NAME, jit_options=REORDERED)
def _inv(a):
    if not _square(a):
        return None

    def implementation(a):
        _check_square(a)
        factors, order = _factors(a)
        x = np.zeros(a.shape, a.dtype)
        for i in range(a.shape[0]):
            x[i, order[i]] = 1
        _substitute(factors, x)
        return x
    return implementation


@register_jitable
def _pivots(a):
    """The factors of a determinant: entries on a diagonal, and a sign.

    Where the rank is lacking by more than the last pivot, the elimination does not show how the determinant begins to move.
    """
    factors, order = a.copy(), np.empty(a.shape[0], np.int64)
    columns, sign = _eliminate(factors, order)
    if columns < a.shape[0] - 1:
        raise np.linalg.LinAlgError("irad: the derivative of a determinant where the matrix has no full rank")
    return factors, sign


@overload(np.linalg.det, target=NAME, jit_options=REORDERED)
def _det(a):
    if not _square(a):
        return None

    def implementation(a):
        _check_square(a)
        factors, sign = _pivots(a)
        product = a.dtype.type(sign)
        for i in range(a.shape[0]):
            product *= factors[i, i]
        return product
    return implementation


@overload(np.linalg.slogdet, target=NAME, jit_options=REORDERED)
def _slogdet(a):
    if not _square(a):
        return None
    real = as_dtype(getattr(a.dtype, "underlying_float", a.dtype))

    def implementation(a):
        _check_square(a)
        factors, sign = _pivots(a)
        direction, total = a.dtype.type(sign), real.type(0)
        for i in range(a.shape[0]):
            size = abs(factors[i, i])
            if size == 0:
                return a.dtype.type(0), real.type(-np.inf)
            direction *= factors[i, i] / size
            total += np.log(size)
        return direction, total
    return implementation


@overload(np.linalg.cholesky, target=NAME, jit_options=REORDERED)
def _cholesky(a):
    if not _square(a):
        return None

    def implementation(a):
        n = a.shape[0]
        if a.shape[1] != n:
            raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square.")
        out = np.zeros((n, n), a.dtype)
        for j in range(n):
            pivot = np.real(a[j, j])
            for k in range(j):
                pivot -= np.real(out[j, k] * np.conj(out[j, k]))
            if not pivot > 0:
                raise np.linalg.LinAlgError("Matrix is not positive definite.")
            root = np.sqrt(pivot)
            out[j, j] = root
            for i in range(j + 1, n):
                total = a[i, j]
                for k in range(j):
                    total -= out[i, k] * np.conj(out[j, k])
                out[i, j] = total / root
        return out
    return implementation
