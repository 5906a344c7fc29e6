"""The adapters: their formulations are the problems, and the tools that are installed give the gradients of the references."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import arrays, problems, rivals
from benchmarks.rivals.enzyme_numba import uncounted, unoptimised
from benchmarks.rivals.rival import Skip
from benchmarks.run import Process, error

TOOLS = [name for name in rivals.NAMES if name not in ("irad", "hand", "hand_fast", "fd")]
"""The rivals that need more than irad does."""


class Library(arrays.Toolkit):
    """NumPy as a tool."""

    def __init__(self) -> None:
        super().__init__(np, erf=np.vectorize(math.erf), logsumexp=lambda x, axis: np.log(np.exp(x).sum(axis)), pad=lambda x: np.pad(x, 1))


@pytest.mark.parametrize("name", problems.NAMES)
def test_formulations_with_arrays(name: str) -> None:
    """At the smallest size, by NumPy, beside the loops as Python runs them."""
    problem, primal = problems.load(name), arrays.load(name)
    if name == "det":  # an expansion in minors has none
        assert primal is None
        return
    assert primal is not None
    arguments = problem.prepare(next(iter(problem.sizes.values())))
    kept = [np.copy(a) for a in arguments]
    value = primal(Library(), *arguments)
    # Sums in another order: some hundred roundings of terms that may cancel.
    assert value == pytest.approx(problem.primal.py_func(*kept), rel=1e-12)
    for one, other in zip(arguments, kept, strict=True):
        np.testing.assert_array_equal(one, other)


def test_groups_are_of_problems() -> None:
    names = [name for group in problems.GROUPS.values() for name in group]
    assert len(set(names)) == len(names) and set(names) <= set(problems.NAMES)


def test_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of its own, else the one of those that are installed together, else this interpreter."""
    for name in ("JAX", "TOOLS", "TORCH", "ENZYME", "ENZYME_NUMBA"):
        monkeypatch.delenv(f"BENCH_{name}_PYTHON", raising=False)
    here = rivals.python("jax")
    monkeypatch.setenv("BENCH_TOOLS_PYTHON", "tools")
    monkeypatch.setenv("BENCH_JAX_PYTHON", "jax")
    monkeypatch.setenv("BENCH_ENZYME_PYTHON", "enzyme")
    assert here == rivals.python("irad") and [rivals.python(n) for n in ("jax", "torch", "enzyme_numba")] == ["jax", "tools", "enzyme"]


def test_numba_ir_for_enzyme() -> None:
    """The function as Numba's front end leaves it, without the wrapper for Python; what Enzyme cannot see through is refused."""
    problem = problems.load("brusselator")
    text, name = unoptimised(problem.primal, problem.prepare((8, 2)))
    assert f"define i32 @{name}(" in text and "Py_IncRef" not in text.replace("declare void @Py_IncRef", "")
    assert len(re.findall("NRT_MemInfo_alloc_aligned", text)) > 1 and "declare noalias ptr @NRT_MemInfo_alloc_aligned" not in text
    assert "fmul double" in text and "x double>" not in text  # nothing is vectorised
    argument, fewer = r"call void @NRT_(in|de)cref\(ptr (nonnull )?%arg\.", uncounted(text)
    assert not re.search(argument, fewer) and re.search(r"call void @NRT_decref\(ptr [^)]*%(?!arg)", fewer)  # of the function's own
    problem = problems.load("det")
    with pytest.raises(Skip, match="recursion"):
        unoptimised(problem.primal, problem.prepare(3))


def test_tape() -> None:
    """Three numbers for each step of Lorenz's system; nothing for what keeps nothing, whatever was compiled and called before."""
    for name, bytes_ in (("lorenz", 240), ("rosenbrock", 0), ("lorenz", 240)):
        problem = problems.load(name)
        case = rivals.load("irad").case(problem, problem.prepare(10))
        case.gradient()
        assert case.tape is not None and case.tape() == bytes_


@pytest.mark.parametrize("name", TOOLS)
def test_gradients(name: str, tmp_path: Path) -> None:
    """All that the tool has, at the smallest size, in its own environment."""
    if rivals.python(name) == rivals.python("irad") and (missing := rivals.load(name).missing()):
        pytest.skip(missing)
    assert os.path.exists(rivals.python(name))
    process, done, refused = Process(name), [], {}
    try:
        assert "versions" in process.ask("hello")
        for chosen in problems.NAMES:
            problem, file = problems.load(chosen), tmp_path / f"{chosen}.npz"
            size = next(iter(problem.sizes))
            answer = process.ask("prepare", problem=chosen, size=size, file=str(file))
            if "skip" in answer:
                refused[chosen] = answer["skip"]
                continue
            with np.load(file) as loaded:
                gradient = tuple(loaded[key] for key in loaded.files)
            found, _ = error(problem, size, gradient, problem.expected(problem.prepare(problem.sizes[size])))
            if (name, chosen) == ("warp", "newton_sqrt"):
                assert found > 1e-3  # Warp's gradient of a while loop is wrong; a run leaves it out
            else:
                assert found < 1e-11, (chosen, found)
            done.append(chosen)
    finally:
        process.close()
    assert "rosenbrock" in done and (name in ("warp", "taichi") or len(done) >= 16), refused
