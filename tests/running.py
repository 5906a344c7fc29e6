"""Compile captured text for the host and call it: what `test_capture` compares with Numba's own function."""

from __future__ import annotations

import llvmlite.binding as llvm
from numba import njit
from numba.core import cgutils, imputils, types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from irad.numba_ import environments


def runnable(captured):
    """An njit function that calls the function in ``captured.text`` with its arguments."""
    library = cpu_target.target_context.codegen().create_library(captured.name)
    with global_compiler_lock:
        library.add_llvm_module(llvm.parse_assembly(captured.text))
        library.finalize()
    bound = environments.bind(library)

    @intrinsic
    def call(typingctx, arguments):
        def codegen(context, builder, signature, values):
            context.active_code_library.add_linking_library(library)
            kinds = captured.arguments
            given = cgutils.unpack_tuple(builder, values[0])
            if kinds and isinstance(kinds[-1], (types.StarArgTuple, types.StarArgUniTuple)):
                fixed = len(kinds) - 1
                given[fixed:] = [context.make_tuple(builder, kinds[-1], given[fixed:])]
            given += [context.get_dummy_value()] * (len(kinds) - len(given))  # for defaults: not passed
            function = cgutils.get_or_insert_function(
                builder.module, context.call_conv.get_function_type(captured.returns, kinds), captured.name)
            status, result = context.call_conv.call_function(builder, function, captured.returns, kinds, given)
            with cgutils.if_unlikely(builder, status.is_error):
                context.call_conv.return_status_propagate(builder, status)
            return imputils.fix_returning_optional(context, builder, signature, status, result)

        return captured.returns(arguments), codegen

    @njit
    def run(*arguments):
        return call(arguments)

    run.bound = bound
    return run
