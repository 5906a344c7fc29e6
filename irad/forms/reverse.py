"""The forms that are one reverse sweep: `Gradient`, `ValueAndGradient`, `Vjp`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from numba.core import types

from irad.argnums import Argnums, chosen, folded, parameters, plain_signature, positions, unpacked, valued
from irad.derivative import Form, Plan
from irad.numba_.contraction import contracted
from irad.numba_.glue import Glue, Typed, shadow_type
from irad.numba_.kinds import check_argument, check_output, check_scalar_output, check_tangent
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
    valued: ClassVar[bool] = False

    argnums: Argnums = 0
    has_aux: bool = False

    def signature(self, function: Any) -> inspect.Signature:
        return inspect.signature(function.py_func)

    def check(self, function: Any) -> Gradient:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        selected = chosen(self.argnums)
        arguments = valued(arguments, selected)
        for index in selected:
            check_argument(subject, index, parameters(subject.function)[index], arguments[index])
        check_scalar_output(subject, captured(subject.function, arguments, frozenset(selected)).returns, has_aux=self.has_aux)
        sweep = specialise(subject, arguments, Mode.REVERSE, frozenset(selected), valued=self.valued or self.has_aux)
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
        outputs = captured(subject.function, inputs, frozenset(selected)).returns
        check_output(subject, outputs)
        check_tangent(subject, "the cotangent", outputs, cotangent)
        sweep = specialise(subject, (*inputs, cotangent), Mode.REVERSE, frozenset(selected), function=contracted(subject.function))
        adjoint_types = [shadow_type(sweep.types[index]) for index in selected]
        value_type = sweep.returns[1]

        def write(glue: Glue, values: list[Typed]) -> Any:
            weights = Typed(cotangent, copied(glue, *values[1])) if subject.shared else values[1]  # it may be what is written
            written = sweep.write(glue, [*spread(glue, values[0], inputs), weights], seed=seed(glue, sweep.returns))
            adjoints = [Typed(type_, written.adjoints[index]) for type_, index in zip(adjoint_types, selected, strict=True)]
            value = members(glue, Typed(sweep.returns, written.result))[1]
            return glue.pack([value, glue.pack(adjoints) if isinstance(self.argnums, tuple) else adjoints[0]]).value

        return Plan(pack([value_type, pack(adjoint_types) if isinstance(self.argnums, tuple) else adjoint_types[0]]), (sweep,), write)
