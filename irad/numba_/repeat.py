"""A sweep that runs several times from the same arguments: what the function writes is put back before each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from irad.numba_.glue import Glue, Typed, owned_type
from irad.numba_.sweep import Sweep, Written, arrays, fitted


class Repeated:
    """The code of such a sweep.

    Side effects of the function are those of one run: the arguments are fitted once, and before each run the arrays that the
    function writes get the contents that they had on entry.

    Parameters
    ----------
    arguments
        The arguments that are the same in each run: the first ones of the function.
    """

    def __init__(self, glue: Glue, sweep: Sweep, arguments: Sequence[Typed]) -> None:
        self.glue = glue
        self.sweep = sweep
        self.arguments = list(arguments)
        own = sweep.types[:len(self.arguments)]
        self.primals = [fitted(glue, *pair) for pair in zip(self.arguments, own, strict=True)]
        written = sweep.written_arrays()
        self._saved = [
            saved(glue, array)
            for index, (type_, value) in enumerate(zip(own, self.primals, strict=True))
            for path, array, _ in arrays(glue, Typed(type_, value), Typed(type_, value)) if (index, path) in written]

    def write(self, tangents: Mapping[int, Any] | None = None, seed: Any = None, more: Sequence[Typed] = ()) -> Written:
        """Write one run: see `Sweep.write`. ``more`` are the function's further arguments."""
        for array, copy in self._saved:
            self.glue.copy(*copy, *array)
        wanted = self.sweep.types[len(self.primals):]
        primals = [*self.primals, *(fitted(self.glue, *pair) for pair in zip(more, wanted, strict=True))]
        return self.sweep.write(self.glue, [*self.arguments, *more], tangents, seed, primals)


def saved(glue: Glue, array: Typed) -> tuple[Typed, Typed]:
    """An array, and a copy of it."""
    copy = owned_type(array.type)
    return array, Typed(copy, glue.contiguous(*array, copy.layout))
