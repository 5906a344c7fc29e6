"""The protocol: one JSON object a line in, one a line out."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any, TextIO

from benchmarks.gradbench.evals import NAMES, load
from benchmarks.gradbench.evaluation import Evaluation, Function

Message = dict[str, Any]


class Tool:
    """Answers messages; one eval at a time."""

    def __init__(self) -> None:
        self.evaluation: Evaluation | None = None

    def answer(self, message: Message) -> Message:
        """What is answered to one message."""
        reply: Message = {"id": message["id"]}
        match message["kind"]:
            case "start":
                reply["tool"] = "irad"
            case "define":
                reply |= self._define(message["module"])
            case "evaluate":
                reply |= self._evaluate(message["function"], message["input"])
        return reply

    def _define(self, module: str) -> Message:
        if module not in NAMES:
            return {"success": False, "error": f"no eval {module}"}
        start = time.perf_counter_ns()
        try:
            self.evaluation = load(module)
            self.evaluation.compile()
        except Exception as error:
            self.evaluation = None
            return {"success": False, "error": f"{type(error).__name__}: {error}"}
        return {"success": True, "timings": [{"name": "compile", "nanoseconds": time.perf_counter_ns() - start}]}

    def _evaluate(self, name: str, given: Any) -> Message:
        try:
            assert self.evaluation is not None, "no eval is defined"
            output, timings = measured(self.evaluation.functions[name], given)
        except Exception as error:
            return {"success": False, "error": f"{type(error).__name__}: {error}"}
        return {"success": True, "output": output, "timings": [{"name": "evaluate", "nanoseconds": each} for each in timings]}


def measured(function: Function, given: Any) -> tuple[Any, list[int]]:
    """The output, and the nanoseconds of each run: as many as the input asks for."""
    options = given if isinstance(given, dict) else {}
    arguments = function.prepare(given)
    timings: list[int] = []
    while len(timings) < options.get("min_runs", 1) or sum(timings) < options.get("min_seconds", 0 if not options else 1) * 1e9:
        start = time.perf_counter_ns()
        result = function.run(*arguments)
        timings.append(time.perf_counter_ns() - start)
    return function.answer(result), timings


def converse(lines: Iterator[str] | TextIO, out: TextIO) -> None:
    """Answer each line until there are no more."""
    tool = Tool()
    for line in lines:
        out.write(json.dumps(tool.answer(json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing else may be written there
    converse(sys.stdin, channel)
