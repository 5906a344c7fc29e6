"""How Python gets the arrays that a derivative returns: small ones as arrays of NumPy's own.

Numba wraps the memory of an array in a Python object, and NumPy wraps that: four times as long as NumPy takes to make a small array, and
most of what the call of a small gradient costs beside its sweep.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba.core import boxing, cgutils, types
from numba.core.datamodel import models, register_default
from numba.extending import box
from numba.np import numpy_support

from irad.numba_.glue import INTP, make_array

SMALL = 4096
"""Bytes up to which a copy is cheaper than the two wrappers."""
_POINTER, _INT = cgutils.voidptr_t, cgutils.int32_t
_FUNCTION, _CLASS = 93, 2
"""Where ``PyArray_New`` and ``PyArray_Type`` stand in the table of NumPy's C API, which never changes."""


class Returned(types.Array):
    """An array that Python gets, and nobody else has."""


register_default(Returned)(models.ArrayModel)


def returned(type_: Any) -> Any:
    """The type of a result, for the wrapper that hands it to Python."""
    if isinstance(type_, types.BaseTuple):
        return types.BaseTuple.from_types(list(map(returned, type_)), getattr(type_, "instance_class", None))
    if type(type_) is types.Array and type_.layout in "CF" and isinstance(type_.dtype, (types.Number, types.Boolean)):
        return Returned(type_.dtype, type_.ndim, type_.layout)
    return type_


def start() -> None:
    """Let compiled code find what makes an array."""
    for name, address in _addresses().items():
        llvm.add_symbol(name, address)


@cache
def _addresses() -> dict[str, int]:
    core = getattr(np, "_core", None) or np.core  # NumPy 1
    pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_GetPointer", ctypes.pythonapi))
    table = ctypes.cast(pointer(core._multiarray_umath._ARRAY_API, None), ctypes.POINTER(ctypes.c_size_t))
    return {"irad_new_array": table[_FUNCTION], "irad_array_class": table[_CLASS]}


@box(Returned)
def _box(type_, value, c):  # type: ignore[no-untyped-def]
    builder, array = c.builder, make_array(type_)(c.context, c.builder, value)
    plain = types.Array(type_.dtype, type_.ndim, type_.layout)
    size = builder.mul(array.nitems, array.itemsize)
    made = cgutils.alloca_once(builder, _POINTER)
    small = builder.and_(builder.icmp_unsigned("<=", size, INTP(SMALL)), cgutils.is_null(builder, array.parent))
    with builder.if_else(small, likely=True) as (then, otherwise):
        with then:
            new = _new_array(builder, type_, array.shape)
            builder.store(new, made)
            with cgutils.if_likely(builder, cgutils.is_not_null(builder, new)):
                data = builder.gep(new, [INTP(object.__basicsize__)])  # the first field of the structure, behind what all objects have
                cgutils.raw_memcpy(builder, builder.load(builder.bitcast(data, _POINTER.as_pointer())), array.data, size, 1)
            c.context.nrt.decref(builder, plain, value)
        with otherwise:
            builder.store(boxing.box_array(plain, value, c), made)
    return builder.load(made)


def _new_array(builder: ir.IRBuilder, type_: Any, shape: Any) -> Any:
    """A new array; null, with an exception, where there is no memory."""
    module, null = builder.module, cgutils.get_null_value(_POINTER)
    array_class = module.globals.get("irad_array_class") or ir.GlobalVariable(module, ir.IntType(8), "irad_array_class")
    kind = ir.FunctionType(_POINTER, [_POINTER, _INT, _POINTER, _INT, _POINTER, _POINTER, _INT, _INT, _POINTER])
    function = cgutils.get_or_insert_function(module, kind, "irad_new_array")
    extents = builder.bitcast(cgutils.alloca_once_value(builder, shape), _POINTER)
    code = numpy_support.as_dtype(type_.dtype).num
    turned = int(type_.layout == "F")
    return builder.call(function, [array_class, _INT(type_.ndim), extents, _INT(code), null, null, _INT(0), _INT(turned), null])
