"""The forms under the operators: how the arguments of a `Derivative` become those of one sweep, and what it returns of the result.

`Gradient` and `Vjp` are reverse sweeps, `Slope` and `Jvp` forward sweeps.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from numba.core import types

from irad.argnums import Argnums, chosen, folded, parameters, plain_signature, positions, unpacked, valued
from irad.derivative import Form, Plan
from irad.errors import ArgumentTypeError, UnsupportedError
from irad.numba_.contraction import contracted
from irad.numba_.glue import Glue, Typed, shadow_type
from irad.numba_.kinds import check_argument, check_output, check_scalar_output, check_tangent
from irad.numba_.specialise import Subject, captured, specialise
from irad.numba_.tangents import direction, members, seed, spread, tangent
from irad_passes.request import Mode

pack = types.BaseTuple.from_types


@dataclass(frozen=True)
class Gradient(Form):
    """The gradient of a function that returns a float, by one reverse sweep."""

    operator: ClassVar[str] = "gradient"

    argnums: Argnums = 0
    has_aux: bool = False

    def signature(self, function: Any) -> inspect.Signature:
        return inspect.signature(function.py_func)

    def check(self, function: Any) -> Gradient:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def plan(self, subject: Subject, arguments: tuple[Any, ...]) -> Plan:
        selected = chosen(self.argnums)
        arguments = valued(arguments, selected)
        for index in selected:
            check_argument(subject, index, parameters(subject.function)[index], arguments[index])
        check_scalar_output(subject, captured(subject.function, arguments, frozenset(selected)).returns, has_aux=self.has_aux)
        sweep = specialise(subject, arguments, Mode.REVERSE, frozenset(selected))
        adjoint_types = [shadow_type(sweep.types[index]) for index in selected]

        def write(glue: Glue, values: list[Typed]) -> Any:
            written = sweep.write(glue, values, seed=seed(glue, sweep.returns))
            adjoints = [Typed(type_, written.adjoints[index]) for type_, index in zip(adjoint_types, selected, strict=True)]
            result = Typed(sweep.returns, written.result)
            results = members(glue, result) if self.has_aux else [result]
            return self.arrange(glue.pack, results, adjoints).value

        results = list(sweep.returns) if self.has_aux else [sweep.returns]
        return Plan(self.arrange(pack, results, adjoint_types), (sweep,), write)

    def arrange(self, pack: Any, results: list[Any], adjoints: list[Any]) -> Any:
        """What is returned, of types or of values: the gradient, and the auxiliary data."""
        gradient = pack(adjoints) if isinstance(self.argnums, tuple) else adjoints[0]
        return pack([gradient, *results[1:]]) if self.has_aux else gradient


@dataclass(frozen=True)
class ValueAndGradient(Gradient):
    """The function's value beside its gradient, by the same sweep."""

    operator: ClassVar[str] = "value_and_gradient"

    def arrange(self, pack: Any, results: list[Any], adjoints: list[Any]) -> Any:
        gradient = pack(adjoints) if isinstance(self.argnums, tuple) else adjoints[0]
        return pack([pack(results) if self.has_aux else results[0], gradient])


@dataclass(frozen=True)
class Vjp(Form):
    """The product of a cotangent with the Jacobian: a reverse sweep over the sum of output times cotangent."""

    operator: ClassVar[str] = "vjp"

    argnums: Argnums = 0

    def signature(self, function: Any) -> inspect.Signature:
        return plain_signature("primals", "cotangent")

    def check(self, function: Any) -> Vjp:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def plan(self, subject: Subject, arguments: tuple[Any, ...]) -> Plan:
        primals, cotangent = arguments
        selected = chosen(self.argnums)
        inputs = valued(folded(subject, unpacked(subject, "primals", primals)), selected)
        for index in selected:
            check_argument(subject, index, parameters(subject.function)[index], inputs[index])
        outputs = captured(subject.function, inputs, frozenset(selected)).returns
        check_output(subject, outputs)
        check_tangent(subject, "the cotangent", outputs, cotangent)
        sweep = specialise(subject, (*inputs, cotangent), Mode.REVERSE, frozenset(selected), function=contracted(subject.function))
        adjoint_types = [shadow_type(sweep.types[index]) for index in selected]
        value_type = sweep.returns[1]

        def write(glue: Glue, values: list[Typed]) -> Any:
            written = sweep.write(glue, [*spread(glue, values[0], inputs), values[1]], seed=seed(glue, sweep.returns))
            adjoints = [Typed(type_, written.adjoints[index]) for type_, index in zip(adjoint_types, selected, strict=True)]
            value = members(glue, Typed(sweep.returns, written.result))[1]
            return glue.pack([value, glue.pack(adjoints) if isinstance(self.argnums, tuple) else adjoints[0]]).value

        return Plan(pack([value_type, pack(adjoint_types) if isinstance(self.argnums, tuple) else adjoint_types[0]]), (sweep,), write)


