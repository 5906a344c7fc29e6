"""Memory by its address, for Python code that Numba compiles: how the containers of Numba's own C code are written for capture.

An address is a ``voidptr``. Where a type is given, or that of a value says it, memory holds values of it as Numba keeps them in arrays.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

_BYTE = ir.IntType(8)
_WORD = cgutils.intp_t


def _place(context: Any, builder: Any, base: Any, offset: Any, type_: Any) -> Any:
    address = builder.gep(base, [offset], inbounds=True)
    return builder.bitcast(address, context.get_data_type(type_).as_pointer())


@intrinsic
def address_of(typing_context: Any, container: Any) -> Any:
    """The address of what a typed list or dict holds: C's structure."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return cgutils.create_struct_proxy(container)(context, builder, value=values[0]).data

    return types.voidptr(container), codegen


@intrinsic
def size_of(typing_context: Any, type_: Any) -> Any:
    """Bytes that a value takes in memory."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _WORD(context.get_abi_sizeof(context.get_data_type(type_.instance_type)))

    return types.intp(type_), codegen


@intrinsic
def load(typing_context: Any, base: Any, offset: Any, type_: Any) -> Any:
    """The value at ``offset``, with a reference of its own."""
    kind = type_.instance_type

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, values[0], values[1], kind)
        value = context.data_model_manager[kind].load_from_data_pointer(builder, place)
        context.nrt.incref(builder, kind, value)
        return value

    return kind(base, types.intp, type_), codegen


@intrinsic
def store(typing_context: Any, base: Any, offset: Any, value: Any) -> Any:
    """Put a value at ``offset``, with a reference of its own; what was there is forgotten, not released."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        context.nrt.incref(builder, value, values[2])
        data = context.data_model_manager[value].as_data(builder, values[2])
        builder.store(data, _place(context, builder, values[0], values[1], value))
        return context.get_dummy_value()

    return types.none(base, types.intp, value), codegen


@intrinsic
def release(typing_context: Any, base: Any, offset: Any, type_: Any) -> Any:
    """Release the references of the value at ``offset``."""
    kind = type_.instance_type

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        model = context.data_model_manager[kind]
        if model.contains_nrt_meminfo():
            value = model.load_from_data_pointer(builder, _place(context, builder, values[0], values[1], kind))
            context.nrt.decref(builder, kind, value)
        return context.get_dummy_value()

    return types.none(base, types.intp, type_), codegen


@intrinsic
def relocate(typing_context: Any, base: Any, target: Any, source_base: Any, source: Any, type_: Any) -> Any:
    """Move one value from one offset to another, with its references."""
    kind = type_.instance_type

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        value = builder.load(_place(context, builder, values[2], values[3], kind))
        builder.store(value, _place(context, builder, values[0], values[1], kind))
        return context.get_dummy_value()

    return types.none(base, types.intp, source_base, types.intp, type_), codegen


@intrinsic
def copy(typing_context: Any, target: Any, source: Any, count: Any) -> Any:
    """Copy ``count`` bytes to other memory."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        cgutils.raw_memcpy(builder, values[0], values[1], values[2], 1)
        return context.get_dummy_value()

    return types.none(target, source, types.intp), codegen


@intrinsic
def allocate(typing_context: Any, size: Any) -> Any:
    """New memory of C's, null where there is none."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        function = ir.FunctionType(cgutils.voidptr_t, [_WORD])
        return builder.call(cgutils.get_or_insert_function(builder.module, function, "malloc"), values)

    return types.voidptr(types.intp), codegen


@intrinsic
def free(typing_context: Any, address: Any) -> Any:
    """Free memory of C's, if there is any."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        function = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t])
        builder.call(cgutils.get_or_insert_function(builder.module, function, "free"), values)
        return context.get_dummy_value()

    return types.none(address), codegen


@intrinsic
def null(typing_context: Any) -> Any:
    """No address."""
    return types.voidptr(), lambda context, builder, signature, values: cgutils.voidptr_t(None)


@intrinsic
def is_null(typing_context: Any, address: Any) -> Any:
    """Whether it is no address."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.icmp_unsigned("==", values[0], values[0].type(None))

    return types.boolean(address), codegen
