"""What a generated program is, and the names that its statements may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

Choose = Callable[..., Any]
"""``choose(first, second, …)`` picks one of its arguments; shrinking prefers the first."""

ACTIVE = frozenset("abmxycr")
"""The parameters by which derivatives are taken: all but integers, the constant ``o`` and the buffer ``w``."""

EXCEPTIONS = (ValueError, ZeroDivisionError, RuntimeError)
"""What a program may raise."""


@dataclass(frozen=True)
class Program:
    """Source text of a function ``program`` and what it is run on.

    Attributes
    ----------
    given
        The arguments by name, in order. Where ``a`` and ``b`` share memory, that is ``m``.
    overlap
        Where in the memory ``m`` the arguments ``a`` and ``b`` are; None: each has its own.
    """

    source: str
    given: dict[str, Any]
    overlap: tuple[slice, slice] | None = None

    @property
    def args(self) -> tuple[Any, ...]:
        return tuple(self.given.values())

    @property
    def argnums(self) -> tuple[int, ...]:
        """Which of `args` derivatives are taken by."""
        return tuple(place for place, name in enumerate(self.given) if name in ACTIVE)

    def spread(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments of the function: views, where `args` begin with memory that is shared."""
        return args if self.overlap is None else (*(args[0][part] for part in self.overlap), *args[1:])

    def function(self) -> Callable[..., Any]:
        names: dict[str, Any] = {"__name__": __name__}  # Numba links recursive functions of modules that exist only
        exec(compile(self.source, "<program>", "exec"), names)
        return names["program"]

    def __repr__(self) -> str:
        lines = [f"{name} = {arg!r}" for name, arg in self.given.items()]
        lines += [] if self.overlap is None else ["a, b = " + ", ".join(f"m[{part.start}:{part.stop}]" for part in self.overlap)]
        return "\n".join(["", self.source, *lines, ""])


@dataclass(frozen=True)
class Scope:
    """The names that a statement may use. Lists are copied when a block is entered."""

    floats: list[str]
    sums: list[str]
    arrays: list[str]
    """Arrays of ``n`` elements in C order, all of one type; they are written."""
    views: list[str] = field(default_factory=list)
    """Other arrays, of one element at least; they are written."""
    constants: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    """Arrays of n × 3 elements."""
    tabulars: list[str] = field(default_factory=list)
    """Arrays of ``n`` records."""
    records: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    """Lists of floats, of one element at least."""
    complexes: list[str] = field(default_factory=list)
    counters: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Loop variables ``i`` with ``(low, margin)``: low <= i < n - margin."""
    integers: list[str] = field(default_factory=list)
    loops: int = 0
    guarded: bool = False
    """Whether an exception that is raised here is caught in the program."""

    handling: bool = False
    """Whether this is a handler: Numba confuses exceptions that are raised there."""

    def inner(self, loop: bool = False, guarded: bool = False, handling: bool = False) -> Scope:
        return replace(
            self,
            **{name: value.copy() for name, value in vars(self).items() if isinstance(value, (list, dict))},
            loops=self.loops + loop,
            guarded=self.guarded or guarded,
            handling=self.handling or handling,
        )