@dataclass(frozen=True)
class Slope(Form):
    """The derivative with respect to a scalar argument, by one forward sweep for each argument asked for."""

    operator: ClassVar[str] = "derivative"

    argnums: Argnums = 0

    def signature(self, function: Any) -> inspect.Signature:
        return inspect.signature(function.py_func)

    def check(self, function: Any) -> Slope:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def plan(self, subject: Subject, arguments: tuple[Any, ...]) -> Plan:
        selected = chosen(self.argnums)
        arguments = valued(arguments, selected)
        for index in selected:
            name, type_ = parameters(subject.function)[index], arguments[index]
            check_argument(subject, index, name, type_)
            if not isinstance(type_, types.Float):
                raise ArgumentTypeError(f"{subject}: argument {index} ('{name}') of {subject.place} is {type_}, and `derivative` is with "
                                        f"respect to a scalar. Use irad.gradient or irad.jvp.")
        check_output(subject, captured(subject.function, arguments, frozenset(selected)).returns)
        sweeps = tuple(specialise(subject, arguments, Mode.FORWARD, frozenset({index})) for index in selected)
        if len(sweeps) > 1 and any(sweep.written_arrays() for sweep in sweeps):
            raise UnsupportedError(f"{subject}: {subject.place} writes to its arguments, and would do so once for each entry of argnums. "
                                   f"Ask for one argument at a time.")
        returns = sweeps[0].returns

        def write(glue: Glue, values: list[Typed]) -> Any:
            slopes = []
            for index, sweep in zip(selected, sweeps, strict=True):
                one = glue.context.get_constant(sweep.types[index], 1.0)
                written = sweep.write(glue, values, {index: one})
                glue.keep(returns, written.result)
                slopes.append(Typed(returns, glue.keep(returns, tangent(glue, returns, written.result, written.shadow), result=True)))
            return (glue.pack(slopes) if isinstance(self.argnums, tuple) else slopes[0]).value

        return Plan(pack([returns] * len(selected)) if isinstance(self.argnums, tuple) else returns, sweeps, write)


@dataclass(frozen=True)
class Jvp(Form):
    """The product of the Jacobian with a tangent, by one forward sweep."""

    operator: ClassVar[str] = "jvp"

    def signature(self, function: Any) -> inspect.Signature:
        return plain_signature("primals", "tangents")

    def check(self, function: Any) -> Jvp:
        return self

    def plan(self, subject: Subject, arguments: tuple[Any, ...]) -> Plan:
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
        check_output(subject, captured(subject.function, inputs, frozenset(selected)).returns)
        sweep = specialise(subject, inputs, Mode.FORWARD, frozenset(selected))

        def write(glue: Glue, values: list[Typed]) -> Any:
            points, directions = spread(glue, values[0], inputs), members(glue, values[1])
            shadows = {index: direction(glue, sweep, index, points[index], directions[index]) for index in selected}
            written = sweep.write(glue, points, shadows)
            glue.keep(sweep.returns, written.result, result=True)
            moved = tangent(glue, sweep.returns, written.result, written.shadow)
            return glue.pack([Typed(sweep.returns, written.result), Typed(sweep.returns, moved)]).value

        return Plan(pack([sweep.returns] * 2), (sweep,), write)
