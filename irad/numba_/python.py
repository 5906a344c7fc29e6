"""Python inside compiled code: `with objmode` blocks. What goes in must be constant; what comes out then is.

A float that goes in passes through ``irad.python.f64``, of which the engine knows nothing: where it is active, that is an error. Memory
that goes in is seen by Numba's own functions for that, of which the engine knows nothing either.
"""

from __future__ import annotations

import re
from typing import Any

from llvmlite import ir
from numba.core import cgutils, imputils, types
from numba.core.registry import cpu_target
from numba.core.typing import templates

from irad.errors import UnsupportedError
from irad.numba_ import reruns
from irad.numba_.records import has_floats

GATE = "irad.python.f"
DECLARED = re.compile(rf"^declare (\w+) @{re.escape(GATE)}(\d+)\(.*$", re.M)


class Block:
    """The Python function of a block, compiled when it is first called."""

    def __init__(self, code: Any) -> None:
        self.code = code
        self._entry: Any = None

    def __call__(self, *args: Any) -> Any:
        if self._entry is None:
            self._entry = self.code.compile((types.ffi_forced_object,) * len(args))
        return reruns.called(self._entry, args)

    def __reduce__(self) -> Any:
        return Block, (self.code,)


def type_of(code: Any, context: Any) -> types.Function:
    """The type of a block's function, whose calls are lowered in ``context``."""
    if "_irad_type" not in code.__dict__:
        code.typingctx, code.targetctx = cpu_target.typing_context, cpu_target.target_context
        code.flags = code.flags.copy()
        code.flags.no_cpython_wrapper = code.flags.debuginfo = code.flags.dbg_directives_only = False

        block = Block(code)

        class Template(templates.AbstractTemplate):
            key = block

            def generic(self, args: Any, kws: Any) -> Any:
                code._legalize_arg_types(args)
                _forbid_arrays(code, code.output_types)
                return templates.signature(code.output_types, *map(types.unliteral, args))

        code.__dict__["_irad_type"] = types.Function(Template)
        context.insert_func_defn([(lowering(block), block, (types.VarArg(types.Any),))])
    return code.__dict__["_irad_type"]


def _forbid_arrays(code: Any, returned: Any) -> None:
    """Refuse arrays of floats that a block returns: Python may have given the function the same memory as an argument."""
    if isinstance(returned, types.BaseTuple):
        for member in returned:
            _forbid_arrays(code, member)
    elif isinstance(returned, types.Array) and has_floats(returned):
        loc = code.func_ir.loc
        raise UnsupportedError(f"the `with objmode` block at {loc.filename}:{loc.line} returns an array, {returned}, whose memory belongs "
                               f"to Python. Make the array in compiled code, and let the block fill it.")


def lowering(block: Block) -> Any:
    """How calls of a block are lowered: with the GIL, arguments and result as Python objects."""
    def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        api, manager = context.get_python_api(builder), context.get_env_manager(builder)
        values = [guarded(context, builder, type_, value) for type_, value in zip(signature.args, values, strict=True)]
        gil = api.gil_ensure()
        objects = []
        for type_, value in zip(signature.args, values, strict=True):
            context.nrt.incref(builder, type_, value)  # the object takes a reference
            objects.append(api.from_native_value(type_, value, manager))
        result = api.call_function_objargs(manager.read_const(manager.add_const(block)), objects)
        for item in objects:
            api.decref(item)
        with builder.if_then(cgutils.is_null(builder, result), likely=False):
            api.gil_release(gil)
            context.call_conv.return_exc(builder)
        native = api.to_native_value(signature.return_type, result)
        api.decref(result)
        if native.cleanup is not None:
            native.cleanup()
        api.gil_release(gil)
        with builder.if_then(native.is_error, likely=False):
            context.call_conv.return_exc(builder)
        return imputils.impl_ret_new_ref(context, builder, signature.return_type, native.value)

    return lower


def guarded(context: Any, builder: Any, type_: Any, value: Any) -> Any:
    """The value, its floats through the gate."""
    if isinstance(type_, types.Float):
        name = f"{GATE}{type_.bitwidth}"
        return builder.call(cgutils.get_or_insert_function(builder.module, ir.FunctionType(value.type, [value.type]), name), [value])
    if isinstance(type_, types.Complex):
        for index in range(2):
            part = guarded(context, builder, type_.underlying_float, builder.extract_value(value, index))
            value = builder.insert_value(value, part, index)
    if isinstance(type_, types.BaseTuple):
        items = [guarded(context, builder, *item) for item in zip(type_, cgutils.unpack_tuple(builder, value), strict=True)]
        return context.make_tuple(builder, type_, items)
    return value


def defined(text: str) -> str:
    """Code that is executed: floats pass the gate."""
    return DECLARED.sub(rf"define linkonce_odr \1 @{GATE}\2(\1 %x) alwaysinline {{\n  ret \1 %x\n}}", text)
