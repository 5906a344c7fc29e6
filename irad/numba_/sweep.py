"""One sweep over one specialisation of a function: the LLVM code that calls what the engine answered.

`irad.numba_.specialise` makes a `Sweep`. Which arguments take part and what becomes of the results is the business of `irad.forms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial, reduce
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

from irad.errors import UnsupportedError
from irad.numba_ import link, pool, python, reruns, sharing, target, vector_math, within
from irad.numba_.abi import Parameter, Path
from irad.numba_.glue import INTP, Glue, Typed, owned_type
from irad_passes.request import Activity, Answer, Mode
from irad_passes.rules.memory import PARALLEL

HIDDEN = 2  # parameters before the first argument: where the result goes, where an exception goes


@dataclass(frozen=True)
class Written:
    """What the code of a sweep leaves: the function's result, which the caller must `Glue.keep`; the address of the result's shadow;
    and, in reverse mode, the adjoint of each argument that takes part, None for the others: of a sweep with a width that in the
    ``lane`` of a number, of which arrays hold all lanes."""

    result: Any
    shadow: Any
    adjoints: list[Any]
    lane: Callable[[Any], list[Any]] | None = None


@dataclass(frozen=True)
class Sweep:
    """A derivative of one specialisation, ready to be called.

    Attributes
    ----------
    place
        How messages name the function.
    names, types
        The function's parameters, and their Numba types in the sweep: an array that needs a shadow is C or F contiguous.
    returns
        Numba type of the function's result.
    leaves, activities
        The LLVM parameters behind the `HIDDEN` ones, and how they take part.
    width
        How many tangents or adjoints travel together: a shadow has so many numbers, one behind the other, for each one of the primal.
        In reverse mode the function then returns a tuple of so many numbers first, whose adjoints they are.
    shared
        Whether arrays that the function writes may share memory with others: they have the layouts that they come in, and shadows
        that overlap as they do.
    parallel, by_blas
        Make the derivative with parallel loops, or with products of matrices by BLAS, called as ``answer`` is; return None where that
        cannot be.
    """

    place: str
    mode: Mode
    names: tuple[str, ...]
    types: tuple[Any, ...]
    returns: Any
    leaves: tuple[Parameter, ...]
    activities: tuple[Activity, ...]
    answer: Answer
    width: int = 1
    shared: bool = False
    parallel: Callable[[], Answer | None] | None = None
    by_blas: Callable[[], Answer | None] | None = None

    @property
    def suffix(self) -> str:
        """The end of the derivative's name, as people read it."""
        return ("jvp" if self.mode is Mode.FORWARD else "vjp") + (str(self.width) if self.width > 1 else "")

    def module(self, *, executed: bool) -> Any:
        """The derivative as an LLVM module to be linked: with its tape lowered where it is ``executed``, abstract where it is
        differentiated again."""
        if not executed:
            kept = (self._spread if target.keeps_parallel_loops() else None) or self.answer
            return link.linkable(kept.text, self.answer.name, inlined=True)
        from irad_passes import pipeline  # not before something is compiled: it takes as long as a quarter of irad's import

        for start in self.reload:
            start()
        text = vector_math.vectorisable(python.defined(pipeline.lower(self.executed.text, pool.LOOP)))
        return link.linkable(text, self.answer.name, inlined=False)

    @cached_property
    def executed(self) -> Answer:
        """What runs."""
        return self._spread or (self.by_blas and self.by_blas()) or self.answer

    @cached_property
    def _spread(self) -> Answer | None:
        """With parallel loops."""
        return self.parallel and self.parallel()

    @cached_property
    def reload(self) -> tuple[Callable[[], None], ...]:
        """What has to be called before the code is loaded."""
        text = self.executed.text
        return (pool.start,) * (PARALLEL in text) + (vector_math.reload,) * (vector_math.vectorisable(text) != text)

    def written_arrays(self) -> set[tuple[int, Path]]:
        """The arrays that the function writes: argument, and place in it."""
        return {(leaf.index, leaf.path[:-1]) for at, leaf in enumerate(self.leaves)
                if self.answer.written[HIDDEN + at] and leaf.path[-1:] == ("data",) and self._is_of(leaf, types.Array)}

    def changed(self) -> list[str]:
        """The arguments that the function writes and that are no arrays: nobody can put back what was in them. Generators of random
        numbers are among them, which code knows by the address of their state."""
        return sorted({self.names[leaf.index] for at, leaf in enumerate(self.leaves)
                       if (self.answer.written[HIDDEN + at] and self._is_of(leaf, (*within.CONTAINERS, types.Record)))
                       or self._is_of(leaf, types.NumPyRandomGeneratorType)})

    def draws(self) -> list[str]:
        """The functions of Numba's runtime by which the function reaches states of random numbers."""
        return [name for name in ("numba_get_np_random_state", "numba_get_py_random_state") if f"@{name}(" in self.answer.text]

    def calls_python(self) -> bool:
        """Whether the function has blocks of Python."""
        return "@PyObject_CallFunctionObjArgs(" in self.answer.text

    def _is_of(self, leaf: Parameter, kinds: Any) -> bool:
        """Whether a parameter is a part of such a value."""
        return isinstance(within.holder(self.types[leaf.index], leaf.path), kinds)

    def write(self, glue: Glue, arguments: Sequence[Typed], tangents: Mapping[int, Any] | None = None, seed: Any = None,
              primals: Sequence[Any] | None = None) -> Written:
        """Write the call of the derivative.

        Parameters
        ----------
        arguments
            The function's arguments as the caller has them: arrays of any layout.
        tangents
            Forward mode: the tangent of each argument that takes part, of type `glue.shadow_type`, laid out as in `types`; or the
            list of its leaves, as they are passed.
        seed
            Reverse mode: the adjoint of the result, of the result's type.
        primals
            The arguments as they are in `types`, where the caller has them.
        """
        self._test_sharing(glue, arguments)
        if primals is None:
            primals = [fitted(glue, argument, type_) for argument, type_ in zip(arguments, self.types, strict=True)]
        shadows = self._shadows(glue, primals, tangents or {})
        slots = self._slots(glue, seed)
        code, adjoints = self._call(glue, slots, primals, shadows)
        for index, (argument, primal, type_) in enumerate(zip(arguments, primals, self.types, strict=True)):
            self._write_back(glue, index, argument, Typed(type_, primal))
        glue.check(code)  # what the function wrote before it raised is the caller's to see
        if self.width > 1:
            return Written(glue.returned(self.returns, slots[0]), slots[1], [], partial(self._adjoints, glue, adjoints))
        adjoints = self._adjoints(glue, adjoints)
        if self.shared:
            adjoints = [None if value is None else sharing.separate(glue, type_, value)
                        for type_, value in zip(self.types, adjoints or [None] * len(primals), strict=True)]
        return Written(glue.returned(self.returns, slots[0]), slots[1], adjoints)

    def _slots(self, glue: Glue, seed: Any) -> list[Any]:
        """Where the result goes, and its shadow, which holds the seed."""
        null = cgutils.get_null_value(glue.context.get_value_type(self.returns))
        slots = [cgutils.alloca_once_value(glue.builder, glue.context.get_return_value(glue.builder, self.returns, value))
                 for value in (null, null if seed is None else seed)]
        if self.width > 1:
            wide = ir.ArrayType(slots[0].type.pointee, self.width)
            slots[1] = glue.builder.bitcast(cgutils.alloca_once_value(glue.builder, cgutils.get_null_value(wide)), slots[0].type)
            if self.mode is Mode.REVERSE:
                self._seed_lanes(glue, slots[1])
        return slots

    def _seed_lanes(self, glue: Glue, slot: Any) -> None:
        """Seed each of the numbers that the function returns first in a lane of its own: they lie in a row, as many as there are lanes."""
        real = glue.context.get_value_type(self.returns[0][0])
        numbers = glue.builder.bitcast(slot, real.as_pointer())
        for lane in range(self.width):
            glue.builder.store(real(1.0), glue.builder.gep(numbers, [INTP(lane * self.width + lane)]))

    def _active(self, index: int) -> bool:
        """Whether an argument takes part."""
        return any(leaf.index == index and activity is not Activity.CONST
                   for leaf, activity in zip(self.leaves, self.activities, strict=True))

    def _shadows(self, glue: Glue, primals: Sequence[Any], given: Mapping[int, Any]) -> list[Any | None]:
        """The shadow of each argument that takes part or that the engine wants one of, zero unless ``given``; None for the others."""
        wanted = [self._active(index) or any(leaf.index == index and self.answer.shadowed[HIDDEN + at]
                                             for at, leaf in enumerate(self.leaves)) for index in range(len(primals))]
        if self.shared:
            return sharing.shadows(glue, [Typed(*pair) for pair in zip(self.types, primals, strict=True)], wanted, given, self.width)
        return [given[index] if index in given else None if not wanted[index] else glue.zeros(
                    self.types[index], primal, result=self._active(index) and self.mode is Mode.REVERSE, width=self.width)
                for index, primal in enumerate(primals)]

    def _call(self, glue: Glue, slots: Sequence[Any], primals: Sequence[Any], shadows: Sequence[Any | None]) -> tuple[Any, list[Any]]:
        """Write the call itself; return its status and, for each argument, what its leaves have for companions (reverse mode)."""
        builder = glue.builder
        packers = [glue.context.get_arg_packer([type_]) for type_ in self.types]
        flat = [list(packer.as_arguments(builder, [value])) for packer, value in zip(packers, primals, strict=True)]
        companions: list[Any] = [
            value for packer, shadow, own in zip(packers, shadows, flat, strict=True)
            for value in ([None] * len(own) if shadow is None else shadow if isinstance(shadow, list)
                          else packer.as_arguments(builder, [shadow]))]
        operands = [slots[0], slots[1], glue.excinfo] if self.answer.shadowed[0] else [slots[0], glue.excinfo]
        for at, value in enumerate(value for values in flat for value in values):
            operands.append(value)
            if self.activities[at] is Activity.ACTIVE:
                if self.mode is Mode.REVERSE:
                    lanes = value.type if self.width == 1 else ir.VectorType(value.type, self.width)
                    companions[at] = cgutils.alloca_once_value(builder, cgutils.get_null_value(lanes))
                operands.append(companions[at])
            elif self.answer.shadowed[HIDDEN + at]:
                operands.append(companions[at])
        kind = ir.FunctionType(ir.IntType(32), [operand.type for operand in operands])
        with reruns.run(glue):
            code = builder.call(cgutils.get_or_insert_function(builder.module, kind, self.answer.name), operands)
        if self.mode is Mode.FORWARD:
            return code, []
        finals = iter(zip(companions, self.activities, strict=True))
        return code, [[next(finals) for _ in values] for values in flat]

    def _adjoints(self, glue: Glue, companions: Sequence[Any], lane: Any = None) -> list[Any]:
        """The adjoint of each argument, None where it takes no part: of its floats that in ``lane``."""
        def final(companion: Any, activity: Activity) -> Any:
            if activity is not Activity.ACTIVE:
                return companion
            if lane is not None:
                real = companion.type.pointee.element
                companion = glue.builder.gep(glue.builder.bitcast(companion, real.as_pointer()), [lane])
            return glue.builder.load(companion)

        if self.mode is Mode.FORWARD:
            return []
        return [glue.context.get_arg_packer([type_]).from_arguments(glue.builder, [final(*own) for own in leaves])[0]
                if self._active(index) else None for index, (type_, leaves) in enumerate(zip(self.types, companions, strict=True))]

    def _write_back(self, glue: Glue, index: int, argument: Typed, primal: Typed) -> None:
        """Copy what the function wrote into contiguous copies back into the caller's arrays."""
        for path, mine, theirs in arrays(glue, primal, argument):
            if mine.type.layout != theirs.type.layout and (index, path) in self.written_arrays():
                glue.copy(*mine, *theirs)

    def _test_sharing(self, glue: Glue, arguments: Sequence[Typed]) -> None:
        """Where an array that the function writes shares memory with an argument: go on in the version for that, or raise."""
        self._forbid_records(glue, arguments)
        self._forbid_members(glue, arguments)
        written = self.written_arrays()
        if not written:
            return
        found = {(index, path): array for index, argument in enumerate(arguments) for path, array, _ in arrays(glue, argument, argument)}
        clashes = [(first, second, condition) for first, second, condition in sharing.clashes(glue, written, found)
                   if not self.shared or self._element(first) != self._element(second)]
        if clashes and glue.divert is not None:
            with glue.failing(reduce(glue.builder.or_, (condition for _, _, condition in clashes))):
                glue.divert()
        else:
            for first, second, condition in clashes:
                one, other = self.names[first[0]], self.names[second[0]]
                what = (f"elements of argument '{one}' of {self.place} are" if first == second else
                        f"arguments '{one}' and '{other}' of {self.place}, of types {found[first].type} and {found[second].type}, are")
                glue.raise_if(condition, UnsupportedError, f"{what} in the same memory, and '{one}' is written, which irad cannot "
                                                           f"differentiate here. Pass a copy.")

    def _forbid_records(self, glue: Glue, arguments: Sequence[Typed]) -> None:
        """Raise where a record is in the memory of an array or of another record, and one of the two is written."""
        written = {(leaf.index, leaf.path) for at, leaf in enumerate(self.leaves) if self.answer.written[HIDDEN + at]}
        records = [((at, path), self._bytes(glue, record)) for at, argument in enumerate(arguments)
                   for path, record in members_of(glue, argument, types.Record)]
        others = [((at, (*path, "data")), glue.extent(*array)) for at, argument in enumerate(arguments)
                  for path, array in members_of(glue, argument, types.Array)] if records else []
        for number, (one, extent) in enumerate(records):
            for other, memory in [*records[:number], *others]:
                if not written.isdisjoint((one, other)):
                    glue.raise_if(glue.overlap(extent, memory), UnsupportedError,
                                  f"the record '{self.names[one[0]]}' of {self.place} is in the memory of '{self.names[other[0]]}', and "
                                  f"one of them is written, which irad cannot differentiate. Pass a copy.")

    def _bytes(self, glue: Glue, record: Typed) -> tuple[Any, Any]:
        """The first address of a record, and the one behind it."""
        low = glue.builder.ptrtoint(record.value, INTP)
        return low, glue.builder.add(low, INTP(record.type.size))

    def _forbid_members(self, glue: Glue, arguments: Sequence[Typed]) -> None:
        """Raise where an array in a container is in the memory of an array by itself, and one of the two is written."""
        containers = [(at, container) for at, argument in enumerate(arguments)
                      for _, container in members_of(glue, argument, within.CONTAINERS)]
        inside = any(self.answer.written[HIDDEN + at] and self._is_of(leaf, within.CONTAINERS) for at, leaf in enumerate(self.leaves))
        for at, container in containers:
            for other, its in enumerate(arguments):
                for path, array in members_of(glue, its, types.Array):
                    if inside or (other, path) in self.written_arrays():
                        found = within.touching(glue, container, self.place, *glue.extent(*array))
                        if found is not None:
                            glue.raise_if(found, UnsupportedError,
                                          f"an array within '{self.names[at]}' of {self.place} is in the memory of '{self.names[other]}', "
                                          f"and one of them is written, which irad cannot differentiate. Pass a copy.")

    def _element(self, name: tuple[int, Path]) -> str:
        """What an array holds, for LLVM."""
        return next(leaf.floats for leaf in self.leaves if (leaf.index, leaf.path) == (name[0], (*name[1], "data")))


