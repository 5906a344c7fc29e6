"""What an eval of GradBench is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Input = Any
"""An input as it stands in a message."""


@dataclass(frozen=True)
class Function:
    """One function of an eval: ``answer(run(*prepare(input)))``, of which only ``run`` is timed."""

    prepare: Callable[[Input], tuple[Any, ...]]
    run: Callable[..., Any]
    answer: Callable[[Any], Any] = lambda result: result


@dataclass(frozen=True)
class Evaluation:
    """The functions of one eval, and an input with which to compile them beforehand."""

    functions: dict[str, Function]
    example: Input

    def compile(self) -> None:
        """Run everything once."""
        for function in self.functions.values():
            function.run(*function.prepare(self.example))


def floats(values: Any, *shape: int) -> np.ndarray:
    """A contiguous array, of that shape if it has no entries that would tell."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    return array.reshape(shape) if shape else array
