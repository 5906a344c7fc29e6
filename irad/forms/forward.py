"""The forms that are forward sweeps: `Slope` and `Jvp`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from numba.core import types

from irad.argnums import Argnums, check_parameters, chosen, folded, parameters, plain_signature, positions, unpacked, valued
from irad.derivative import Form, Plan
from irad.errors import ArgumentTypeError, UnsupportedError
from irad.numba_.glue import Glue, Typed
from irad.numba_.kinds import check_argument, check_output, check_tangent, differentiated_output
from irad.numba_.parameters import signature
from irad.numba_.repeat import share_python
from irad.numba_.specialise import Subject, captured, specialise
from irad.numba_.tangents import direction, members, moved, spread, tangent
from irad_passes.request import Mode

pack = types.BaseTuple.from_types


@dataclass(frozen=True)
class Slope(Form):
    """The derivative with respect to a scalar argument, by one forward sweep for each argument asked for."""

    operator: ClassVar[str] = "derivative"
    diverts: ClassVar[bool] = True

    argnums: Argnums = 0

    def signature(self, function: Any) -> inspect.Signature:
        return signature(function)

    def check(self, function: Any) -> Slope:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        selected = chosen(self.argnums)
        arguments = valued(arguments, selected)
        for index in selected:
            name, type_ = parameters(subject.function)[index], arguments[index]
            check_argument(subject, index, name, type_)
            if not isinstance(type_, types.Float):
                raise ArgumentTypeError(f"{subject}: argument {index} ('{name}') of {subject.place} is {type_}, and `derivative` is with "
                                        f"respect to a real scalar. Use irad.gradient or irad.jvp.")
        check_output(subject, captured(subject.function, arguments, frozenset(selected)).returns)
        sweeps = tuple(specialise(subject, arguments, Mode.FORWARD, frozenset({index})) for index in selected)
        if len(sweeps) > 1 and any(sweep.draws() for sweep in sweeps):
            raise UnsupportedError(f"{subject}: {subject.place} draws random numbers, and would draw others for each entry of argnums. Ask "
                                   f"for one argument at a time, or use irad.gradient.")
        if len(sweeps) > 1 and any(sweep.written_arrays() or sweep.changed() for sweep in sweeps):
            raise UnsupportedError(f"{subject}: {subject.place} writes to its arguments, and would do so once for each entry of argnums. "
                                   f"Ask for one argument at a time.")
        returns = sweeps[0].returns

        def write(glue: Glue, values: list[Typed]) -> Any:
            if len(sweeps) > 1:
                share_python(glue, sweeps[0])
            slopes = []
            for index, sweep in zip(selected, sweeps, strict=True):
                one = glue.context.get_constant(sweep.types[index], 1.0)
                written = sweep.write(glue, values, {index: one})
                glue.keep(returns, written.result)
                slope = tangent(glue, returns, written.result, glue.returned(returns, written.shadow))
                slopes.append(Typed(returns, glue.keep(returns, slope, result=True)))
            return (glue.pack(slopes) if isinstance(self.argnums, tuple) else slopes[0]).value

        return Plan(pack([returns] * len(selected)) if isinstance(self.argnums, tuple) else returns, sweeps, write)


@dataclass(frozen=True)
class Jvp(Form):
    """The product of the Jacobian with a tangent, by one forward sweep."""

    operator: ClassVar[str] = "jvp"
    diverts: ClassVar[bool] = True

    has_aux: bool = False

    def signature(self, function: Any) -> inspect.Signature:
        return plain_signature("primals", "tangents")

    def check(self, function: Any) -> Jvp:
        check_parameters(self.operator, function)
        return self

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        primals, tangents = arguments
        given = unpacked(subject, "primals", primals)
        moves = unpacked(subject, "tangents", tangents)
        if len(given) != len(moves):
            raise ArgumentTypeError(f"{subject}: {len(given)} primals and {len(moves)} tangents. Give each argument of {subject.place} a "
                                    f"tangent; None is that of a constant.")
        selected = tuple(index for index, type_ in enumerate(moves) if not isinstance(type_, types.NoneType))
        inputs = folded(subject, given)
        for index in selected:
            name = parameters(subject.function)[index]
            check_tangent(subject, f"the tangent of argument {index} ('{name}')", inputs[index], moves[index])
        returns = captured(subject.function, inputs, frozenset(selected)).returns
        check_output(subject, differentiated_output(subject, returns, has_aux=self.has_aux))
        sweep = specialise(subject, inputs, Mode.FORWARD, frozenset(selected))

        def write(glue: Glue, values: list[Typed]) -> Any:
            points, directions = spread(glue, values[0], inputs), members(glue, values[1])
            shadows = {index: direction(glue, sweep, index, points[index], directions[index]) for index in selected}
            written = sweep.write(glue, points, shadows)
            value = Typed(sweep.returns, glue.keep(sweep.returns, written.result, result=True))
            output, *aux = members(glue, value) if self.has_aux else [value]
            return glue.pack([output, moved(glue, sweep, written, has_aux=self.has_aux), *aux]).value

        output, *aux = sweep.returns if self.has_aux else [sweep.returns]
        return Plan(pack([output, output, *aux]), (sweep,), write)
