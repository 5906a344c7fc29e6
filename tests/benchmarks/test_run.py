"""A tiny run, and what is reported of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import irad
from benchmarks import problems, report, rivals, worker
from benchmarks.__main__ import main
from benchmarks.rivals.rival import Skip
from benchmarks.run import Process, error, summary
from benchmarks.stages import STAGES, clocked
from irad.numba_ import link as compiling


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of irad, differences and the C of one problem, and of a rival that is not installed."""
    output = tmp_path_factory.mktemp("bench") / "result.json"
    chosen = ["--rivals", "irad,hand,fd,enzyme", "--problems", "rosenbrock", "--sizes", "0"]
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BENCH_ENZYME_PYTHON", raising=False)
        code = main(["run", *chosen, "--rounds", "2", "--output", str(output)])
    assert code == 0
    return output


def test_what_a_run_records(tiny: Path) -> None:
    result = json.loads(tiny.read_text())
    assert result["machine"]["cores"] and result["versions"]["irad"]["numba"]
    records = {record["rival"]: record for record in result["records"]}
    ours = records["irad"]
    assert ours["error"] < 1e-14 and ours["first"] > 0 and ours["memory"] >= 0
    assert ours["tape"] == 0 and records["fd"]["tape"] is None
    compiled = ours["compilation"]
    assert compiled["function"] > 0 and records["fd"]["compilation"] is None
    assert list(compiled["stages"]) == [*STAGES, "other"] and all(compiled["stages"][stage] > 0 for stage in STAGES)
    assert sum(compiled["stages"].values()) == pytest.approx(compiled["gradient"])
    for what in ("gradient", "primal"):
        assert 0 < ours[what]["least"] <= ours[what]["median"] and len(ours[what]["rounds"]) == 2
    assert records["fd"]["gradient"]["median"] > ours["primal"]["median"]
    if shutil.which("gcc"):
        assert records["hand"]["error"] < 1e-14
    assert "enzyme" not in records or rivals.load("enzyme").missing() is None


