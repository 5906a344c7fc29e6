"""A sweep that runs several times from the same arguments: what the function writes is put back before each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils

from irad.errors import UnsupportedError
from irad.numba_ import reruns
from irad.numba_.glue import INTP, Glue, Typed, owned_type
from irad.numba_.sweep import Sweep, Written, arrays, fitted
from irad.numba_.target import is_capturing


class Repeated:
    """The code of such a sweep.

    Side effects of the function are those of one run: the arguments are fitted once, and before each run the arrays that the
    function writes get the contents that they had on entry, and `np.random` and `random` their states: all runs draw the same. Blocks of
    Python run in the first run only.

    Parameters
    ----------
    arguments
        The arguments that are the same in each run: the first ones of the function.
    once
        There is one run only.

    Raises
    ------
    UnsupportedError
        The function changes a container or a record, and would do so in each run. Or it has blocks of Python, and the runs are
        differentiated again.
    """

    def __init__(self, glue: Glue, sweep: Sweep, arguments: Sequence[Typed], *, once: bool = False) -> None:
        if not once and (changed := sweep.changed()):
            raise UnsupportedError(f"{sweep.place} changes its argument '{changed[0]}', and would do so once for each row or column of its "
                                   f"derivative. Make a copy of it in the function, or use irad.jvp or irad.vjp.")
        if not once:
            share_python(glue, sweep)
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


def share_python(glue: Glue, sweep: Sweep) -> None:
    """Let the blocks of Python in the function run in the first run only.

    Raises
    ------
    UnsupportedError
        There are some, and the runs are differentiated again.
    """
    if not sweep.calls_python():
        return
    if is_capturing(glue.context):
        raise UnsupportedError(f"{sweep.place} has a `with objmode` block and runs once for each row or column of a matrix, or entry of "
                               f"argnums, that is differentiated again. Compute before it what the block computes, or use irad.jvp, "
                               f"irad.vjp or irad.gradient.")
    if glue.record is None:
        reruns.record(glue)


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
