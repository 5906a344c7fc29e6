# mypy: allow-untyped-defs
"""Products of vectors and matrices as loops, for the target that captures: there is LLVM code to differentiate then. Large products of
matrices may be calls of BLAS instead: see `blas`.

For the CPU target Numba calls BLAS for all of them. What is computed is the same up to rounding, and the exceptions are the same. Sums may
be reordered, as BLAS does it. Numba wants the signatures of an overload and its implementation to be the same to the letter: no
annotations here.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import overload, register_jitable
from numba.np import linalg
from numba.np.numpy_support import as_dtype

from irad.numba_ import blas
from irad.numba_.library import NAME

REORDERED = {"fastmath": {"reassoc", "nsz", "contract"}}


def alike(*arrays: Any) -> bool:
    """Whether these are types of vectors and matrices of one kind of inexact number; all else is left to Numba, to refuse."""
    return all(isinstance(a, types.Array) and a.ndim in (1, 2) and a.dtype == arrays[0].dtype
               and isinstance(a.dtype, (types.Float, types.Complex)) for a in arrays)


@register_jitable
def _vector_vector(a, b):
    if a.shape[0] != b.shape[0]:
        raise ValueError("incompatible array sizes for np.dot(a, b) (vector * vector)")
    total = a.dtype.type(0)
    for i in range(a.shape[0]):
        total += a[i] * b[i]
    return total


@register_jitable
def _matrix_vector(a, b, out):
    if a.shape[1] != b.shape[0]:
        raise ValueError("incompatible array sizes for np.dot(a, b) (matrix * vector)")
    for i in range(a.shape[0]):
        total = out.dtype.type(0)
        for k in range(a.shape[1]):
            total += a[i, k] * b[k]
        out[i] = total


@register_jitable
def _vector_matrix(a, b, out):
    if a.shape[0] != b.shape[0]:
        raise ValueError("incompatible array sizes for np.dot(a, b) (vector * matrix)")
    out[:] = 0
    for k in range(b.shape[0]):
        for j in range(b.shape[1]):
            out[j] += a[k] * b[k, j]


@register_jitable
def _matrix_matrix(a, b, out):
    if a.shape[1] != b.shape[0]:
        raise ValueError("incompatible array sizes for np.dot(a, b) (matrix * matrix)")
    out[:] = 0
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                out[i, j] += a[i, k] * b[k, j]


_INTO = {(2, 1): _matrix_vector, (1, 2): _vector_matrix, (2, 2): _matrix_matrix}


def _product(a: Any, b: Any) -> Any:
    """The implementation of ``a @ b``."""
    if not alike(a, b):
        return None
    if (a.ndim, b.ndim) == (1, 1):
        return lambda a, b: _vector_vector(a, b)
    into = _INTO[a.ndim, b.ndim]
    if (a.ndim, b.ndim) == (2, 2) and blas.suits(a, b):
        def implementation(a, b):
            if blas.enabled() and blas.pays(a, b):
                return blas.product(blas.plain(a), blas.plain(b))
            out = np.empty((a.shape[0], b.shape[1]), a.dtype)
            into(a, b, out)
            return out
    elif (a.ndim, b.ndim) == (2, 2):
        def implementation(a, b):
            out = np.empty((a.shape[0], b.shape[1]), a.dtype)
            into(a, b, out)
            return out
    elif a.ndim == 2:
        def implementation(a, b):
            out = np.empty(a.shape[0], a.dtype)
            into(a, b, out)
            return out
    else:
        def implementation(a, b):
            out = np.empty(b.shape[1], a.dtype)
            into(a, b, out)
            return out
    return implementation


@overload(np.dot, target=NAME, jit_options=REORDERED)
def _dot(a, b):
    return _product(a, b)


@overload(operator.matmul, target=NAME, jit_options=REORDERED)
def _matmul(a, b):
    return _product(a, b)


@overload(np.dot, target=NAME, jit_options=REORDERED)
def _dot_into(a, b, out):
    if not alike(a, b, out) or a.ndim + b.ndim == 2 or out.ndim != a.ndim + b.ndim - 2 or out.layout != "C":
        return None
    into = _INTO[a.ndim, b.ndim]
    if blas.suits(a, b):
        def by_blas(a, b, out):
            if blas.enabled() and blas.pays(a, b) and out.shape == (a.shape[0], b.shape[1]):
                blas.put(out, blas.product(blas.plain(a), blas.plain(b)))
                return out
            if out.shape != a.shape[:-1] + b.shape[1:]:
                raise ValueError("incompatible output array size for np.dot(a, b, out)")
            into(a, b, out)
            return out
        return by_blas

    def implementation(a, b, out):
        if out.shape != a.shape[:-1] + b.shape[1:]:
            raise ValueError("incompatible output array size for np.dot(a, b, out)")
        into(a, b, out)
        return out
    return implementation


@overload(np.vdot, target=NAME, jit_options=REORDERED)
def _vdot(left, right):
    if not alike(left, right) or left.ndim != 1 or right.ndim != 1:
        return None
    return lambda left, right: _vector_vector(np.conj(left), right)


@overload(linalg._oneD_norm_2, target=NAME, jit_options=REORDERED)
def _norm(a):
    """The root of the sum of squares, of entries divided by the largest where that sum would overflow or vanish."""
    real = as_dtype(getattr(a.dtype, "underlying_float", a.dtype))
    least, most = real.type(np.finfo(real).tiny / np.finfo(real).eps), real.type(np.finfo(real).max)

    def implementation(a):
        total = real.type(0)
        for i in range(len(a)):
            total += np.real(a[i]) ** 2 + np.imag(a[i]) ** 2
        if least < total <= most:
            return np.sqrt(total)
        largest = real.type(0)
        for i in range(len(a)):
            largest = max(largest, abs(a[i]))
        if largest == 0 or not np.isfinite(largest):
            return np.sqrt(total)
        total = real.type(0)
        for i in range(len(a)):
            total += (abs(a[i]) / largest) ** 2
        return largest * np.sqrt(total)
    return implementation
