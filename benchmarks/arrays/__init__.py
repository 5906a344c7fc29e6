"""The problems in whole arrays, as users of JAX, PyTorch or autograd write them: one file each, with the name of the problem.

``primal(xp, *arguments)`` is the function of `benchmarks.problems`, where ``xp`` is the tool's namespace like NumPy's with what
`Toolkit` adds. Arguments that are numbers of steps are Python's; where the tool knows a better way, that way is meant.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any


def load(name: str) -> Callable[..., Any] | None:
    """The formulation of the problem of that name; None where there is none."""
    module = f"{__name__}.{name}"
    return importlib.import_module(module).primal if importlib.util.find_spec(module) else None


class Toolkit:
    """A namespace like NumPy's, and what those of the tools lack or name otherwise; here as Python runs it, step by step.

    ``more`` gives it what lives elsewhere: ``erf``, ``logsumexp(x, axis)``, ``pad(x)`` by one zero on each side.
    """

    def __init__(self, module: Any, **more: Any) -> None:
        self.module = module
        self.__dict__.update(more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def repeat(self, step: Callable[[Any], Any], state: Any, count: int) -> Any:
        """``step(step(… state))``."""
        for _ in range(count):
            state = step(state)
        return state

    def scan(self, step: Callable[[Any, Any], Any], state: Any, items: tuple[Any, ...]) -> Any:
        """``state = step(state, item)`` for each row of the arrays ``items`` together."""
        for item in zip(*items, strict=True):
            state = step(state, item)
        return state

    def settle(self, step: Callable[[Any], Any], moves: Callable[[Any], Any], state: Any, most: int) -> Any:
        """``step`` for each entry that still ``moves``, as long as any does; ``most`` is a bound for tools that need one."""
        while (still := moves(state)).any():
            state = self.where(still, step(state), state)
        return state
