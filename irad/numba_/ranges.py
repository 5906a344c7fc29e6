"""Ranges whose numbers never wrap around, and say so: LLVM, and `irad_passes`, then know that what counts up from zero is not negative.

Numba adds the step once more behind the last number. What comes out of that is used by nobody, whether it is in range or not.
"""

from __future__ import annotations

from typing import Any

from numba.core import cgutils, imputils, types

_ITERATORS = types.range_iter32_type, types.range_iter64_type


def install(context: Any) -> None:
    """Lower the steps of signed ranges this way in ``context``."""
    context.insert_func_defn([(_next, "iternext", (type_,)) for type_ in _ITERATORS])


@imputils.iternext_impl(imputils.RefType.BORROWED)
def _next(context: Any, builder: Any, sig: Any, args: Any, result: Any) -> None:
    state = cgutils.create_struct_proxy(sig.args[0])(context, builder, args[0])
    count = builder.load(state.count)
    valid = builder.icmp_signed(">", count, count.type(0))
    result.set_valid(valid)
    with builder.if_then(valid):
        value = builder.load(state.iter)
        result.yield_(value)
        builder.store(builder.sub(count, count.type(1), flags=["nsw"]), state.count)
        builder.store(builder.add(value, state.step, flags=["nsw"]), state.iter)
