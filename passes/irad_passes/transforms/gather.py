"""The adjoints of the loads of a window (see `analysis.windows`): collected on the stack, added to shadow memory once for each place."""

from __future__ import annotations

from irad_passes.analysis.windows import Window
from irad_passes.ir import types as T
from irad_passes.ir.access import alignment
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Instruction, Value, const


class Gather:
    """The window of one loop in the reverse sweep, whose variables are zeroed by ``entry``.

    ``self._sums[k]`` is what the place that ``window.first`` gets to k iterations earlier has received so far: the reverse sweep comes
    to that place with the loads that are last in the window, and leaves it with the first.
    """

    def __init__(self, window: Window, entry: Builder) -> None:
        self.window = window
        self._type = type_ = window.first.type
        self._sums = [entry.alloca(type_, f"{window.first.name}.window.{k}") for k in range(window.last + 1)]
        for variable in self._sums:
            entry.store(const(type_, 0.0), variable)

    def add(self, b: Builder, load: Instruction, amount: Value) -> None:
        """Add to the adjoint of what ``load`` reads in the iteration that is reversed."""
        variable = self._sums[self.window.places[load]]
        b.store(b.fadd(b.load(self._type, variable), amount), variable)

    def move(self, b: Builder, pointer: Value) -> None:
        """Behind all that is added in an iteration: ``pointer``, the shadow of what ``first`` reads in it, gets its sum."""
        self._flush(b, pointer, self._sums[0])
        for variable, following in zip(self._sums, self._sums[1:], strict=False):
            b.store(b.load(self._type, following), variable)
        b.store(const(self._type, 0.0), self._sums[-1])

    def leave(self, b: Builder, pointer: Value) -> None:
        """Where the loop is left backwards, behind `move`: all other places get their sums."""
        for k, variable in enumerate(self._sums[:-1], 1):
            self._flush(b, b.gep(T.I8, pointer, [const(T.I64, -k * self.window.step)]), variable)
            b.store(const(self._type, 0.0), variable)

    def _flush(self, b: Builder, pointer: Value, variable: Value) -> None:
        align = alignment(self.window.first)
        b.store(b.fadd(b.load(self._type, pointer, align=align), b.load(self._type, variable)), pointer, align=align)
