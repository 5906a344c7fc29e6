"""The forms that are one reverse sweep: `Gradient`, `ValueAndGradient`, `Vjp`."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from numba.core import types

from irad.argnums import Argnums, chosen, folded, parameters, plain_signature, positions, unpacked, valued
from irad.derivative import Form, Plan
from irad.numba_.contraction import contracted
from irad.numba_.glue import Glue, Typed, shadow_type
from irad.numba_.kinds import adopted, check_argument, check_output, check_scalar_output, check_tangent, differentiated_output
from irad.numba_.parameters import apart, borrowed, check_shape, deliver, forbid_overlap, given_out, signature
from irad.numba_.sharing import copied
from irad.numba_.specialise import Subject, captured, specialise
from irad.numba_.tangents import members, seed, spread
from irad_passes.request import Mode

pack = types.BaseTuple.from_types


@dataclass(frozen=True)
class Gradient(Form):
    """The gradient of a function that returns a float, by one reverse sweep."""

    operator: ClassVar[str] = "gradient"
    diverts: ClassVar[bool] = True
    fills: ClassVar[bool] = True
    valued: ClassVar[bool] = False

    argnums: Argnums = 0
    has_aux: bool = False

    def signature(self, function: Any) -> inspect.Signature:
        return signature(function)

    def check(self, function: Any) -> Gradient:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        selected, names = chosen(self.argnums), parameters(subject.function)
        arguments, out = apart(arguments, len(names))
        arguments = valued(arguments, selected)
        for index in selected:
            check_argument(subject, index, names[index], arguments[index])
        check_scalar_output(subject, captured(subject.function, arguments, frozenset(selected)).returns, has_aux=self.has_aux)
        sweep = specialise(subject, arguments, Mode.REVERSE, frozenset(selected), valued=self.valued or self.has_aux)
        adjoint_types = [shadow_type(sweep.types[index]) for index in selected]
        filled = given_out(subject, adjoint_types, out)

        def write(glue: Glue, values: list[Typed]) -> Any:
            points, into = apart(values, len(names))
            given = {} if filled is None or subject.shared else {selected[0]: cleared(glue, subject, into, points, selected[0])}
            written = sweep.write(glue, points, given, seed=seed(glue, sweep.returns))
            adjoints = [Typed(type_, written.adjoints[index]) for type_, index in zip(adjoint_types, selected, strict=True)]
            if filled is not None:
                adjoints = [deliver(glue, adjoints[0], into, result=True) if subject.shared else borrowed(glue, into)]
            result = Typed(sweep.returns, written.result)
            results = members(glue, result) if self.has_aux else [result]
            return self.arrange(glue.pack, results, adjoints).value

        results = list(sweep.returns) if self.has_aux else [sweep.returns]
        return Plan(self.arrange(pack, results, adjoint_types), (sweep,), write)

    def arrange(self, pack: Any, results: list[Any], adjoints: list[Any]) -> Any:
        """What is returned, of types or of values: the gradient, and the auxiliary data."""
        gradient = pack(adjoints) if isinstance(self.argnums, tuple) else adjoints[0]
        return pack([gradient, *results[1:]]) if self.has_aux else gradient


def cleared(glue: Glue, subject: Subject, out: Typed, points: Sequence[Typed], index: int) -> Any:
    """The array to fill, as the shadow of argument ``index``: zeros."""
    forbid_overlap(glue, subject, out, points)
    check_shape(glue, out, glue.shape(*points[index]))
    glue.clear(*out)
    return out.value


@dataclass(frozen=True)
class ValueAndGradient(Gradient):
    """The function's value beside its gradient, by the same sweep."""

    operator: ClassVar[str] = "value_and_gradient"
    valued: ClassVar[bool] = True

    def arrange(self, pack: Any, results: list[Any], adjoints: list[Any]) -> Any:
        gradient = pack(adjoints) if isinstance(self.argnums, tuple) else adjoints[0]
        return pack([pack(results) if self.has_aux else results[0], gradient])


@dataclass(frozen=True)
class Vjp(Form):
    """The product of a cotangent with the Jacobian: a reverse sweep over the sum of output times cotangent."""

    operator: ClassVar[str] = "vjp"
    diverts: ClassVar[bool] = True

    argnums: Argnums = 0
    has_aux: bool = False

    def signature(self, function: Any) -> inspect.Signature:
        return plain_signature("primals", "cotangent")

    def check(self, function: Any) -> Vjp:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        primals, cotangent = arguments
        selected = chosen(self.argnums)
        inputs = valued(folded(subject, unpacked(subject, "primals", primals)), selected)
        for index in selected:
            check_argument(subject, index, parameters(subject.function)[index], inputs[index])
        returns = captured(subject.function, inputs, frozenset(selected)).returns
        outputs = differentiated_output(subject, returns, has_aux=self.has_aux)
        check_output(subject, outputs)
        check_tangent(subject, "the cotangent", outputs, cotangent)
        sweep = specialise(subject, (*inputs, adopted(outputs, cotangent)), Mode.REVERSE, frozenset(selected),
                           function=contracted(subject.function, has_aux=self.has_aux))
        adjoint_types = [shadow_type(sweep.types[index]) for index in selected]
        value_type = sweep.returns[1]

        def write(glue: Glue, values: list[Typed]) -> Any:
            weights = Typed(cotangent, copied(glue, *values[1])) if subject.shared else values[1]  # it may be what is written
            written = sweep.write(glue, [*spread(glue, values[0], inputs), weights], seed=seed(glue, sweep.returns))
            adjoints = [Typed(type_, written.adjoints[index]) for type_, index in zip(adjoint_types, selected, strict=True)]
            value = members(glue, Typed(sweep.returns, written.result))[1]
            return self.arrange(glue.pack, members(glue, value) if self.has_aux else [value], adjoints).value

        return Plan(self.arrange(pack, list(value_type) if self.has_aux else [value_type], adjoint_types), (sweep,), write)

    def arrange(self, pack: Any, results: list[Any], adjoints: list[Any]) -> Any:
        """What is returned, of types or of values."""
        return pack([results[0], pack(adjoints) if isinstance(self.argnums, tuple) else adjoints[0], *results[1:]])
