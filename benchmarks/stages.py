"""What a compilation of a gradient consists of: CPU time by stage, beside Numba's compilation of the function.

The stages are irad's own functions, clocked while a gradient is compiled; irad itself knows nothing of it.
"""

from __future__ import annotations

import gc
import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest import mock

from benchmarks.problem import Arguments, Problem

STAGES = {
    "capture": ("irad.numba_.capture:capture",),
    "read": ("irad_passes.pipeline:begin",),
    "analyses": ("irad_passes.transforms.variants:Variants.run", "irad_passes.transforms.reverse:Reverse.prepare"),
    "synthesis": ("irad_passes.pipeline:differentiate", "irad_passes.pipeline:lower"),
    "optimisation": ("irad.numba_.link:DerivativeLibrary._optimize_final_module",),
    "machine code": ("irad.numba_.link:DerivativeLibrary._finalize_final_module",),
    "entry": ("irad.numba_.link:compiled",),
}
"""The functions that make up a stage, with all that they call but for other stages: Numba's front end and LLVM's clean-up; text to
model; control flow, memory, activity and what is kept; the sweeps and their tape; LLVM's optimisation of all; its code generator; what
Python calls, written and linked. What is in none is ``other``."""


@contextmanager
def clocked() -> Iterator[dict[str, float]]:
    """Within it, CPU seconds by stage are added up in what it gives."""
    seconds = dict.fromkeys([*STAGES, "other"], 0.0)
    inner: list[float] = [0.0]

    def clock(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            inner.append(0.0)
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                elapsed = time.process_time() - start
                seconds[stage] += elapsed - inner.pop()
                inner[-1] += elapsed
        return called

    with ExitStack() as stack:
        for stage, places in STAGES.items():
            for place in places:
                module, _, path = place.partition(":")
                owner = importlib.import_module(module)
                *outer, name = path.split(".")
                for part in outer:
                    owner = getattr(owner, part)
                stack.enter_context(mock.patch.object(owner, name, clock(stage, getattr(owner, name))))
        start = time.process_time()
        yield seconds
        seconds["other"] = time.process_time() - start - inner[0]


def compilation(problem: Problem, arguments: Arguments, rounds: int = 3) -> dict[str, Any]:
    """CPU seconds of Numba's compilation of the function, of the gradient's, all in, and of the latter's stages.

    Both are compiled anew in turn; the least of each counts. What they share with other compilations of the process is there: compile
    something before.
    """
    import numba

    import irad

    signature = tuple(map(numba.typeof, arguments))
    function, gradient = float("inf"), {"": float("inf")}
    for _ in range(rounds):
        fresh = numba.njit(problem.primal.py_func)
        gc.collect()
        start = time.process_time()
        fresh.compile(signature)
        function = min(function, time.process_time() - start)
        derivative = irad.gradient(numba.njit(problem.primal.py_func), problem.argnums)
        gc.collect()
        with clocked() as stages:
            derivative.compile(signature)
        gradient = min(gradient, stages, key=lambda found: sum(found.values()))
    return {"function": function, "gradient": sum(gradient.values()), "stages": gradient}
