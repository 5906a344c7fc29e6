"""The form under `irad.autodiff`: one sweep whose shadows are the caller's."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from numba.core import types

from irad.argnums import check_parameters, parameters, plain_signature, valued
from irad.derivative import Form, Plan
from irad.errors import ArgumentTypeError, OutputTypeError
from irad.numba_.contraction import contracted, unused
from irad.numba_.glue import Glue, Typed, shadow_type
from irad.numba_.kinds import adopted, check_argument, check_tangent
from irad.numba_.records import has_floats
from irad.numba_.specialise import Subject, captured, specialise
from irad.numba_.sweep import Sweep, arrays, fitted
from irad.numba_.tangents import members, seed, tangent
from irad_passes.request import Activity, Mode

pack = types.BaseTuple.from_types


@dataclass(frozen=True)
class Primitive(Form):
    """A sweep over a function whose arguments take part as ``activities`` say; behind each duplicated one comes its shadow, last the
    seed."""

    operator: ClassVar[str] = "autodiff"

    mode: Mode
    activities: tuple[Activity, ...]
    seeded: bool = False

    def signature(self, function: Any) -> inspect.Signature:
        own = list(parameters(function))
        names = []
        for name, activity in zip(own, self.activities, strict=False):  # further parameters have defaults
            names += [name, unused(f"{name}_shadow", own)] if activity is Activity.DUPLICATED else [name]
        return plain_signature(*names, *([unused("seed", own)] if self.seeded else []))

    def check(self, function: Any) -> Primitive:
        check_parameters(self.operator, function)
        names = parameters(function)
        what = f"{self.operator}({function.__name__})"
        if len(self.activities) > len(names):
            raise TypeError(f"{what}: {len(self.activities)} arguments, and `{function.__name__}` takes {len(names)}: {', '.join(names)}.")
        if not any(activity is not Activity.CONST for activity in self.activities):
            raise ValueError(f"{what}: all arguments are Const. Give one at least as Active or Duplicated.")
        if self.mode is Mode.FORWARD and Activity.ACTIVE in self.activities:
            name = names[self.activities.index(Activity.ACTIVE)]
            raise ArgumentTypeError(f"{what}: argument '{name}' is Active, which is for reverse mode. Give it with its tangent: "
                                    f"Duplicated({name}, tangent).")
        if self.mode is Mode.FORWARD and self.seeded:
            raise ArgumentTypeError(f"{what}: a seed is for reverse mode. In forward mode, give tangents: Duplicated(value, tangent).")
        return self

    def split(self, values: Sequence[Any]) -> tuple[list[Any], dict[int, Any]]:
        """The arguments among ``values``, and the shadows by index."""
        given, primals, shadows = iter(values), [], {}
        for index, activity in enumerate(self.activities):
            primals.append(next(given))
            if activity is Activity.DUPLICATED:
                shadows[index] = next(given)
        return primals, shadows

    def check_types(self, subject: Subject, inputs: Sequence[Any], shadows: dict[int, Any]) -> None:
        """Refuse what cannot take part as it is said to, and shadows of another type."""
        names = parameters(subject.function)
        for index, activity in enumerate(self.activities):
            if activity is Activity.CONST:
                continue
            check_argument(subject, index, names[index], inputs[index])
            if activity is not Activity.DUPLICATED:
                continue
            type_, shadow = inputs[index], shadows[index]
            if isinstance(type_, types.BaseTuple):
                raise ArgumentTypeError(f"{subject}: argument '{names[index]}' of {subject.place} is a tuple, which is not duplicated as a "
                                        f"whole. Pass its members as arguments of their own, or use irad.jvp or irad.gradient.")
            if self.mode is Mode.REVERSE and not isinstance(type_, types.Array):
                raise ArgumentTypeError(f"{subject}: argument '{names[index]}' of {subject.place} is {type_}, which has no memory to add "
                                        f"to. Give it as Active: its adjoint is returned.")
            check_tangent(subject, f"the shadow of argument '{names[index]}'", type_, shadow)
            if isinstance(shadow, types.NoneType) or (isinstance(shadow, types.Array) and not shadow.mutable):
                raise ArgumentTypeError(f"{subject}: the shadow of argument '{names[index]}' is {shadow}, and must be written to.")

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        own, shadows = self.split(arguments[:-1] if self.seeded else arguments)
        selected = frozenset(index for index, activity in enumerate(self.activities) if activity is not Activity.CONST)
        inputs = valued(tuple(subject.function.fold_argument_types(tuple(own), {})[1]), tuple(selected))
        self.check_types(subject, inputs, shadows)
        returns = captured(subject.function, inputs, selected).returns
        weighted = self.seeded and not isinstance(returns, types.Float)
        self.check_seed(subject, returns, arguments[-1] if self.seeded else None)
        if weighted:
            seed_type = adopted(returns, arguments[-1])
            sweep = specialise(subject, (*inputs, seed_type), self.mode, selected, function=contracted(subject.function))
        else:
            sweep = specialise(subject, inputs, self.mode, selected)
        active = [index for index, activity in enumerate(self.activities) if activity is Activity.ACTIVE]

        def write(glue: Glue, values: list[Typed]) -> Any:
            points, given = self.split(values[:-1] if self.seeded else values)
            points += [Typed(type_, None) for type_ in inputs[len(points):]]
            forbid_overlap(glue, self, sweep, points, given)
            shadows = {index: fitted(glue, shadow, shadow_type(sweep.types[index])) for index, shadow in given.items()}
            check_shapes(glue, sweep, points, given)
            seeds = self.seed(glue, sweep, weighted, values)
            written = sweep.write(glue, [*points, values[-1]] if weighted else points, shadows, seed=seeds)
            for index, shadow in given.items():
                for _, mine, theirs in arrays(glue, Typed(shadow_type(sweep.types[index]), shadows[index]), shadow):
                    if mine.type.layout != theirs.type.layout:
                        glue.copy(*mine, *theirs)
            glue.keep(sweep.returns, written.result, result=True)
            if self.mode is Mode.FORWARD:
                moved = tangent(glue, returns, written.result, glue.returned(returns, written.shadow))
                return glue.pack([Typed(returns, written.result), Typed(returns, moved)]).value
            result = Typed(sweep.returns, written.result)
            adjoints = [Typed(shadow_type(sweep.types[index]), written.adjoints[index]) for index in active]
            return glue.pack([members(glue, result)[1] if weighted else result, glue.pack(adjoints)]).value

        second = returns if self.mode is Mode.FORWARD else pack([shadow_type(sweep.types[index]) for index in active])
        return Plan(pack([returns, second]), (sweep,), write)

    def check_seed(self, subject: Subject, returns: Any, seed: Any) -> None:
        """Refuse a seed that does not fit the result, and none where one is needed."""
        if self.seeded:
            check_tangent(subject, "the seed", returns, seed)
        elif self.mode is Mode.REVERSE and has_floats(returns) and not isinstance(returns, types.Float):
            raise OutputTypeError(f"{subject}: {subject.place} returns {returns}, and without a seed it must return a float, or nothing "
                                  f"where it fills arrays. Give `seed`, a value like what it returns.")

    def seed(self, glue: Glue, sweep: Sweep, weighted: bool, values: list[Typed]) -> Any:
        """The adjoint of the result of the sweep."""
        if self.mode is Mode.FORWARD or not has_floats(sweep.returns):
            return None
        if self.seeded and not weighted:
            return glue.context.cast(glue.builder, values[-1].value, values[-1].type, sweep.returns)
        return seed(glue, sweep.returns)


def places(glue: Glue, values: Iterator[tuple[int, Typed]]) -> list[tuple[int, Any]]:
    """The memory of each array among ``values``."""
    return [(index, glue.extent(*array)) for index, value in values for _, array, _ in arrays(glue, value, value)]


def forbid_overlap(glue: Glue, form: Primitive, sweep: Sweep, points: Sequence[Typed], given: dict[int, Typed]) -> None:
    """Raise where a shadow shares memory with an argument or another shadow, and one of the two is written."""
    written = {index for index, _ in sweep.written_arrays()}
    shadows, primals = places(glue, iter(given.items())), places(glue, enumerate(points))
    for place, (index, extent) in enumerate(shadows):
        for kind, (other, its) in [*(("argument", item) for item in primals), *(("the shadow of", item) for item in shadows[place + 1:])]:
            if form.mode is Mode.REVERSE or index in written or other in written:
                glue.raise_if(glue.overlap(extent, its), ArgumentTypeError,
                              f"autodiff: the shadow of '{sweep.names[index]}' and {kind} '{sweep.names[other]}' of {sweep.place} share "
                              f"memory. Pass an array of its own as each shadow.")


def check_shapes(glue: Glue, sweep: Sweep, points: Sequence[Typed], given: dict[int, Typed]) -> None:
    """Raise where a shadow has another shape than its argument."""
    for index, shadow in given.items():
        if isinstance(shadow.type, types.Array):
            for own, other in zip(glue.shape(*points[index]), glue.shape(*shadow), strict=True):
                glue.raise_if(glue.builder.icmp_signed("!=", own, other), ArgumentTypeError,
                              f"autodiff: the shadow of argument '{sweep.names[index]}' of {sweep.place} has another shape than the "
                              f"argument.")