def test_report(tiny: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert main(["report", "--input", str(tiny), "--output", str(tmp_path)]) == 0
    text = (tmp_path / "README.md").read_text()
    assert "| rosenbrock | n=2 |" in text and "| machine code |" in text
    assert {file.name for file in tmp_path.iterdir()} == {
        "README.md", *(f"{name}.{kind}" for name in ("ratio", "cost", "compile") for kind in ("svg", "png"))}


def cells(table: str) -> list[list[str]]:
    return [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in table.splitlines()]


def record(rival: str, size: str, gradient: float, primal: float, problem: str = "p") -> dict[str, Any]:
    """What a run says of a rival whose times never vary."""
    times = {what: summary([[value, value]] * 2) for what, value in (("gradient", gradient), ("primal", primal))}
    return {"rival": rival, "problem": problem, "size": size, "smallest": size == "a", "first": 1.0, "first_primal": 0.5, **times}


def test_ratios_and_means() -> None:
    records = [record("irad", "a", 4.0, 1.0), record("irad", "b", 6.0, 2.0), record("irad", "c", 48.0, 4.0),
               record("x", "b", 3.0, 9.0), record("x", "c", 6.0, 9.0), {"rival": "x", "problem": "p", "size": "a", "skip": "too small"}]
    result = {"machine": {"cores": "1"}, "versions": {}, "records": records}
    head, _, first, second, third, means = cells(report.table(result))
    assert head[3:] == ["irad", "x"]
    assert first[3:] == ["4.00", "–"] and second[3:] == ["3.00", "1.50"] and third[3:] == ["12.00", "1.50"]
    assert means[3:] == ["6.00 (2)", "1.50 (2)"]
    head, _, first, second, third, means = cells(report.against(result))
    assert head == ["problem", "size", "irad/x"] and means == ["geometric mean", "all", "4.00 (2)"]
    assert [first[2], second[2], third[2]] == ["–", "2.00", "8.00"]
    assert "- x, p a: too small" in report.text(result) and "A call" not in report.text(result)


def test_means_by_group() -> None:
    """Of the cases that both ran, without the smallest size."""
    records = [record(rival, size, time, 1.0, problem) for rival, scale in (("irad", 1.0), ("x", 2.0), ("y", 4.0))
               for problem, factor in (("lorenz", 1.0), ("mlp", 4.0), ("fft", 1.0)) for size, time in (("a", 9.0), ("b", scale * factor))
               if (rival, problem) != ("y", "mlp")]
    records[1] = record("irad", "b", 4.0, 1.0, "lorenz")
    *_, every, sequential, arrays = cells(report.against({"machine": {}, "versions": {}, "records": records}))
    assert every == ["geometric mean", "all", "0.79 (3)", "0.50 (2)"]  # 2, 1/2, 1/2; 1, 1/4
    assert sequential == ["geometric mean", "sequential", "2.00 (1)", "1.00 (1)"]
    assert arrays == ["geometric mean", "arrays", "0.50 (1)", "–"]


def test_the_overhead_of_a_call() -> None:
    records = [record("irad", "n=2", 6e-7, 2e-7, "rosenbrock"), record("x", "n=2", 5e-6, 3e-6, "rosenbrock")]
    text = report.text({"machine": {}, "versions": {}, "records": records})
    assert "| irad | 0.60 | 0.20 | 0.40 |" in text and "| x | 5.00 | 3.00 | 4.80 |" in text


def test_first_calls() -> None:
    """Of the first size of each problem; against Numba's, of the problems for which that is known."""
    records = [{**record(rival, size, 1.0, 1.0, problem), "first": first, "first_primal": 0.5 if rival == "irad" else None}
               for rival, problem, size, first in (("irad", "p", "a", 1.0), ("irad", "p", "b", 9.0), ("irad", "q", "a", 4.0),
                                                   ("x", "p", "a", 2.0), ("x", "r", "a", 8.0))]
    _, _, *rows = cells(report.compilation({"machine": {}, "versions": {}, "records": records}))
    assert rows == [["irad", "2.00 (2)", "4.00 (2)"], ["numba", "0.50 (2)", "1.00 (2)"], ["x", "4.00 (2)", "4.00 (1)"]]


def test_stages() -> None:
    """In milliseconds, once for each problem, with the mean of what a gradient takes over what its function does."""
    found = [{"function": 1.0, "gradient": 2.0, "stages": {"read": 1.5, "other": 0.5}},
             {"function": 0.1, "gradient": 0.8, "stages": {"read": 0.6, "other": 0.2}}]
    records = [{**record("irad", "a", 1.0, 1.0, "p"), "compilation": found[0]}, {**record("irad", "b", 1.0, 1.0, "p"), "compilation": None},
               {**record("irad", "a", 1.0, 1.0, "q"), "compilation": found[1]}, {**record("x", "a", 1.0, 1.0, "q"), "compilation": None}]
    head, _, *rows, means = cells(report.stages({"records": records}))
    assert head == ["problem", "function", "read", "other", "gradient", "gradient/function"]
    assert rows == [["p", "1000", "1500", "500", "2000", "2.00"], ["q", "100", "600", "200", "800", "8.00"]]
    assert means[-1] == "4.00 (2)"
    assert report.stages({"records": [record("x", "a", 1.0, 1.0)]}) == ""


def test_a_stage_has_its_own_time() -> None:
    """What a stage calls of another one is the other's, and nothing stays clocked."""
    before = compiling.compiled
    with clocked() as seconds:
        assert compiling.compiled is not before
        gradient = irad.gradient(numba.njit(lambda x: x * x))
        gradient.compile((numba.float64,))
    assert all(seconds[stage] > 0 for stage in STAGES) and seconds["entry"] < sum(seconds.values()) / 2
    assert compiling.compiled is before


def test_bytes_on_the_tape() -> None:
    records = [{**record("irad", "a", 4.0, 1.0), "tape": 12345}, {**record("x", "a", 4.0, 1.0), "tape": None}]
    head, _, only, _ = cells(report.table({"machine": {}, "versions": {}, "records": records}))
    assert head[3] == "tape bytes" and only[3] == "12,345"


def test_a_wrong_gradient_is_not_timed() -> None:
    problem = problems.load("rosenbrock")
    arguments = problem.prepare(2)
    (gradient,) = problem.expected(arguments)
    wrong = gradient.copy()
    wrong[1] += 0.1
    for expected in ((gradient,), None):  # against a reference, and against differences
        assert error(problem, "n=2", (gradient,), expected)[0] < 1e-14
        assert error(problem, "n=2", (wrong,), expected)[0] > 1e-6
    assert error(problem, "n=2", (np.full(2, np.nan),), (gradient,))[0] == float("inf")


def test_a_worker_that_ends_is_replaced() -> None:
    process = Process("fd")
    try:
        assert "versions" in process.ask("hello")
        process.process.kill()
        process.process.wait()
        assert "versions" in process.ask("hello")
    finally:
        process.close()


def test_what_takes_too_long_is_not_timed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(worker, "_SLOWEST", 0.0)
    with pytest.raises(Skip, match=r"s a gradient"):
        worker.Worker("fd").prepare("rosenbrock", "n=2", str(tmp_path / "gradient.npz"))
    with pytest.raises(Skip, match="no gradient after"):
        worker.give_up()


def test_unknown_names(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["run", "--rivals", "irad,tapenade", "--output", str(tmp_path / "r.json")]) == 2
    assert "unknown: tapenade" in capsys.readouterr().err


def test_each_rival_says_what_is_missing() -> None:
    for name in rivals.NAMES:
        missing = rivals.load(name).missing()
        assert missing is None or "not installed" in missing
