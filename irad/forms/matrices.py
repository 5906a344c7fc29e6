"""The forms that are matrices: `Jacobian`, `Hessian`, and `HessianDiagonal`.

A Hessian is the Jacobian of a gradient, by columns.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

from numba.core import types

from irad.argnums import Argnums, chosen, parameters, positions, valued
from irad.derivative import Form, Plan, differentiated
from irad.errors import NoDerivativeError, UnsupportedError
from irad.forms.reverse import Gradient
from irad.numba_.blocks import Blocks, Diagonal
from irad.numba_.elements import picked
from irad.numba_.filling import HEIGHT, WIDTH, Filling
from irad.numba_.glue import Glue, Typed, owned_type
from irad.numba_.kinds import check_argument, check_output, check_real, check_scalar_output, differentiated_output
from irad.numba_.parameters import apart, forbid_overlap, given_out, signature
from irad.numba_.parts import get, static_count
from irad.numba_.repeat import Repeated
from irad.numba_.specialise import Subject, captured, specialise
from irad.numba_.sweep import Sweep
from irad_passes.request import Mode

pack = types.BaseTuple.from_types
MatrixMode = Literal["auto", "forward", "reverse"]


@dataclass(frozen=True)
class Jacobian(Form):
    """All derivatives of all outputs, by forward sweeps for the columns or reverse sweeps for the rows, several in one."""

    operator: ClassVar[str] = "jacobian"
    fills: ClassVar[bool] = True
    storage: ClassVar[Any] = Blocks

    argnums: Argnums = 0
    has_aux: bool = False
    mode: MatrixMode = "auto"
    chunk: int | None = None

    def signature(self, function: Any) -> inspect.Signature:
        return signature(function)

    def check(self, function: Any) -> Jacobian:
        if self.mode not in get_args(MatrixMode):
            raise ValueError(f"{self.operator}({function.__name__}): mode is 'auto', 'forward' or 'reverse', not {self.mode!r}.")
        if self.chunk is not None and (isinstance(self.chunk, bool) or not isinstance(self.chunk, int) or self.chunk < 1):
            raise ValueError(f"{self.operator}({function.__name__}): chunk is how many columns or rows travel together, 1 or more, not "
                             f"{self.chunk!r}.")
        return replace(self, argnums=positions(self.operator, function, self.argnums))

    def swept(self, function: Any) -> Any:
        """The function whose Jacobian it is."""
        return function

    def check_returned(self, subject: Subject, returns: Any) -> None:
        """Refuse what the function returns, where it is not as it must be."""
        check_output(subject, differentiated_output(subject, returns, has_aux=self.has_aux))

    def modes(self, output: Any, inputs: Any, *, executed: bool) -> tuple[bool, bool]:
        """Whether to sweep forward, and whether in reverse. Both: the extents decide, behind the first forward sweep."""
        if self.mode != "auto":
            return self.mode == "forward", self.mode == "reverse"
        rows, columns = static_count(output), static_count(inputs)
        if not executed:
            return True, False
        if columns is not None:
            return (True, False) if rows is None or columns / self.width(columns) <= -(-rows // self.height(rows)) else (False, True)
        return (True, True) if rows is None else (False, True)

    def columns(self, subject: Subject, inputs: tuple[Any, ...], function: Any, *, executed: bool) -> Sweep:
        """The forward sweep: of several columns, except where it is differentiated again."""
        selected = chosen(self.argnums)
        known = static_count(pack([inputs[index] for index in selected]))
        return specialise(subject, inputs, Mode.FORWARD, frozenset(selected), function=function,
                          width=self.width(known) if executed else 1)

    def width(self, columns: int | None) -> int:
        """How many columns travel together."""
        return self.chunk or (WIDTH if columns is None else min(WIDTH, max(columns, 1)))

    def height(self, rows: int | None) -> int:
        """How many rows travel together: fewer where there may be but one, of a long array, whose shadow is so much larger."""
        return self.chunk or (HEIGHT if rows is None else min(WIDTH, max(rows, 1)))

    def rows(self, subject: Subject, inputs: tuple[Any, ...], function: Any, known: int | None, *, executed: bool) -> Sweep:
        """The reverse sweep: of several rows, where it can be and is not differentiated again."""
        width = self.height(known) if executed else 1
        while True:
            found = specialise(subject, (*inputs, types.intp), Mode.REVERSE, frozenset(chosen(self.argnums)),
                               function=picked(function, width), width=width)
            if found.width == width:
                return found
            width = 1

    def arrange(self, pack: Any, found: list[Any]) -> Any:
        """What is returned, of types or of values."""
        return pack(found) if isinstance(self.argnums, tuple) else found[0]

    def plan(self, subject: Subject, arguments: tuple[Any, ...], *, executed: bool) -> Plan:
        selected, names = chosen(self.argnums), parameters(subject.function)
        own, out = apart(arguments, len(names))
        inputs = c_ordered(valued(own, selected), selected)
        for index in selected:
            check_argument(subject, index, names[index], inputs[index])
            check_real(subject, f"argument {index} ('{names[index]}')", inputs[index])
        self.check_returned(subject, captured(subject.function, inputs, frozenset(selected)).returns)
        function = self.swept(subject.function)
        returns = captured(function, inputs, frozenset(selected)).returns
        output, inside = (returns[0], (0,)) if self.has_aux else (returns, ())
        check_real(subject, "the result", output)
        by = [inputs[index] for index in selected]
        forward, reverse = self.modes(output, pack(by), executed=executed)
        sweeps = []
        if reverse:
            try:
                sweeps.append(self.rows(subject, inputs, function, static_count(output), executed=executed))
            except (UnsupportedError, NoDerivativeError):
                if self.mode != "auto":
                    raise
                forward = True  # which may do, or says why not
        if forward:
            sweeps.append(self.columns(subject, inputs, function, executed=executed))
        matrices = self.storage.types(output, by)
        filled = given_out(subject, matrices, out)

        def write(glue: Glue, values: list[Typed]) -> Any:
            points, into = apart(values, len(names))
            runs = [Repeated(glue, sweep, points) for sweep in sweeps]
            if filled is not None:
                forbid_overlap(glue, subject, into, points)
            columns = [Typed(type_, runs[0].primals[index]) for type_, index in zip(by, selected, strict=True)]
            target = self.storage(glue, output, columns, None if filled is None else into)
            filling = Filling(glue, target, selected, inside, output)
            aux = glue.slot(returns[1]) if self.has_aux else None

            def begin(whole: Any) -> None:
                target.allocate(get(glue, whole, inside))
                if aux is not None:
                    member = glue.builder.extract_value(whole, 1)
                    glue.context.nrt.incref(glue.builder, returns[1], member)
                    glue.builder.store(member, aux)

            filling.run(runs, begin)
            matrix = self.arrange(glue.pack, target.values())
            return (matrix if aux is None else glue.pack([matrix, Typed(returns[1], glue.builder.load(aux))])).value

        matrix = self.arrange(pack, matrices)
        return Plan(pack([matrix, returns[1]]) if self.has_aux else matrix, tuple(sweeps), write)


@dataclass(frozen=True)
class Hessian(Jacobian):
    """All second derivatives of a function that returns a float: the Jacobian of its gradient, by columns."""

    operator: ClassVar[str] = "hessian"

    mode: MatrixMode = "forward"

    def swept(self, function: Any) -> Any:
        return differentiated(function, Gradient(self.argnums, self.has_aux, vector_math=self.vector_math))

    def check_returned(self, subject: Subject, returns: Any) -> None:
        check_scalar_output(subject, returns, has_aux=self.has_aux)


@dataclass(frozen=True)
class HessianDiagonal(Hessian):
    """The diagonal of a Hessian, without the rest of it."""

    operator: ClassVar[str] = "hessian_diagonal"
    storage: ClassVar[Any] = Diagonal

    def arrange(self, pack: Any, found: list[Any]) -> Any:
        return found[0]


def c_ordered(arguments: tuple[Any, ...], selected: tuple[int, ...]) -> tuple[Any, ...]:
    """The types with the arrays of those in ``selected`` in C order."""
    return tuple(_c_ordered(type_) if index in selected else type_ for index, type_ in enumerate(arguments))


def _c_ordered(type_: Any) -> Any:
    if isinstance(type_, types.Array):
        return type_ if type_.layout == "C" else owned_type(type_, "C")
    if isinstance(type_, types.BaseTuple):
        return types.BaseTuple.from_types([_c_ordered(item) for item in type_], getattr(type_, "instance_class", None))
    return type_