def fitted(glue: Glue, argument: Typed, wanted: Any) -> Any:
    """The argument as type ``wanted``: a contiguous copy where its layout differs, the value of an omitted argument, else itself."""
    type_, value = argument
    if type_ == wanted:
        return value
    if isinstance(type_, types.Omitted):
        return glue.context.get_constant_generic(glue.builder, wanted, type_.value)
    if isinstance(wanted, types.Array):
        return value if type_.layout == wanted.layout else glue.contiguous(type_, value, wanted.layout)
    if isinstance(wanted, types.BaseTuple):
        return glue.together(wanted, [fitted(glue, Typed(*item), new)
                                   for *item, new in zip(type_, glue.items(value), wanted, strict=True)])
    return glue.context.cast(glue.builder, value, type_, wanted)


def arrays(glue: Glue, one: Typed, other: Typed, path: Path = ()) -> Iterator[tuple[Path, Typed, Typed]]:
    """The arrays in two values of one structure, with the path to them."""
    if isinstance(one.type, types.Array):
        yield path, one, other
    elif isinstance(one.type, types.BaseTuple):
        parts = zip(one.type, glue.items(one.value), other.type, glue.items(other.value), strict=True)
        for index, (type_, value, other_type, other_value) in enumerate(parts):
            yield from arrays(glue, Typed(type_, value), Typed(other_type, other_value), (*path, index))


def members_of(glue: Glue, value: Typed, kind: Any, path: Path = ()) -> Iterator[tuple[Path, Typed]]:
    """What is of a kind of type in a value, with the path to it through tuples."""
    if isinstance(value.type, kind):
        yield path, value
    elif isinstance(value.type, types.BaseTuple):
        for index, item in enumerate(zip(value.type, glue.items(value.value), strict=True)):
            yield from members_of(glue, Typed(*item), kind, (*path, index))


def contiguous_type(type_: Any) -> Any:
    """The type with which a function is captured, where an argument of type ``type_`` needs a shadow."""
    if isinstance(type_, types.Array):
        return type_ if type_.layout in "CF" else owned_type(type_)
    if isinstance(type_, types.BaseTuple):
        return types.BaseTuple.from_types([contiguous_type(item) for item in type_], getattr(type_, "instance_class", None))
    return type_
