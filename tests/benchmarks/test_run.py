"""A tiny run, and what is reported of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import problems, report, rivals
from benchmarks.__main__ import main
from benchmarks.run import error, summary


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
    for what in ("gradient", "primal"):
        assert 0 < ours[what]["least"] <= ours[what]["median"] and len(ours[what]["rounds"]) == 2
    assert records["fd"]["gradient"]["median"] > ours["primal"]["median"]
    if shutil.which("gcc"):
        assert records["hand"]["error"] < 1e-14
    assert "enzyme" not in records or rivals.load("enzyme").missing() is None


def test_report(tiny: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert main(["report", "--input", str(tiny), "--output", str(tmp_path)]) == 0
    assert "| rosenbrock | n=10 |" in (tmp_path / "README.md").read_text()
    assert {file.name for file in tmp_path.iterdir()} == {
        "README.md", *(f"{name}.{kind}" for name in ("ratio", "cost", "compile") for kind in ("svg", "png"))}


def record(rival: str, size: str, gradient: float, primal: float) -> dict[str, Any]:
    """What a run says of a rival whose times never vary."""
    times = {what: summary([[value, value]] * 2) for what, value in (("gradient", gradient), ("primal", primal))}
    return {"rival": rival, "problem": "p", "size": size, "smallest": size == "a", "first": 1.0, "first_primal": 0.5, **times}


def test_ratios_and_means() -> None:
    records = [record("irad", "a", 4.0, 1.0), record("irad", "b", 6.0, 2.0), record("irad", "c", 48.0, 4.0),
               record("x", "b", 3.0, 9.0), record("x", "c", 6.0, 9.0), {"rival": "x", "problem": "p", "size": "a", "skip": "too small"}]
    result = {"machine": {"cores": "1"}, "versions": {}, "records": records}
    head, _, first, second, third, means = (line.strip("| ").split(" | ") for line in report.table(result).splitlines())
    assert head[3:] == ["irad grad/primal", "x grad/primal", "irad/x"]
    assert first[3:] == ["4.00", "–", "–"] and second[3:] == ["3.00", "1.50", "2.00"] and third[3:] == ["12.00", "1.50", "8.00"]
    assert means[3:] == ["6.00", "1.50", "4.00"]
    assert "- x, p a: too small" in report.text(result)


def test_a_wrong_gradient_is_not_timed() -> None:
    problem = problems.load("rosenbrock")
    arguments = problem.prepare(10)
    (gradient,) = problem.expected(arguments)
    wrong = gradient.copy()
    wrong[3] += 0.1
    for expected in ((gradient,), None):  # against a reference, and against differences
        assert error(problem, "n=10", (gradient,), expected)[0] < 1e-14
        assert error(problem, "n=10", (wrong,), expected)[0] > 1e-6
    assert error(problem, "n=10", (np.full(10, np.nan),), (gradient,))[0] == float("inf")


def test_unknown_names(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["run", "--rivals", "irad,tapenade", "--output", str(tmp_path / "r.json")]) == 2
    assert "unknown: tapenade" in capsys.readouterr().err


def test_each_rival_says_what_is_missing() -> None:
    for name in rivals.NAMES:
        missing = rivals.load(name).missing()
        assert missing is None or "not installed" in missing
