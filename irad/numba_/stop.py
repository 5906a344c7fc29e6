"""A float that counts as a constant: while code is captured, LLVM's fence for arithmetic, which Numba itself never writes."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from irad.numba_.target import is_capturing


@intrinsic
def stopped(typing_context: Any, x: Any) -> Any:
    """The float ``x``, whose derivative is zero."""
    if not isinstance(x, types.Float):
        return None

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if not is_capturing(context):
            return values[0]
        kind = ir.FunctionType(values[0].type, [values[0].type])
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.arithmetic.fence.f{x.bitwidth}"), values)

    return x(x), codegen
