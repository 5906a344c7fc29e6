"""One rival in a process of its own: reads one command a line, answers with one line of JSON. `run` talks to it."""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import problems, rivals
from benchmarks.problem import Arguments
from benchmarks.rivals.rival import Case, Skip

_LEAST = 2_000_000
"""Nanoseconds that a sample takes at least."""
_PATIENCE = 90
"""Seconds that a first gradient may take: of Python's loops, that is; nothing interrupts a compiler."""
_SLOWEST = 3.0
"""CPU seconds that a gradient may take, to be timed."""


class Worker:
    """The rival, and the case that it is at."""

    def __init__(self, name: str) -> None:
        self.rival = rivals.load(name)
        self.case: Case | None = None
        self.arguments: Arguments = ()
        self.calls: dict[str, int] = {}
        self.compiled: set[str] = set()

    def hello(self) -> dict[str, Any]:
        missing = self.rival.missing()
        return {"skip": missing} if missing else {"versions": self.rival.versions()}

    def prepare(self, problem: str, size: str, file: str) -> dict[str, Any]:
        """Make the case, time its first gradient, and leave the gradient in ``file``."""
        self.case, self.calls = None, {}
        gc.collect()
        chosen = problems.load(problem)
        self.arguments = arguments = chosen.prepare(chosen.sizes[size])  # C holds only their addresses
        before = resident(reset=True)
        start = time.process_time() + children()
        signal.alarm(_PATIENCE)  # by the clock: a timer of CPU time would make the CPU time that is measured coarse
        try:
            self.case = self.rival.case(chosen, arguments)
            result = self.case.gradient()
        finally:
            signal.alarm(0)
        seconds = time.process_time() + children() - start
        np.savez(file, *self.case.result(result))
        if seconds > _SLOWEST and (once := timed(self.case.gradient, 1) * 1e-9) > _SLOWEST:
            raise Skip(f"{once:.1f} s a gradient")
        primal_seconds = None
        if self.case.primal is None:
            start = time.process_time()
            chosen.primal(*arguments)
            primal_seconds = time.process_time() - start
        self.functions = {"gradient": self.case.gradient, "primal": self.case.primal or (lambda: chosen.primal(*arguments))}
        memory = resident() - before
        compilation = self.case.compilation() if self.case.compilation and problem not in self.compiled else None
        self.compiled.add(problem)  # later sizes compile to the same
        return {"first": seconds, "first_primal": primal_seconds, "memory": memory, "tape": self.case.tape and self.case.tape(),
                "compilation": compilation}

    def sample(self, what: str, count: int) -> dict[str, Any]:
        """CPU seconds of a call, ``count`` times over; page faults of the last calls."""
        function = self.functions[what]
        if what not in self.calls:
            function()
            once = max(timed(function, 1), 100)
            once = min(once, max(timed(function, 1), 100))
            self.calls[what] = max(1, int(_LEAST / once))
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        calls = self.calls[what]
        seconds = [timed(function, calls) * 1e-9 / calls for _ in range(count)]
        return {"seconds": seconds, "faults": (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults) / (calls * count)}


def give_up(*_: object) -> None:
    raise Skip(f"no gradient after {_PATIENCE} s")


def timed(function: Callable[[], object], calls: int) -> int:
    """CPU nanoseconds of so many calls."""
    start = time.process_time_ns()
    for _ in range(calls):
        function()
    return time.process_time_ns() - start


def children() -> float:
    """CPU seconds of the compilers that were run."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident(reset: bool = False) -> int:
    """The most memory that the process ever held, in bytes, since it was last reset; 0 where the system does not say."""
    try:
        if reset:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return 0


def main(name: str) -> None:
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, give_up)
    if hasattr(os, "sched_setaffinity"):  # one thread: pools of threads are as large as there are processors
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a tool prints goes to stderr
    worker = Worker(name)
    for line in sys.stdin:
        message = json.loads(line)
        try:
            answer = getattr(worker, message.pop("do"))(**message)
        except Skip as skip:
            answer = {"skip": str(skip)}
        except Exception as error:
            traceback.print_exc()
            answer = {"skip": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}
        channel.write(json.dumps(answer) + "\n")
        channel.flush()


if __name__ == "__main__":
    main(sys.argv[1])
