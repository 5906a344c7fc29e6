"""Numba's parallel loops, lowered for differentiation: the body becomes a function of a chunk of the iterations.

For each parallel loop the captured module defines two functions. ``irad.chunk.…(error, chunk, chunks, bounds…, arguments…)`` runs
one of the ``chunks`` of the iterations; ``irad.parallel.…``, without ``chunk``, runs all, one after the other: what the function means.
That the chunks may as well run at once, and which memory each has to itself, says a row for the engine (`rows`). How many chunks
there are depends on the loop alone, never on the number of threads. A reduction has a place for each chunk, and the places are put
together behind the loop, by code that is differentiated as any other is.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir as llvm
from numba.core import callconv, cgutils, ir, types
from numba.core.typed_passes import NativeParforLowering
from numba.core.typing import signature
from numba.parfors import parfor as parfors
from numba.parfors import parfor_lowering

from irad.numba_ import sharing
from irad.numba_.glue import Glue, Typed
from irad.numba_.parfor_access import Access, access, carried
from irad_passes.rules.calls import Parallel

CHUNKS = 64
"""Into how many chunks the iterations are cut, at most."""
COPIES = 16
"""The same, where a reduction of arrays keeps an array for each."""
WORD, STATUS, ADDRESS = llvm.IntType(64), llvm.IntType(32), cgutils.voidptr_t
_WHOLE, _CHUNK = "irad.parallel.", "irad.chunk."
_DATA = 4
"""Which part of an array the address of its data is, where it is passed; in front of it are the number and the size of its elements."""
_KERNEL = "__numba_parfor_gufunc"

_rows: dict[str, Parallel] = {}


class InOrder(Exception):
    """A parallel loop that is captured as the loop that it means."""


def rows(text: str) -> dict[str, Parallel]:
    """What the engine has to know of the parallel loops in a captured module. None where the number of the thread matters."""
    if "@get_thread_id(" in text:
        return {}
    return {name: row for name in re.findall(rf'@"?({re.escape(_WHOLE)}[^"(\s]+)"?\(', text) if (row := _rows.get(name)) is not None}


def thread_number(context: Any, fn: Any) -> Any:
    """The lowering of the thread's number in a kernel, which finds its own places of the reductions at number 0; None for all else."""
    if context.fndesc is None or not context.fndesc.qualname.startswith(_KERNEL):
        return None
    from numba.np.ufunc.parallel import _iget_thread_id

    return _First() if getattr(fn, "typing_key", None) is _iget_thread_id else None


class _First:
    """Lowers a call to 0."""

    libs = ()

    def __call__(self, builder: Any, args: Any, loc: Any = None) -> Any:
        return WORD(0)


def lower(lowerer: Any, loop: Any) -> None:
    """Lower one parallel loop, in the place of Numba's own lowering.

    Raises
    ------
    InOrder
        The function has to be captured as the serial one.
    """
    before = lowerer.fndesc.typemap
    lowerer.fndesc.typemap = copy.copy(before)
    try:
        Loop(lowerer, loop).lower()
    finally:
        before.update({name: type_ for name, type_ in lowerer.fndesc.typemap.items() if name in lowerer.varmap and name not in before})
        lowerer.fndesc.typemap = before


