"""The forms that are products of a matrix with a vector, without the matrix: `Hvp` and `GaussNewton`.

Both are called with the vector behind the first argument, as SciPy calls its ``hessp``.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from numba.core import types

from irad.argnums import Argnums, chosen, parameters, positions, valued
from irad.derivative import Form, Plan, differentiated
from irad.forms.reverse import Gradient
from irad.numba_.contraction import contracted, halved, unused
from irad.numba_.glue import Glue, Typed, shadow_type
from irad.numba_.kinds import check_argument, check_output, check_scalar_output, check_tangent
from irad.numba_.repeat import Repeated
from irad.numba_.specialise import Subject, captured, specialise
from irad.numba_.tangents import direction, members, seed, tangent
from irad_passes.request import Mode

pack = types.BaseTuple.from_types


@dataclass(frozen=True)
class Hvp(Form):
    """The product of the Hessian with a vector, by forward mode over the gradient."""

    operator: ClassVar[str] = "hvp"
    diverts: ClassVar[bool] = True

    argnums: Argnums = 0

    def signature(self, function: Any) -> inspect.Signature:
        own = inspect.signature(function.py_func)
        first, *rest = own.parameters.values()
        vector = inspect.Parameter(unused("v", list(own.parameters)), inspect.Parameter.POSITIONAL_OR_KEYWORD)
        return own.replace(parameters=[first.replace(default=inspect.Parameter.empty), vector, *rest])

    def check(self, function: Any) -> Hvp:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def check_returned(self, subject: Subject, returns: Any) -> None:
        """Refuse what the function returns, where it is not as it must be."""
        check_scalar_output(subject, returns, has_aux=False)

    def inputs(self, subject: Subject, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """The types of the function's arguments, checked, and the vector with them."""
        first, vector, *rest = arguments
        selected, names = chosen(self.argnums), parameters(subject.function)
        inputs = valued((first, *rest), selected)
        for index in selected:
            check_argument(subject, index, names[index], inputs[index])
        self.check_returned(subject, captured(subject.function, inputs, frozenset(selected)).returns)
        by = [inputs[index] for index in selected]
        if self.takes(vector):
            check_tangent(subject, "the vector", pack(by) if isinstance(self.argnums, tuple) else by[0], vector)
        return inputs

    def takes(self, vector: Any) -> bool:
        """Whether there is a vector to multiply with."""
        return True

    def directions(self, glue: Glue, repeated: Repeated, vector: Typed) -> dict[int, Any]:
        """The vector as the tangents of the arguments."""
        given = members(glue, vector) if isinstance(self.argnums, tuple) else [vector]
        return {index: direction(glue, repeated.sweep, index, Typed(repeated.sweep.types[index], repeated.primals[index]), own)
                for index, own in zip(chosen(self.argnums), given, strict=True)}

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        inputs = self.inputs(subject, arguments)
        sweep = specialise(subject, inputs, Mode.FORWARD, frozenset(chosen(self.argnums)),
                           function=differentiated(subject.function, Gradient(self.argnums)))

        def write(glue: Glue, values: list[Typed]) -> Any:
            first, vector, *rest = values
            return moved(glue, self, Repeated(glue, sweep, [first, *rest]), vector, result=True)

        return Plan(sweep.returns, (sweep,), write)


@dataclass(frozen=True)
class GaussNewton(Hvp):
    """JᵀJ v by a forward and a reverse sweep; without a vector, Jᵀr by a reverse sweep."""

    operator: ClassVar[str] = "gauss_newton"
    diverts: ClassVar[bool] = False

    def check_returned(self, subject: Subject, returns: Any) -> None:
        check_output(subject, returns)

    def takes(self, vector: Any) -> bool:
        return not isinstance(vector, (types.NoneType, types.Omitted))

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        inputs, selected, function = self.inputs(subject, arguments), frozenset(chosen(self.argnums)), subject.function
        forward = None
        if self.takes(arguments[1]):
            forward = specialise(subject, inputs, Mode.FORWARD, selected)
            reverse = specialise(subject, (*inputs, forward.returns), Mode.REVERSE, selected, function=contracted(function))
        else:
            reverse = specialise(subject, inputs, Mode.REVERSE, selected, function=halved(function))

        def write(glue: Glue, values: list[Typed]) -> Any:
            first, vector, *rest = values
            points = [first, *rest]
            back, more = Repeated(glue, reverse, points), []
            if forward is not None:
                more = [Typed(forward.returns, moved(glue, self, Repeated(glue, forward, points), vector))]
            written = back.write(seed=seed(glue, reverse.returns), more=more)
            glue.keep(reverse.returns, written.result)
            found = [Typed(shadow_type(reverse.types[index]), written.adjoints[index]) for index in chosen(self.argnums)]
            return (glue.pack(found) if isinstance(self.argnums, tuple) else found[0]).value

        returns = [shadow_type(reverse.types[index]) for index in chosen(self.argnums)]
        sweeps = (reverse,) if forward is None else (forward, reverse)
        return Plan(pack(returns) if isinstance(self.argnums, tuple) else returns[0], sweeps, write)


def moved(glue: Glue, form: Hvp, repeated: Repeated, vector: Typed, *, result: bool = False) -> Any:
    """How the output of a forward sweep moves along ``vector``."""
    sweep = repeated.sweep
    written = repeated.write(form.directions(glue, repeated, vector))
    glue.keep(sweep.returns, written.result)
    found = tangent(glue, sweep.returns, written.result, glue.returned(sweep.returns, written.shadow))
    return glue.keep(sweep.returns, found, result=result)
