"""Run the rivals side by side: correctness first, then CPU time in turns, so that what else the machine does hits all alike."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

from benchmarks import problems, rivals
from benchmarks.problem import Gradient, Problem

ROOT = Path(__file__).parents[1]
TOLERANCE = {"fd": 1e-5}
"""Largest error of a gradient that is timed, relative to its largest entry; 1e-8 where nothing is said, what a reference by differences
can tell."""

_THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
_THREADS["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


class Process:
    """A rival's worker; another one, if that came to an end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._start()

    def _start(self) -> None:
        paths = os.pathsep.join(map(str, (ROOT, ROOT / "passes")))
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115
        command = [rivals.python(self.name), "-m", "benchmarks.worker", self.name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=ROOT,
                                        env={**os.environ, **_THREADS, "PYTHONPATH": paths})

    def ask(self, do: str, **message: Any) -> dict[str, Any]:
        """Send a command and wait for the answer; a worker that died skips what it was asked."""
        if self.process.poll() is not None:
            self.close()
            self._start()
        try:
            assert self.process.stdin is not None and self.process.stdout is not None
            self.process.stdin.write(json.dumps({"do": do, **message}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if answer:
            return json.loads(answer)  # type: ignore[no-any-return]
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.log.seek(0)
        last = self.log.read().strip().splitlines()[-1:]
        return {"skip": f"its process ended: {''.join(last)}"}

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.process.communicate()
        self.log.close()


def cases(names: Sequence[str], sizes: Sequence[int]) -> list[tuple[str, str]]:
    """Problems and the labels of their sizes."""
    return [(name, label) for name in names for at, label in enumerate(problems.load(name).sizes) if at in sizes]


def run(chosen: Sequence[str], work: Sequence[tuple[str, str]], rounds: int = 5) -> Iterator[dict[str, Any]]:
    """Yield one record for each rival and case; those that are skipped say why in ``skip``."""
    workers = [Process(name) for name in chosen]
    try:
        ready = []
        for worker in workers:
            answer = worker.ask("hello")
            if "skip" in answer:
                yield {"rival": worker.name, "skip": answer["skip"]}
            else:
                yield {"rival": worker.name, "versions": answer["versions"]}
                ready.append(worker)
        for name, size in work:
            yield from _case(ready, name, size, rounds)
    finally:
        for worker in workers:
            worker.close()


def _case(workers: Sequence[Process], name: str, size: str, rounds: int) -> Iterator[dict[str, Any]]:
    """One problem at one size, all rivals."""
    problem = problems.load(name)
    smallest = size == next(iter(problem.sizes))
    records: dict[Process, dict[str, Any]] = {}
    expected: Gradient | None = problem.expected(problem.prepare(problem.sizes[size])) if smallest or problem.reference else None
    with tempfile.TemporaryDirectory() as folder:
        for worker in workers:
            record = {"rival": worker.name, "problem": name, "size": size, "smallest": smallest}
            file = Path(folder) / f"{worker.name}.npz"
            answer = worker.ask("prepare", problem=name, size=size, file=str(file))
            record |= answer
            if "skip" not in answer:
                with np.load(file) as loaded:
                    gradient = tuple(loaded[key] for key in loaded.files)
                record["error"], expected = error(problem, size, gradient, expected)
                if not record["error"] <= TOLERANCE.get(worker.name, 1e-8):
                    record["skip"] = f"wrong: relative error {record['error']:.1e}"
            if "skip" in record:
                yield record
            else:
                records[worker] = record
    samples: dict[tuple[Process, str], list[list[float]]] = {}
    for _ in range(rounds):
        for worker, record in records.items():
            for what in ("gradient", "primal"):
                answer = worker.ask("sample", what=what, count=3)
                samples.setdefault((worker, what), []).append(answer.get("seconds", [float("nan")]))
                if what == "gradient":
                    record["faults"] = answer.get("faults")
    for worker, record in records.items():
        for what in ("gradient", "primal"):
            record[what] = summary(samples[worker, what])
        yield record


def error(problem: Problem, size: str, gradient: Gradient, expected: Gradient | None) -> tuple[float, Gradient]:
    """The error of a gradient, and what later ones are held against: the reference, or the first that passes the test by differences."""
    if expected is None:
        slope = problem.error(problem.prepare(problem.sizes[size]), gradient)
        if not slope <= 1e-5:
            return slope, expected  # type: ignore[return-value]
        return 0.0, gradient
    worst = max(float(np.abs(g - e).max()) for g, e in zip(gradient, expected, strict=True))
    scale = max(float(np.abs(e).max()) for e in expected)
    return (worst / scale if np.isfinite(worst) else float("inf")), expected


def summary(rounds: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Median, least and quartiles of all samples; the least of each round, to compare rivals round by round."""
    flat = sorted(s for samples in rounds for s in samples)
    low, _, high = quantiles(flat, n=4) if len(flat) > 1 else (flat[0],) * 3
    return {"median": median(flat), "least": flat[0], "quartiles": [low, high], "rounds": [min(samples) for samples in rounds]}


def machine() -> dict[str, str]:
    """What this was measured on."""
    processor = platform.processor() or platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.exists():
        processor = next((line.split(":")[1].strip() for line in cpus.read_text().splitlines() if line.startswith("model name")), processor)
    return {"processor": processor, "cores": str(os.cpu_count()), "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version()}
