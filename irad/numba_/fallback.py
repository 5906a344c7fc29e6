"""A second version of an entry, compiled when it is first needed: code for its address, and for going on there."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from numba.core import cgutils

UNIQUE = itertools.count(1)


def divert(context: Any, builder: Any, resolve: Callable[[], int]) -> None:
    """Write the end of an entry: go on in another function of its signature.

    Parameters
    ----------
    resolve
        Says the function's address. Called at run time, once, with the GIL held; what it raises, the entry raises. It is kept with
        the constants of the entry's environment.
    """
    cell = cgutils.add_global_variable(builder.module, cgutils.voidptr_t, f".irad.address.{next(UNIQUE)}")
    cell.linkage, cell.initializer = "internal", cgutils.get_null_value(cgutils.voidptr_t)
    address = cgutils.alloca_once_value(builder, builder.load_atomic(cell, "acquire", 8))
    with builder.if_then(cgutils.is_null(builder, builder.load(address)), likely=False):
        manager, api = context.get_env_manager(builder), context.get_python_api(builder)
        constant = manager.add_const(resolve)
        gil = api.gil_ensure()
        number = api.call_function_objargs(manager.read_const(constant), ())
        failed = cgutils.is_null(builder, number)
        with builder.if_then(failed, likely=False):
            api.gil_release(gil)
            context.call_conv.return_exc(builder)
        found = api.long_as_voidptr(number)
        api.decref(number)
        api.gil_release(gil)
        builder.store_atomic(found, cell, "release", 8)
        builder.store(found, address)
    function = builder.bitcast(builder.load(address), builder.function.type)
    builder.ret(builder.call(function, builder.function.args))