class Loop:
    """One parallel loop, and the lowering of the function that it is in."""

    def __init__(self, lowerer: Any, loop: Any) -> None:
        self.lowerer, self.loop = lowerer, loop
        self.context, self.builder = lowerer.context, lowerer.builder
        self.typemap = lowerer.fndesc.typemap
        self.scope, self.loc = loop.init_block.scope, loop.init_block.loc

    def lower(self) -> None:
        """Lower the loop."""
        loop, lowerer = self.loop, self.lowerer
        for instruction in loop.init_block.body:
            lowerer.lower_inst(instruction)
        if set(loop.races) - set(loop.redvars) or carried(loop):
            raise InOrder("iterations assign one variable")
        found = access(loop, self.typemap, lowerer.func_ir)
        reductions = list(loop.redvars)
        apart = found.written - set(reductions) <= found.private
        bounds = [(self._bound(nest.start), self._bound(nest.stop)) for nest in loop.loop_nests]
        count = self._count(*bounds[0], found if apart else None)
        places = {name: self._places(name, count) for name in reductions}
        kernel, names, types_, tuples = self._kernel()
        arguments = [self._argument(name, tuples) for name in names[:len(names) - len(reductions)]]
        arguments += [lowerer.loadvar(place.name) for place in places.values()]
        whole, row = self._call(kernel, count, bounds, types_, arguments, "noinline" if apart else "alwaysinline")
        if apart:
            private = [name in found.private for name in names[:len(arguments) - len(reductions)]] + [True] * len(reductions)
            _rows[whole] = row(private, [name in found.near for name in names])
        if reductions:
            parfor_lowering._parfor_lowering_finalize_reduction(loop, places, lowerer, loop.reddict, count)
        for place in places.values():
            lowerer.lower_inst(ir.Del(place.name, loc=self.loc))

    def _bound(self, value: Any) -> Any:
        """The start or end of the iterations in one dimension."""
        number = self.lowerer.loadvar(value.name) if isinstance(value, ir.Var) else WORD(value)
        return number if number.type == WORD else self.builder.sext(number, WORD)

    def _variable(self, name: str, type_: Any, value: Any) -> Any:
        """A new variable of Numba's."""
        made = self.scope.redefine(name, self.loc)
        self.typemap[made.name] = type_
        self.lowerer.storevar(value, made.name)
        return made

    def _count(self, start: Any, stop: Any, found: Access | None) -> Any:
        """The variable that holds the number of chunks: one, where nothing is known, or an index is negative, or arrays share memory."""
        builder = self.builder
        some = builder.icmp_signed(">", stop, start)
        value = builder.zext(some, WORD)
        if found is not None:
            arrays = any(isinstance(self.typemap[name], types.Array) for name in self.loop.redvars)
            most, fit = WORD(COPIES if arrays else CHUNKS), builder.udiv(builder.sub(stop, start), WORD(max(found.reach, 1)))
            least = builder.select(builder.icmp_unsigned("<", fit, most), fit, most)
            usable = builder.and_(builder.icmp_signed(">=", builder.add(start, WORD(found.lowest)), WORD(0)),
                                  builder.icmp_unsigned(">", least, WORD(1)))
            usable = builder.and_(usable, builder.not_(self._shared(found.private | found.near)))
            value = builder.select(builder.and_(some, usable), least, value)
        return self._variable("irad_chunks", types.intp, value)

    def _shared(self, names: frozenset[str]) -> Any:
        """Whether one of these arrays shares memory with another one that the loop is given, or has elements that do."""
        glue = Glue(self.context, self.builder)
        arrays = {name: Typed(self.typemap[name], self.lowerer.loadvar(name)) for name in self.loop.params if name not in self.loop.redvars}
        items = [(name, array) for name, value in arrays.items() for array in members_of(value, self.builder)]
        extents = [(name, glue.extent(*array)) for name, array in items]
        found: Any = cgutils.false_bit
        for at, (name, extent) in enumerate(extents):
            for other, its in extents[:at]:
                if name in names or other in names:
                    found = self.builder.or_(found, glue.overlap(extent, its))
            if name in names and items[at][1].type.layout == "A":
                found = self.builder.or_(found, sharing.folded(glue, *items[at][1]))
        return found

    def _places(self, name: str, count: Any) -> Any:
        """The variable that holds an array with a place for what each chunk makes of a reduction, filled with what it starts from."""
        type_, start = self.typemap[name], self.loop.reddict[name].init_val
        made = parfor_lowering.redtyp_to_redarraytype(type_)
        dtype = np.dtype(str(made.dtype)) if not isinstance(made.dtype, types.Boolean) else np.dtype(bool)
        initial = None if start is None else dtype.type(start)

        def of_numbers(count: Any, value: Any) -> Any:
            places = np.empty(count, dtype)
            for k in range(count):
                places[k] = value if initial is None else initial
            return places

        def of_arrays(count: Any, value: Any) -> Any:
            places = np.empty((count, *value.shape), dtype)
            for k in range(count):
                places[k] = value if initial is None else initial
            return places

        filled = self.context.compile_internal(
            self.builder, of_arrays if isinstance(type_, types.Array) else of_numbers, signature(made, types.intp, type_),
            (self.lowerer.loadvar(count.name), self.lowerer.loadvar(name)))
        return self._variable("irad_places", made, filled)

    def _kernel(self) -> tuple[Any, list[str], list[Any], dict[str, tuple[str, int]]]:
        """The body as a function of a schedule; the variables and types of its other arguments, and which are parts of tuples."""
        loop, lowerer = self.loop, self.lowerer
        flags = loop.flags.copy()
        flags.error_model = "numpy"
        index = self.typemap[loop.loop_nests[0].index_variable.name]
        with _set(parfors, "sequential_parfor_lowering", True), _set(NativeParforLowering, "lowering_class", type(lowerer)):
            kernel, names, sig, _, tuples = parfor_lowering._create_gufunc_for_parfor_body(
                lowerer, loop, self.typemap, self.context.typing_context, self.context, flags, {}, True, index, loop.races)
        return kernel, names, list(sig.args), tuples

    def _argument(self, name: str, tuples: dict[str, tuple[str, int]]) -> Any:
        """The value of an argument of the kernel."""
        if name in tuples:
            whole, index = tuples[name]
            return self.builder.extract_value(self.lowerer.loadvar(whole), index)
        if isinstance(self.typemap[name], types.ArrayCompatible) and self.typemap[name].ndim == 0:
            raise InOrder("an array without dimensions")
        return self.lowerer.loadvar(name)

    def _call(self, kernel: Any, count: Any, bounds: list[tuple[Any, Any]], types_: list[Any], arguments: list[Any],
              attribute: str) -> tuple[str, Callable[[list[bool], list[bool]], Parallel]]:
        """Write the functions of a chunk and of all chunks, and the call; raise what an iteration raises.

        Returns the name of the function that is called, and what makes its row."""
        builder, context = self.builder, self.context
        writer = Functions(builder.module, context, kernel, types_, len(bounds), len(self.loop.redvars), attribute)
        writer.chunk()
        whole = writer.whole()
        packer = context.get_arg_packer(types_[1:])
        error = cgutils.alloca_once_value(builder, cgutils.get_null_value(ADDRESS))
        code = builder.call(whole, [error, self.lowerer.loadvar(count.name), *(bound for pair in bounds for bound in pair),
                                    *packer.as_arguments(builder, arguments)])
        never_none(builder, code)
        with builder.if_then(builder.icmp_signed("!=", code, STATUS(0)), likely=False):
            convention = context.call_conv
            found = builder.bitcast(builder.load(error), convention._get_excinfo_argument(builder.function).type.pointee)
            convention.return_status_propagate(builder, convention._get_return_status(builder, code, found))
        context.active_code_library.add_linking_library(kernel.library)
        return whole.name, writer.row


