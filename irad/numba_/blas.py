# mypy: allow-untyped-defs
"""Products of matrices by BLAS in derivatives, which have a derivative that is made of such products.

BLAS pays where each number of the matrices serves in several multiplications: it is the order in which they are read that it is good
at. Products with vectors read each number once; loops are as fast, and irad differentiates them. So are loops that travel in the lanes of
vectors, and derivatives that are differentiated again: in those `enabled` is false, and all products are loops.

Numba wants the signatures of an overload and its implementation to be the same to the letter: no annotations here.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils, imputils, types
from numba.extending import intrinsic, overload, register_jitable
from numba.np import linalg

from irad.numba_.glue import make_array
from irad.numba_.library import BLAS, GEMM
from irad.numba_.rule_values import is_null
from irad_passes.request import Mode

CHAR = ir.IntType(8)
REUSE = 8
"""In how many multiplications each number has to serve on average."""


@cache
def available() -> bool:
    """Whether Numba can call BLAS: it takes SciPy's."""
    try:
        linalg.ensure_blas()
    except (ImportError, RuntimeError):
        return False
    return True


def suits(*arrays: Any) -> bool:
    """Whether these are types of contiguous matrices of floats, and there is BLAS."""
    return all(a.ndim == 2 and a.layout in "CF" and isinstance(a.dtype, types.Float) for a in arrays) and available()


@intrinsic
def enabled(typing_context):
    """Whether products are calls of BLAS in what is compiled."""
    def codegen(context, builder, signature, values):
        return builder.call(cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.IntType(1), []), BLAS), [])

    return types.boolean(), codegen


@register_jitable
def pays(a, b):
    """Whether matrices that fit together are large enough."""
    m, k, n = a.shape[0], a.shape[1], b.shape[1]
    return k == b.shape[0] and m * k * n > REUSE * (m * k + k * n + m * n)


@intrinsic
def _gemm(typing_context, a, b, out):
    """Write ``a @ b`` into ``out``, in C order: to BLAS, whose order is the other one, the product of the transposes."""
    def codegen(context, builder, signature, values):
        (m, _, at, *a_parts), (k, n, bt, *b_parts), (_, _, _, to, ld) = map(partial(operand, context, builder), signature.args, values)
        one, zero = (linalg.make_constant_slot(context, builder, a.dtype, number) for number in (1.0, 0.0))
        one, zero = (builder.bitcast(slot, cgutils.voidptr_t) for slot in (one, zero))
        kind = CHAR(ord(linalg.get_blas_kind(a.dtype)))
        given = [kind, bt, at, n, m, k, one, *b_parts, *a_parts, zero, to, ld]
        linalg.check_blas_return(context, builder, builder.call(gemm(builder.module, [value.type for value in given]), given))
        return context.get_dummy_value()

    return types.none(a, b, out), codegen


def operand(context, builder, type_, value):
    """Extents of a matrix, whether BLAS has to transpose it, where it is, and how far its rows or columns are apart."""
    array = make_array(type_)(context, builder, value)
    rows, columns = cgutils.unpack_tuple(builder, array.shape, 2)
    ordered = type_.layout == "C"
    return rows, columns, CHAR(ord("n" if ordered else "t")), builder.bitcast(array.data, cgutils.voidptr_t), columns if ordered else rows


def gemm(module, kinds):
    """Numba's entry to BLAS, under a name that says it is only called by `product`, whose derivative is known: see `runtime`."""
    if GEMM in module.globals:
        return module.globals[GEMM]
    kind = ir.FunctionType(ir.IntType(32), kinds)
    function = ir.Function(module, kind, GEMM)
    function.linkage = "linkonce_odr"
    function.attributes.add("noinline")
    body = ir.IRBuilder(function.append_basic_block())
    body.ret(body.call(cgutils.get_or_insert_function(module, kind, "numba_xxgemm"), function.args))
    return function


@intrinsic
def plain(typing_context, array):
    """A matrix as one that may be written, as its shadow is."""
    type_ = types.Array(array.dtype, 2, array.layout)
    return type_(array), lambda context, builder, signature, values: imputils.impl_ret_borrowed(context, builder, type_, values[0])


@njit
def product(a, b):
    """The product of two matrices, neither of them empty."""
    out = np.empty((a.shape[0], b.shape[1]), a.dtype)
    _gemm(a, b, out)
    return out


@register_jitable
def put(out, found):
    """Copy a matrix into another one, that is not in the same memory: without the copy that Numba makes in case it were."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = found[i, j]


def add_product(shadow: Any, a: Any, b: Any) -> Any:
    """Add ``a @ b`` to a shadow; nothing where one of the three has no memory."""
    raise NotImplementedError("for njit functions")


@overload(add_product)
def _add_product(shadow, a, b):
    if shadow.layout == "F":
        return lambda shadow, a, b: add_product(shadow.T, b.T, a.T)

    def add(shadow, a, b):
        if not (is_null(shadow) or is_null(a) or is_null(b)):
            found = product(a, b)
            for i in range(shadow.shape[0]):
                for j in range(shadow.shape[1]):
                    shadow[i, j] += found[i, j]
    return add


@njit
def _push(primals, tangents):
    a, b = primals
    y = product(a, b)
    y_dot = np.zeros(y.shape, y.dtype)
    add_product(y_dot, tangents[0], b)
    add_product(y_dot, a, tangents[1])
    return y, y_dot


@njit
def _forward(a, b):
    return product(a, b), (a.copy(), b.copy())


@njit
def _forward_kept(a, b):
    return product(a, b), (a, b)


@njit
def _backward(residuals, y_bar, shadows):
    a, b = residuals
    add_product(shadows[0], y_bar, b.T)
    add_product(shadows[1], a.T, y_bar)


class Owner:
    """What `product` brings along: its rules, which see shadows as they are, and add to them. The last is the forward rule where nobody
    writes to the matrices before the adjoint runs."""

    py_func = product.py_func
    adds = True

    def rule(self, mode: Mode) -> Any:
        return _push if mode is Mode.FORWARD else (_forward, _backward, _forward_kept)


product._irad_twin = lambda twin_class: twin_class(product.py_func, noinline=True, owner=Owner())
