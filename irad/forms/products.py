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
from irad.numba_.kinds import check_argument, check_output, check_scalar_output, check_tangent, differentiated_output
from irad.numba_.parameters import apart, borrowed, deliver, given_out, signature
from irad.numba_.repeat import Repeated
from irad.numba_.specialise import Subject, captured, specialise
from irad.numba_.sweep import Written
from irad.numba_.tangents import direction, members, moved, seed
from irad_passes.request import Mode

pack = types.BaseTuple.from_types


@dataclass(frozen=True)
class Hvp(Form):
    """The product of the Hessian with a vector, by forward mode over the gradient."""

    operator: ClassVar[str] = "hvp"
    diverts: ClassVar[bool] = True
    fills: ClassVar[bool] = True

    argnums: Argnums = 0
    has_aux: bool = False

    def signature(self, function: Any) -> inspect.Signature:
        own = signature(function)
        first, *rest = own.parameters.values()
        vector = inspect.Parameter(unused("v", list(own.parameters)), inspect.Parameter.POSITIONAL_OR_KEYWORD)
        return own.replace(parameters=[first.replace(default=inspect.Parameter.empty), vector, *rest])

    def check(self, function: Any) -> Hvp:
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def check_returned(self, subject: Subject, returns: Any) -> None:
        """Refuse what the function returns, where it is not as it must be."""
        check_scalar_output(subject, returns, has_aux=self.has_aux)

    def inputs(self, subject: Subject, first: Any, vector: Any, *rest: Any) -> tuple[Any, ...]:
        """The types of the function's arguments, checked, and the vector with them."""
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

    def arrange(self, pack: Any, products: list[Any], aux: list[Any]) -> Any:
        """What is returned, of types or of values."""
        product = pack(products) if isinstance(self.argnums, tuple) else products[0]
        return pack([product, *aux]) if self.has_aux else product

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        count = len(parameters(subject.function)) + 1
        arguments, out = apart(arguments, count)
        inputs = self.inputs(subject, *arguments)
        sweep = specialise(subject, inputs, Mode.FORWARD, frozenset(chosen(self.argnums)),
                           function=differentiated(subject.function, Gradient(self.argnums, self.has_aux, vector_math=self.vector_math)))
        whole, *aux_type = sweep.returns if self.has_aux else [sweep.returns]
        returns = list(whole) if isinstance(self.argnums, tuple) else [whole]
        filled = given_out(subject, returns, out)

        def write(glue: Glue, values: list[Typed]) -> Any:
            (first, vector, *rest), into = apart(values, count)
            written, product = along(glue, self, Repeated(glue, sweep, [first, *rest], once=True), vector, result=filled is None)
            products = members(glue, product) if isinstance(self.argnums, tuple) else [product]
            if filled is not None:
                products = [deliver(glue, products[0], into, result=False)]
            return self.arrange(glue.pack, products, auxiliary(glue, self, Typed(sweep.returns, written.result))).value

        return Plan(self.arrange(pack, returns, aux_type), (sweep,), write)


@dataclass(frozen=True)
class GaussNewton(Hvp):
    """JᵀJ v by a forward and a reverse sweep; without a vector, Jᵀr by a reverse sweep."""

    operator: ClassVar[str] = "gauss_newton"
    diverts: ClassVar[bool] = False

    def check_returned(self, subject: Subject, returns: Any) -> None:
        check_output(subject, differentiated_output(subject, returns, has_aux=self.has_aux))

    def takes(self, vector: Any) -> bool:
        return not isinstance(vector, (types.NoneType, types.Omitted))

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        selected, function, count = frozenset(chosen(self.argnums)), subject.function, len(parameters(subject.function)) + 1
        arguments, out = apart(arguments, count)
        inputs, forward = self.inputs(subject, *arguments), None
        if self.takes(arguments[1]):
            forward = specialise(subject, inputs, Mode.FORWARD, selected)
            cotangent = forward.returns[0] if self.has_aux else forward.returns
            reverse = specialise(subject, (*inputs, cotangent), Mode.REVERSE, selected, function=contracted(function, has_aux=self.has_aux))
        else:
            reverse = specialise(subject, inputs, Mode.REVERSE, selected, function=halved(function, has_aux=self.has_aux))
        returns = [shadow_type(reverse.types[index]) for index in chosen(self.argnums)]
        filled = given_out(subject, returns, out)

        def write(glue: Glue, values: list[Typed]) -> Any:
            (first, vector, *rest), into = apart(values, count)
            points = [first, *rest]
            back, more = Repeated(glue, reverse, points), []
            if forward is not None:
                more = [along(glue, self, Repeated(glue, forward, points), vector, result=False)[1]]
            written = back.write(seed=seed(glue, reverse.returns), more=more)
            glue.keep(reverse.returns, written.result)
            value = members(glue, Typed(reverse.returns, written.result))[1]
            found = [Typed(type_, written.adjoints[index]) for type_, index in zip(returns, chosen(self.argnums), strict=True)]
            if filled is not None:
                found = [deliver(glue, found[0], into, result=True)]
            return self.arrange(glue.pack, found, auxiliary(glue, self, value)).value

        sweeps = (reverse,) if forward is None else (forward, reverse)
        return Plan(self.arrange(pack, returns, list(reverse.returns[1])[1:] if self.has_aux else []), sweeps, write)


def along(glue: Glue, form: Hvp, repeated: Repeated, vector: Typed, *, result: bool) -> tuple[Written, Typed]:
    """A forward sweep along ``vector``, and how its output moves, which is a ``result`` of the entry or only kept."""
    written = repeated.write(form.directions(glue, repeated, vector))
    glue.keep(repeated.sweep.returns, written.result)
    return written, moved(glue, repeated.sweep, written, has_aux=form.has_aux, result=result)


def auxiliary(glue: Glue, form: Hvp, returned: Typed) -> list[Typed]:
    """What the function returns beside its output, as a result of the entry."""
    return [borrowed(glue, member) for member in members(glue, returned)[1:]] if form.has_aux else []
