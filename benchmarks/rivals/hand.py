"""Gradients written by hand in C, compiled for this machine, with and without -ffast-math."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import native
from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival, Skip


class Hand(Rival):
    packages = ("numpy",)

    def __init__(self, *options: str) -> None:
        self.options = options

    def missing(self) -> str | None:
        return None if shutil.which("gcc") else "gcc not installed"

    def versions(self) -> dict[str, str]:
        return {"gcc": subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()}

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        gradient, primal = native.gradient_source(problem), native.primal_source(problem)
        if gradient is None or primal is None:
            raise Skip("not written")
        dimensions = ", ".join(f"{kind} a{at}" for at, kind in enumerate(native.parameters(arguments)))
        names = ", ".join(f"a{at}" for at in range(len(native.parameters(arguments))))
        folder = Path(tempfile.mkdtemp(prefix="bench-"))
        (folder / "hand.c").write_text(f"{primal}\n{gradient}\ndouble value({dimensions}) {{ return primal({names}); }}\n")
        subprocess.run(["gcc", "-O3", "-march=native", "-w", *self.options, "-shared", "-fPIC", "hand.c", "-o", "hand.so", "-lm"],
                       cwd=folder, check=True)
        library = ctypes.CDLL(str(folder / "hand.so"))
        shutil.rmtree(folder)
        library.value.restype = ctypes.c_double
        results = tuple(np.zeros_like(arguments[index]) for index in problem.argnums)
        flat = native.flattened(arguments)
        gradient_call = native.bound(library.gradient, [*flat, *map(native.pointer, results)])
        return Case(gradient_call, lambda _: results, native.bound(library.value, flat))


RIVALS = {"hand": Hand(), "hand_fast": Hand("-ffast-math")}
