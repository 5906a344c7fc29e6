"""Functions of C in Numba's runtime that irad has in a form that can be differentiated: Numba's intrinsics for them lower to calls of
Python functions, and those that Numba's lowering calls by name are LLVM text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from irad.numba_ import dict_iterators, typed_dicts, typed_lists

_INTRINSICS: dict[str, Any] = {"numba.typed.listobject": typed_lists.INTRINSICS, "numba.typed.dictobject": typed_dicts.INTRINSICS}
"""By module, what its intrinsics lower to."""


def lowering(context: Any, fn: Any, signature: Any) -> Any:
    """The lowering of an intrinsic that has a Python function in its place, and of iterators of dicts; None for all else."""
    if (made := dict_iterators.lowering(fn, signature)) is not None:
        return _Lowering(lambda builder, values: made(context, builder, signature, values))
    definition = getattr(getattr(fn, "typing_key", None), "_defn", None)
    port = _INTRINSICS.get(getattr(definition, "__module__", ""), {}).get(getattr(definition, "__name__", ""))
    function = None if port is None else port(signature)
    return None if function is None else _Lowering(
        lambda builder, values: context.compile_internal(builder, function, signature, values))


class _Lowering:
    """Lowers a call."""

    libs = ()

    def __init__(self, lower: Callable[[Any, Any], Any]) -> None:
        self.lower = lower

    def __call__(self, builder: Any, values: Any, loc: Any = None) -> Any:
        return self.lower(builder, values)


@cache
def library(codegen: Any) -> Any:
    """The functions that are called by name."""
    made = codegen.create_library("irad.ported")
    made.add_llvm_module(llvm.parse_assembly(typed_lists.TEXT + typed_dicts.TEXT))
    made.finalize()
    return made
