"""A sweep that runs several times from the same arguments: what the function writes is put back before each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils

from irad.errors import UnsupportedError
from irad.numba_.glue import INTP, Glue, Typed, owned_type
from irad.numba_.sweep import Sweep, Written, arrays, fitted


class Repeated:
    """The code of such a sweep.

    Side effects of the function are those of one run: the arguments are fitted once, and before each run the arrays that the
    function writes get the contents that they had on entry, and `np.random` and `random` their states: all runs draw the same.

    Parameters
    ----------
    arguments
        The arguments that are the same in each run: the first ones of the function.
    once
        There is one run only.

    Raises
    ------
    UnsupportedError
        The function changes a container or a record, and would do so in each run.
    """

    def __init__(self, glue: Glue, sweep: Sweep, arguments: Sequence[Typed], *, once: bool = False) -> None:
        if not once and (changed := sweep.changed()):
            raise UnsupportedError(f"{sweep.place} changes its argument '{changed[0]}', and would do so once for each row or column of its "
                                   f"derivative. Make a copy of it in the function, or use irad.jvp or irad.vjp.")
        self.glue = glue
        self.sweep = sweep
        self.arguments = list(arguments)
        own = sweep.types[:len(self.arguments)]
        self.primals = [fitted(glue, *pair) for pair in zip(self.arguments, own, strict=True)]
        self._states = [] if once else list(states(glue, sweep))
        written = sweep.written_arrays()
        self._saved = [
            saved(glue, array)
            for index, (type_, value) in enumerate(zip(own, self.primals, strict=True))
            for path, array, _ in arrays(glue, Typed(type_, value), Typed(type_, value)) if (index, path) in written]

    def write(self, tangents: Mapping[int, Any] | None = None, seed: Any = None, more: Sequence[Typed] = ()) -> Written:
        """Write one run: see `Sweep.write`. ``more`` are the function's further arguments."""
        for array, copy in self._saved:
            self.glue.copy(*copy, *array)
        for state, copy in self._states:
            cgutils.raw_memcpy(self.glue.builder, state, copy, INTP(self.glue.context.get_abi_sizeof(state.type.pointee)), 1)
        wanted = self.sweep.types[len(self.primals):]
        primals = [*self.primals, *(fitted(self.glue, *pair) for pair in zip(more, wanted, strict=True))]
        return self.sweep.write(self.glue, [*self.arguments, *more], tangents, seed, primals)


def states(glue: Glue, sweep: Sweep) -> Iterator[tuple[Any, Any]]:
    """The state of each generator of random numbers that a sweep may draw from, and a copy of it."""
    from numba.cpython.randomimpl import rnd_state_ptr_t, rnd_state_t

    for name in sweep.draws():
        kind = ir.FunctionType(rnd_state_ptr_t, [])
        state = glue.builder.call(cgutils.get_or_insert_function(glue.builder.module, kind, name), [])
        copy = cgutils.alloca_once(glue.builder, rnd_state_t)
        cgutils.raw_memcpy(glue.builder, copy, state, INTP(glue.context.get_abi_sizeof(rnd_state_t)), 1)
        yield state, copy


def saved(glue: Glue, array: Typed) -> tuple[Typed, Typed]:
    """An array, and a copy of it."""
    copy = owned_type(array.type)
    return array, Typed(copy, glue.contiguous(*array, copy.layout))
