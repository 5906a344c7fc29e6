"""Functions of C in Numba's runtime that irad has in a form that can be differentiated: Numba's intrinsics for them lower to calls of
Python functions, and those that Numba's lowering calls by name are LLVM text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from irad.numba_ import typed_lists

_INTRINSICS = {"numba.typed.listobject": typed_lists.INTRINSICS}
"""By module, what its intrinsics lower to."""


def lowering(context: Any, fn: Any, signature: Any) -> Any:
    """The lowering of an intrinsic that has a Python function in its place; None for all else."""
    definition = getattr(getattr(fn, "typing_key", None), "_defn", None)
    port = _INTRINSICS.get(getattr(definition, "__module__", ""), {}).get(getattr(definition, "__name__", ""))
    return None if port is None else _Port(context, port(signature), signature)


class _Port:
    """Lowers a call to one of a Python function."""

    libs = ()

    def __init__(self, context: Any, function: Callable[..., Any], signature: Any) -> None:
        self.context, self.function, self.signature = context, function, signature

    def __call__(self, builder: Any, values: Any, loc: Any = None) -> Any:
        return self.context.compile_internal(builder, self.function, self.signature, values)


@cache
def library(codegen: Any) -> Any:
    """The functions that are called by name."""
    made = codegen.create_library("irad.ported")
    made.add_llvm_module(llvm.parse_assembly(typed_lists.TEXT))
    made.finalize()
    return made
