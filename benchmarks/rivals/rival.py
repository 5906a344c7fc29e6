"""What an adapter of a tool has to offer."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from benchmarks.problem import Arguments, Gradient, Problem


class Skip(Exception):
    """The tool cannot do this problem, for the reason that the message gives."""


@dataclass(frozen=True)
class Case:
    """One problem at one size, ready to be timed.

    Attributes
    ----------
    gradient
        Computes the gradient; its result may be of the tool's own kind.
    result
        ``result(gradient())`` is the gradient as NumPy arrays.
    primal
        The function itself, as the tool runs it; None if it is Numba's.
    tape
        The bytes that a gradient keeps from its forward for its reverse sweep; None where the tool does not say.
    compilation
        CPU seconds of a compilation: see `benchmarks.stages.compilation`; None where it is not clocked.
    """

    gradient: Callable[[], object]
    result: Callable[[object], Gradient]
    primal: Callable[[], object] | None = None
    tape: Callable[[], int] | None = None
    compilation: Callable[[], dict[str, Any]] | None = None


class Rival(ABC):
    """A tool of automatic differentiation."""

    packages: ClassVar[tuple[str, ...]] = ()

    def missing(self) -> str | None:
        """Why the tool cannot run here; None if it can."""
        absent = [package for package in self.packages if importlib.util.find_spec(package) is None]
        return f"{', '.join(absent)} not installed" if absent else None

    def versions(self) -> dict[str, str]:
        """Versions of what the tool consists of."""
        return {package: importlib.metadata.version(package) for package in self.packages}

    @abstractmethod
    def case(self, problem: Problem, arguments: Arguments) -> Case:
        """Prepare one case; the gradient may be compiled here or at its first call.

        Raises
        ------
        Skip
            The tool has no version of this problem.
        """
