"""Calls of functions that the module defines: what such a function does to memory, as its callers see it.

`analysis.summaries` finds it out; the derivative of such a call is a call of a derivative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from irad_passes.ir.types import Type
from irad_passes.rules.rule import Rule

Place = int | str
"""Something that a function is given or gives, in terms that its callers understand: the number of a parameter (the float, or the
memory behind the pointer), `RETURN`, `BEYOND`, `FRESH` and a number for memory that it allocates, ``@`` and the name of a global, with
``()`` that of a function of the runtime for memory of its own."""

RETURN, BEYOND, FRESH = "return", "beyond", "fresh"
"""What the function returns; all memory that is reached through pointers in the memory of its parameters; how new memory is named."""

Places = frozenset[Place]
Access = tuple[int, int, Type]
"""What is read or written of a piece of memory: so many bytes from its start and any multiple of a step further, a float, or an integer
that was computed."""


@dataclass(frozen=True)
class Summary:
    """What a function does.

    Attributes
    ----------
    reads, writes
        Memory that is read, and memory that is written.
    puts
        For each piece of memory, what the pointers point to that are stored there; under `RETURN`, what a returned pointer points to.
    leaks
        Memory of which something keeps a pointer that neither the caller nor the callee sees, or that is freed.
    depends
        (from, to): floats that come out may depend on floats that go in.
    accesses
        Where in memory floats are read and written, and integers written.
    foreign
        Whether pointers appear that come from nowhere: integers, calls without a row.
    """

    reads: Places = frozenset()
    writes: Places = frozenset()
    puts: Mapping[Place, Places] = field(default_factory=dict)
    leaks: Places = frozenset()
    depends: frozenset[tuple[Place, Place]] = frozenset()
    accesses: Mapping[Place, frozenset[Access]] = field(default_factory=dict)
    foreign: bool = False

    @property
    def carriers(self) -> Places:
        """Where floats come in or go out."""
        return frozenset(place for pair in self.depends for place in pair) | self.writes


@dataclass(frozen=True, slots=True, eq=False)
class Defined(Rule):
    """The module defines the function: its derivative is made as that of the function that calls it."""

    summary: Summary


@dataclass(frozen=True, slots=True, eq=False)
class Own(Rule):
    """The front end has a derivative of the function: a function ``name`` in forward mode, in reverse mode two, as `transforms.calls`
    says, of which the second takes no pointers to the primal's memory. ``companions``: which parameters have a shadow, a tangent or an
    adjoint behind them. A shadow of what is constant is null. The result is in the memory of parameter 0; all of it may depend on
    all that goes in. ``kept``, where there is one: what reverse mode takes in place of ``name`` where the memory that goes in is not
    written between the call and its adjoint."""

    name: str
    companions: tuple[bool, ...]
    kept: str = ""

    def summary(self, found: Summary) -> Summary:
        """What the function does, where this is what its instructions do."""
        inputs = frozenset(index for index, has in enumerate(self.companions) if has and index)
        outputs: set[Place] = {0}
        pending: list[Place] = [0]
        while pending:
            for place in found.puts.get(pending.pop(), ()):
                if isinstance(place, str) and place.startswith(FRESH) and place not in outputs:
                    outputs.add(place)
                    pending.append(place)
        depends = frozenset((source, target) for source in inputs for target in outputs)
        return replace(found, reads=found.reads | inputs, writes=found.writes | outputs, depends=depends)


@dataclass(frozen=True, slots=True, eq=False)
class Parallel(Rule):
    """The module defines the function: it calls ``kernel`` for each number below its parameter ``count``, one after the other, with that
    number in front of the count and the other parameters as they are, until one call fails; and the calls may as well run at once.
    Together they make the iterations from the parameter ``start`` up to the parameter ``stop``, each call as many.

    Pointer parameters: to memory of which no two calls touch the same float, ``private``; of which those calls that are not next to each
    other do not, ``near``; to an array of which the parameters say how many elements it has, and how many bytes one is, ``sizes``. What
    is private or near is apart from the memory behind all other parameters where the count is larger than 1. ``error``: to a pointer that
    a call writes before it fails: that of the first one stays.

    ``apart``: no call touches what another one writes, whatever it is; nothing else need be known then."""

    kernel: str
    count: int
    start: int = 0
    stop: int = 0
    private: frozenset[int] = frozenset()
    near: frozenset[int] = frozenset()
    sizes: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    error: int | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Spread(Defined):
    """A function whose calls of another one may run at once."""

    parallel: Parallel


@dataclass(frozen=True, slots=True, eq=False)
class Ruled(Defined):
    """A function with a derivative of its own."""

    own: Own