def never_none(builder: Any, code: Any) -> None:
    """Let LLVM know that a call does not return the status for None: what of the caller is behind an error only leads to errors."""
    code.set_metadata("range", builder.module.add_metadata([STATUS(-1), callconv.RETCODE_NONE]))


@contextmanager
def _set(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Set what Numba's compilation of kernels looks at. The global compiler lock is held."""
    before = owner.__dict__[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def members_of(value: Typed, builder: Any) -> Iterator[Typed]:
    """The arrays in a value: itself, or those in a tuple."""
    if isinstance(value.type, types.Array):
        yield value
    elif isinstance(value.type, types.BaseTuple):
        for index, type_ in enumerate(value.type):
            yield from members_of(Typed(type_, builder.extract_value(value.value, index)), builder)


class Functions:
    """Writes the two functions of a parallel loop around its kernel."""

    def __init__(self, module: Any, context: Any, kernel: Any, types_: list[Any], dimensions: int, reductions: int,
                 attribute: str) -> None:
        self.module, self.context, self.kernel, self.types = module, context, kernel, types_
        self.dimensions, self.reductions, self.attribute = dimensions, reductions, attribute
        name = kernel.fndesc.llvm_func_name
        self.chunk_name = _CHUNK + name
        self.packer = context.get_arg_packer(types_[1:])
        self.kind = [ADDRESS.as_pointer(), WORD, *[WORD] * (2 * dimensions), *self.packer.argument_types]
        self._whole_name = _WHOLE + name

    def row(self, private: list[bool], near: list[bool]) -> Parallel:
        """What the engine has to know of the function of all chunks, by what is known of the arguments of the kernel."""
        at, data = 2 + 2 * self.dimensions, []
        for type_ in self.types[1:]:
            data.append(at + _DATA if isinstance(type_, types.Array) else None)
            at += len(self.context.get_arg_packer([type_]).argument_types)

        def chosen(flags: list[bool]) -> frozenset[int]:
            return frozenset(place for place, flag in zip(data, flags, strict=False) if flag and place is not None)

        sizes = {place: (place - 2, place - 1) for place, type_ in zip(data, self.types[1:], strict=True)
                 if place is not None and type_.layout in "CF"}
        return Parallel(self.chunk_name, count=1, start=2, stop=3, private=chosen(private) | {0}, near=chosen(near), sizes=sizes, error=0)

    def _define(self, name: str, kind: list[Any]) -> Any:
        function = llvm.Function(self.module, llvm.FunctionType(STATUS, kind), name)
        function.linkage = "linkonce_odr"
        function.attributes.add(self.attribute)
        return function

    def chunk(self) -> Any:
        """The function that runs one chunk."""
        from numba.np.arrayobj import populate_array  # not at import: see `glue`

        function = self._define(self.chunk_name, [*self.kind[:1], WORD, *self.kind[1:]])
        builder = llvm.IRBuilder(function.append_basic_block("entry"))
        error, chunk, count, *rest = function.args
        bounds, flat = rest[:2 * self.dimensions], rest[2 * self.dimensions:]
        start, length = bounds[0], builder.sub(bounds[1], bounds[0])
        ends = [builder.add(start, builder.udiv(builder.mul(length, number), count)) for number in (chunk, builder.add(chunk, WORD(1)))]
        firsts, stops = [ends[0], *bounds[2::2]], [ends[1], *bounds[3::2]]
        schedule = cgutils.alloca_once(builder, WORD, size=2 * self.dimensions)
        for at, value in enumerate([*firsts, *(builder.sub(stop, WORD(1)) for stop in stops)]):
            builder.store(value, builder.gep(schedule, [WORD(at)]))
        array = self.context.make_array(self.types[0])(self.context, builder)
        populate_array(array, data=schedule, shape=[WORD(2 * self.dimensions)], strides=[WORD(8)], itemsize=WORD(8), meminfo=None)
        values = list(self.packer.from_arguments(builder, flat))
        for at in range(len(values) - self.reductions, len(values)):
            values[at] = self._part(builder, self.types[1 + at], values[at], chunk)
        callee = self.context.declare_function(self.module, self.kernel.fndesc)
        status, _ = self.context.call_conv.call_function(builder, callee, types.none, self.types, [array._getvalue(), *values])
        with builder.if_then(status.is_error, likely=False):
            builder.store(builder.bitcast(status.excinfoptr, ADDRESS), error)
            builder.ret(status.code)
        builder.ret(STATUS(0))
        return function

    def _part(self, builder: Any, type_: Any, value: Any, chunk: Any) -> Any:
        """The array of the places of a reduction, from that of ``chunk`` on."""
        array = self.context.make_array(type_)(self.context, builder, value)
        stride = cgutils.unpack_tuple(builder, array.strides, type_.ndim)[0]
        array.data = cgutils.pointer_add(builder, array.data, builder.mul(chunk, stride))
        return array._getvalue()

    def whole(self) -> Any:
        """The function that runs one chunk after the other."""
        function = self._define(self._whole_name, self.kind)
        one = self.module.get_global(self.chunk_name)
        builder = llvm.IRBuilder(function.append_basic_block("entry"))
        with cgutils.for_range(builder, function.args[1]) as each:
            code = builder.call(one, [function.args[0], each.index, *function.args[1:]])
            with builder.if_then(builder.icmp_signed("!=", code, STATUS(0)), likely=False):
                builder.ret(code)
        builder.ret(STATUS(0))
        return function
