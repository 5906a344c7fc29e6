"""What is asked of the engine, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from irad_passes.rules.table import Rule


class Mode(Enum):
    FORWARD = "forward"
    REVERSE = "reverse"


class Approximate(Enum):
    """Which calls of transcendental functions may be approximate. AS_GIVEN: those that the function says may be; NOWHERE: none;
    DERIVATIVE: those that only the derivative needs; EVERYWHERE: all on which neither control flow, an integer nor a kink depends."""

    AS_GIVEN = "as given"
    NOWHERE = "nowhere"
    DERIVATIVE = "derivative"
    EVERYWHERE = "everywhere"


class Activity(Enum):
    """How a parameter takes part. CONST: carries no derivative. ACTIVE: a float passed by value.
    DUPLICATED: a pointer whose memory has a shadow, that the caller passes behind it."""

    CONST = "const"
    ACTIVE = "active"
    DUPLICATED = "duplicated"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the function.

    ``element``: LLVM type of what a pointer's memory holds, once or in a row ("double", "i64", "<{ double, i32 }>", …), where it is
    known; "" otherwise.
    ``group``: pointers of one group, other than 0, may point into the same memory; their shadows then overlap as they do;
    `ANYWHERE` for one of which nothing is known, `CLOSED` for those of containers. ``overwritten``: of a function that is called in what
    is differentiated, the memory may be written between the call and its adjoint. ``factor``: a number that divides an integer.
    """

    activity: Activity = Activity.CONST
    element: str = ""
    group: int = 0
    overwritten: bool = False
    factor: int = 1


ANYWHERE = -1
"""The `Parameter.group` of pointers of which nothing is known."""
CLOSED = -2
"""The `Parameter.group` of pointers to memory that holds pointers, which lead nowhere but to memory of the same kind: no other parameter
leads there."""


@dataclass(frozen=True, slots=True)
class Request:
    """Differentiate ``function`` (a symbol of the module).

    ``status``: the function returns an i32 that is 0 on success, as Numba's do; a return of any other constant is an abort: it has no
    derivative and is passed on. ``rules``: rows for callees that only the front end knows. ``discarded``: pointer parameters whose
    memory nobody looks at afterwards; what is stored there need not be computed. Memory that is written through one pointer parameter
    must not be reached through another, unless they are of one `Parameter.group`: who calls the derivative has to see to that.

    The derivative ``name`` takes the parameters of the function in order, each followed by its companion, if it has one:
    a shadow pointer behind a pointer for which `Answer.shadowed` says so; behind an ACTIVE float, in forward mode its tangent,
    in reverse mode a pointer to which its adjoint is stored. It returns the status.

    ``width``: how many tangents or adjoints travel together: the tangent of a float is a vector of them, and shadow memory holds
    them behind one another in place of each number of the primal's (see `transforms.lanes`). Without ``status``: reverse mode
    takes a last parameter, the seed, and returns the primal's result; forward mode returns {result, tangent}.

    ``approximate``: which calls get LLVM's flag ``afn``.

    ``inner``: the function is called by one that is differentiated: in reverse mode the derivative is two functions, see
    `transforms.split`.
    """

    function: str
    mode: Mode
    parameters: tuple[Parameter, ...]
    name: str
    status: bool = True
    rules: Mapping[str, Rule] = field(default_factory=dict)
    discarded: frozenset[int] = frozenset()
    width: int = 1
    inner: bool = False
    approximate: Approximate = Approximate.AS_GIVEN

    @property
    def function_flags(self) -> tuple[str, ...]:
        """The flags of calls that the derivative adds."""
        return ("afn",) if self.approximate in (Approximate.DERIVATIVE, Approximate.EVERYWHERE) else ()

    @property
    def groups(self) -> tuple[int, ...]:
        """The `Parameter.group` of each parameter."""
        return tuple(parameter.group for parameter in self.parameters)


@dataclass(frozen=True, slots=True)
class Answer:
    """The derivative's module as LLVM text (the tape still abstract: see `transforms.lower_tape`) and what the caller must know.

    ``shadowed[i]``: parameter i is a pointer that needs a shadow: because it is DUPLICATED, or because active values pass through its
    memory (the caller then gives it a zeroed one). ``written[i]``: the function writes through parameter i."""

    text: str
    name: str
    shadowed: tuple[bool, ...]
    written: tuple[bool, ...]
