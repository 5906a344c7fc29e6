"""Twins of objects that registered themselves with the CPU target when they were made: @vectorize, @guvectorize, @stencil.

They are typed as for the CPU; their kernels are compiled for the target that installs them, so that they arrive inlined.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.np.ufunc.dufunc import DUFunc
from numba.np.ufunc.gufunc import GUFunc
from numba.stencils.stencil import StencilFunc, StencilFuncLowerer


def install(value: Any, typing_context: Any, target_context: Any, make: Callable[..., Any]) -> bool:
    """Make the object known to the contexts; return whether it is of a kind that can be.

    Parameters
    ----------
    value
        Any Python object that a function refers to.
    make
        Makes a dispatcher of the target from a Python function, locals and target options.
    """
    if isinstance(value, StencilFunc):
        twin_stencil(value, typing_context, target_context)
    elif isinstance(value, (DUFunc, GUFunc)):
        value._install_type(typing_context)
        arrays = (types.Array,) * value.ufunc.nout
        lower = lowering(value, make)
        for outputs in ((), arrays):
            target_context.insert_func_defn([(lower, value, (types.Any,) * value.ufunc.nin + outputs)])
    else:
        return False
    return True


def lowering(ufunc: DUFunc | GUFunc, make: Callable[..., Any]) -> Callable[..., Any]:
    """Return how calls of ``ufunc`` are lowered: Numba's loop around the target's own kernel."""
    kernel = ufunc._dispatcher
    options = {key: value for key, value in kernel.targetoptions.items() if key in ("boundscheck", "fastmath")}
    function = make(kernel.py_func, kernel.locals, {**options, "error_model": "numpy"})
    lower = copy.copy(ufunc._lower_me)

    class Kernel(ufunc._lower_me.kernel):  # type: ignore[name-defined]
        def __init__(self, context: Any, builder: Any, outer_sig: Any) -> None:
            super().__init__(context, builder, outer_sig)
            function.compile(self.inner_sig)
            self.cres = function.overloads[self.inner_sig.args]
            context.add_linking_libs((self.cres.library,))

    lower.kernel = Kernel
    return lower  # type: ignore[no-any-return]


def twin_stencil(stencil: StencilFunc, typing_context: Any, target_context: Any) -> None:
    """Install a copy that compiles for the contexts, under the name of the original."""
    made = copy.copy(stencil)
    made._typingctx, made._targetctx, made._type_cache = typing_context, target_context, {}
    made._lower_me = StencilFuncLowerer(made)
    made._install_type(typing_context)
    typing_context.insert_global(stencil, typing_context._lookup_global(made))
