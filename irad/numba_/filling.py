"""The loops that fill a Jacobian: by columns, a forward sweep for those that travel together; by rows, a reverse sweep for those."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

from irad.numba_.blocks import offsets
from irad.numba_.glue import INTP, Glue, Typed
from irad.numba_.parts import Lanes, Part, Path, count, get, parts
from irad.numba_.repeat import Repeated
from irad.numba_.tangents import seed
from irad_passes.request import Mode

WIDTH, HEIGHT = 8, 4
"""How many columns travel together, if nothing else is asked for, and how many rows: a sweep of either kind then costs about the same."""


class Seeds:
    """The tangents that make a sweep compute columns: ones among zeros.

    Parameters
    ----------
    repeated
        The forward sweep.
    selected
        The arguments that it is about.
    """

    def __init__(self, glue: Glue, repeated: Repeated, selected: Sequence[int]) -> None:
        self.glue = glue
        self.sweep = repeated.sweep
        self.selected = selected
        self._primals = repeated.primals
        found = [(index, part) for index in selected for part in parts(self.sweep.types[index])]
        starts, _ = offsets(glue, [(part, self._primals[index]) for index, part in found])
        self._starts = dict(zip(found, starts, strict=True))
        self._shadows = {index: glue.zeros(self.sweep.types[index], self._primals[index], width=self.sweep.width) for index in selected}

    def at(self, start: Any) -> dict[int, list[Any]]:
        """Write the seeds of the columns from ``start`` on; the tangents, as `Sweep.write` takes them."""
        self._store(start, 1.0)
        return {index: self._leaves(index, self.sweep.types[index], (), start) for index in self.selected}

    def clear(self, start: Any) -> None:
        """Set the seeds back to zero: all of them where the function writes its arguments, and their tangents with them."""
        if not self.sweep.written_arrays():
            self._store(start, 0.0)
            return
        for index, part in self._starts:
            if isinstance(part.type, types.Array):
                self.glue.clear(part.type, get(self.glue, self._shadows[index], part.path), self.sweep.width)

    def _store(self, start: Any, number: float) -> None:
        builder, width = self.glue.builder, self.sweep.width
        for (index, part), own in self._starts.items():
            if not isinstance(part.type, types.Array):
                continue
            data = self.glue.array(part.type, get(self.glue, self._shadows[index], part.path)).data
            first = builder.sub(start, own)
            length = count(self.glue, part, self._primals[index])
            with cgutils.for_range(builder, INTP(width)) as lane:
                place = builder.add(first, lane.index)
                with builder.if_then(builder.icmp_unsigned("<", place, length)):
                    builder.store(data.type.pointee(number), builder.gep(data, [builder.add(builder.mul(place, INTP(width)), lane.index)]))

    def _leaves(self, index: int, type_: Any, path: Path, start: Any) -> list[Any]:
        """The tangent of an argument as it is passed."""
        if isinstance(type_, types.BaseTuple):
            return [leaf for at, item in enumerate(type_) for leaf in self._leaves(index, item, (*path, at), start)]
        if isinstance(type_, types.Float):
            return [self._number(start, self._starts[index, Part(path, type_)], self.glue.context.get_value_type(type_))]
        packer = self.glue.context.get_arg_packer([type_])
        return list(packer.as_arguments(self.glue.builder, [get(self.glue, self._shadows[index], path)]))

    def _number(self, start: Any, own: Any, real: Any) -> Any:
        """The tangent of a float: 1 in the lane whose column is its own."""
        builder, width = self.glue.builder, self.sweep.width
        local = builder.sub(own, start)
        hits = [builder.select(builder.icmp_signed("==", local, INTP(lane)), real(1.0), real(0.0)) for lane in range(width)]
        if width == 1:
            return hits[0]
        vector = ir.Constant(ir.VectorType(real, width), ir.Undefined)
        for lane, hit in enumerate(hits):
            vector = builder.insert_element(vector, hit, ir.IntType(32)(lane))
        return vector


class Filling:
    """The code that fills a matrix.

    Parameters
    ----------
    target
        The matrix.
    selected
        The arguments that it is about.
    inside, output
        Where in the function's result the output is, and its type.
    """

    def __init__(self, glue: Glue, target: Any, selected: Sequence[int], inside: Path, output: Any) -> None:
        self.glue = glue
        self.target = target
        self.selected = selected
        self.inside = inside
        self.output = output

    def run(self, runs: Sequence[Repeated], begin: Callable[[Any], None]) -> None:
        """Write the sweeps: forward for the columns, in reverse for the rows, or where there are both, first forward.

        ``begin`` is called where the first run is over, with the function's result.
        """
        modes = {run.sweep.mode: run for run in runs}
        if Mode.FORWARD not in modes:
            self._rows(modes[Mode.REVERSE], begin)
        elif Mode.REVERSE not in modes:
            self._columns(modes[Mode.FORWARD], begin, lambda output: self.target.total)
        else:
            self._cheaper(modes[Mode.FORWARD], modes[Mode.REVERSE], begin)

    def _cheaper(self, forward: Repeated, reverse: Repeated, begin: Callable[[Any], None]) -> None:
        """Go on with columns or begin with rows behind the first sweep, by how many sweeps either takes."""
        builder = self.glue.builder
        turned = cgutils.alloca_once_value(builder, cgutils.false_bit)

        def stop(output: Any) -> Any:
            onward = sweeps(builder, builder.sub(self.target.total, INTP(forward.sweep.width)), forward.sweep.width)
            fewer = builder.icmp_signed("<", sweeps(builder, self._count(output), reverse.sweep.width), onward)
            builder.store(fewer, turned)
            return builder.select(fewer, INTP(0), self.target.total)

        self._columns(forward, begin, stop)
        with builder.if_then(builder.load(turned)):
            self._rows(reverse, lambda whole: None)

    def _columns(self, repeated: Repeated, begin: Callable[[Any], None], stop: Callable[[Any], Any]) -> None:
        glue, sweep, builder = self.glue, repeated.sweep, self.glue.builder
        seeds = Seeds(glue, repeated, self.selected)
        end = cgutils.alloca_once_value(builder, INTP(0))
        with counting(builder, end, sweep.width) as start, glue.scope():
            written = repeated.write(seeds.at(start))
            glue.keep(sweep.returns, written.result)
            lanes = Lanes(glue, sweep.returns, written.shadow, sweep.width, self.inside)
            lanes.keep()
            output = get(glue, written.result, self.inside)
            with builder.if_then(builder.icmp_signed("==", start, INTP(0))):
                begin(written.result)
                builder.store(stop(output), end)
            self.target.store_columns(start, output, lanes)
            seeds.clear(start)

    def _rows(self, repeated: Repeated, begin: Callable[[Any], None]) -> None:
        glue, sweep, builder = self.glue, repeated.sweep, self.glue.builder
        end = cgutils.alloca_once_value(builder, INTP(0))
        with counting(builder, end, sweep.width) as number, glue.scope():
            own = seed(glue, sweep.returns) if sweep.width == 1 else None
            written = repeated.write(seed=own, more=[Typed(types.intp, number)])
            glue.keep(sweep.returns, written.result)
            whole = builder.extract_value(written.result, 1)
            output = get(glue, whole, self.inside)
            with builder.if_then(builder.icmp_signed("==", number, INTP(0))):
                begin(whole)
                builder.store(self._count(output), end)
            if written.lane is None:
                self.target.store_row(number, output, [written.adjoints[index] for index in self.selected])
            else:
                with cgutils.for_range(builder, INTP(sweep.width)) as lane:
                    adjoints = written.lane(lane.index)
                    self.target.store_row(builder.add(number, lane.index), output, [adjoints[index] for index in self.selected],
                                          sweep.width, lane.index)

    def _count(self, output: Any) -> Any:
        """How many rows there are."""
        return offsets(self.glue, [(part, output) for part in parts(self.output)])[1]


def sweeps(builder: Any, numbers: Any, width: int) -> Any:
    """How many sweeps of a width there are for so many columns or rows: what is below zero is rounded to it."""
    return builder.sdiv(builder.add(numbers, INTP(width - 1)), INTP(width))


@contextmanager
def counting(builder: Any, stop: Any, step: int) -> Iterator[Any]:
    """Write a loop that counts from 0, once at least, to the number that ``stop`` holds, which the body may change."""
    before = builder.basic_block
    body, behind = builder.append_basic_block("run"), builder.append_basic_block("run.end")
    builder.branch(body)
    builder.position_at_end(body)
    index = builder.phi(INTP)
    index.add_incoming(INTP(0), before)
    yield index
    following = builder.add(index, INTP(step))
    index.add_incoming(following, builder.basic_block)
    builder.cbranch(builder.icmp_signed("<", following, builder.load(stop)), body, behind)
    builder.position_at_end(behind)
