"""Compile captured text for the host and call it: what `test_capture` compares with Numba's own function."""

from __future__ import annotations

import llvmlite.binding as llvm
from numba import njit
from numba.core import cgutils
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.extending import intrinsic


def runnable(captured):
    """An njit function that calls the function in ``captured.text`` with its arguments."""
    library = cpu_target.target_context.codegen().create_library(captured.name)
    with global_compiler_lock:
        library.add_llvm_module(llvm.parse_assembly(captured.text))
        library.finalize()

    @intrinsic
    def call(typingctx, arguments):
        def codegen(context, builder, signature, values):
            context.active_code_library.add_linking_library(library)
            values = iter(cgutils.unpack_tuple(builder, values[0]))
            given = [context.get_dummy_value() if str(t).startswith("omitted") else next(values) for t in captured.arguments]
            type_ = context.call_conv.get_function_type(captured.returns, captured.arguments)
            function = cgutils.get_or_insert_function(builder.module, type_, captured.name)
            status, result = context.call_conv.call_function(builder, function, captured.returns, captured.arguments, given)
            with cgutils.if_unlikely(builder, status.is_error):
                context.call_conv.return_status_propagate(builder, status)
            return result

        return captured.returns(arguments), codegen

    @njit
    def run(*arguments):
        return call(arguments)

    return run
