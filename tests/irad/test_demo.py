"""``python -m irad``: the objectives against SciPy and NumPy, the report, a user's own function, and bad usage."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from scipy.optimize import rosen, rosen_der
from scipy.special import log_softmax, logsumexp
from scipy.stats import multivariate_normal

import irad
from irad.__main__ import main
from irad.demo.logistic import binary_objective, binary_problem, multinomial_objective, standardised
from irad.demo.measure import central_differences, duration, relative_error, seconds_per_call
from irad.demo.mixture import mixture_problem, negative_log_likelihood, pack
from irad.demo.problem import Check, Problem
from irad.demo.report import run

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(5)

USER_MODULE = '''
import numpy as np
from numba import njit

@njit
def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total

def plain(x, n, y=2.0):
    return np.sum(x) * n * y

def product(pair):
    return pair[0] * pair[1]

def vector(x):
    return 2.0 * x

def raises(x):
    raise ValueError("out of cheese")

number = 3.0
'''


# ---- the objectives, against libraries that compute them another way


def test_mixture_objective_is_the_likelihood() -> None:
    k, d, n = 3, 4, 20
    x = RNG.standard_normal((n, d))
    weights = np.array([0.5, 0.3, 0.2])
    means = RNG.standard_normal((k, d))
    factors = RNG.standard_normal((k, d, d))
    covariances = factors @ factors.transpose(0, 2, 1) + np.eye(d)
    terms = [np.log(w) + multivariate_normal(m, s).logpdf(x) for w, m, s in zip(weights, means, covariances, strict=True)]
    expected = -logsumexp(terms, axis=0).sum()
    parameters = pack(weights, means, covariances)
    assert negative_log_likelihood(parameters, x, k) == pytest.approx(expected, rel=1e-12)
    parameters[:k] += 7.0  # logits: only their differences count
    assert negative_log_likelihood(parameters, x, k) == pytest.approx(expected, rel=1e-12)


def test_binary_objective() -> None:
    x, sign, parameters = RNG.standard_normal((30, 3)), np.sign(RNG.standard_normal(30)), 40.0 * RNG.standard_normal(4)
    margin = sign * (x @ parameters[:3] + parameters[3])
    expected = 0.5 * np.sum(parameters[:3] ** 2) + 2.0 * np.logaddexp(0.0, -margin).sum()
    assert binary_objective(parameters, x, sign, 2.0) == pytest.approx(expected, rel=1e-12)


def test_multinomial_objective() -> None:
    x, label, parameters = RNG.standard_normal((30, 3)), RNG.integers(0, 4, 30), 40.0 * RNG.standard_normal((4, 4))
    scores = x @ parameters[:, :3].T + parameters[:, 3]
    expected = 0.5 * np.sum(parameters[:, :3] ** 2) - 2.0 * log_softmax(scores, axis=1)[np.arange(30), label].sum()
    assert multinomial_objective(parameters.ravel(), x, label, 4, 2.0) == pytest.approx(expected, rel=1e-12)


def test_standardised_leaves_a_constant_column_at_zero() -> None:
    x = standardised(np.column_stack([np.arange(4.0), np.full(4, 3.0)]))
    np.testing.assert_allclose(x.mean(axis=0), 0.0, atol=1e-15)
    np.testing.assert_allclose(x.std(axis=0), [1.0, 0.0])


# ---- what is measured


def test_central_differences() -> None:
    x = RNG.standard_normal(6)
    assert relative_error(central_differences(rosen, x, ()), rosen_der(x)) < 1e-10
    assert np.isnan(relative_error(np.array([np.nan, 1.0]), np.ones(2)))  # and nan passes no limit


def test_time() -> None:
    assert [duration(s) for s in (2.5, 1.234e-3, 5e-5, 3e-8)] == ["2.5 s", "1.23 ms", "50 µs", "30 ns"]
    assert 1e-9 < seconds_per_call(lambda: sum(range(1000)), budget=0.01) < 1e-2


# ---- the report


def small_problem(passes: bool = True) -> Problem:
    x = RNG.standard_normal((40, 2))
    problem = binary_problem("small", x, x[:, 0] + RNG.standard_normal(40) > 0)
    return problem if passes else replace(problem, compare=lambda _: [Check("same", False, "1 ≠ 2")])


def report(*problems: Problem) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=160)
    status = run(console, [lambda problem=problem: problem for problem in problems])  # type: ignore[misc]
    return status, console.file.getvalue()  # type: ignore[attr-defined]


def test_report() -> None:
    x = np.concatenate([RNG.standard_normal((30, 2)), 5.0 + RNG.standard_normal((30, 2))])
    status, text = report(small_problem(), mixture_problem("blobs", x, 2))
    assert status == 0, text
    assert "All 8 checks passed." in text
    assert re.search(r"time per call +n +primal +gradient +ratio", text)
    assert re.search(r"small +3 +\S+ .s +\S+ .s", text)


def test_a_failed_check_is_said() -> None:
    status, text = report(small_problem(passes=False))
    assert status == 1
    assert "1 CHECKS FAILED: small: same" in text


def test_a_wrong_gradient_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = irad.gradient
    monkeypatch.setattr(irad, "gradient", lambda f: lambda *arguments: right(f)(*arguments) * (1.0 + 1e-6))
    status, text = report(small_problem())
    assert status == 1
    assert "gradient against central differences" in text.splitlines()[-1]
    assert "dot test" in text.splitlines()[-1]


def test_main_job(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "passes")]), "PYTHONUTF8": "1"}
    command = [sys.executable, "-W", "error", "-m", "irad"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "All 16 checks passed." in done.stdout


def test_main_job_without_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in ("rich", "sklearn") else find(name))
    assert main([]) == 2
    assert capsys.readouterr().err == "python -m irad: needs scikit-learn, rich; run: pip install 'irad[demo]'\n"


# ---- a function of the user's


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    importlib.invalidate_caches()
    path = tmp_path / "user_functions.py"
    path.write_text(USER_MODULE, encoding="utf-8")
    yield path
    sys.modules.pop("user_functions", None)


@pytest.mark.parametrize("place", ["{path}", "user_functions.py", "user_functions"])
def test_own_function(place: str, module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([place.format(path=module) + ":rosenbrock", "--at", "np.array([1.0, 2.0])"]) == 0
    text = capsys.readouterr().out
    assert "value     100.0" in text
    assert "gradient  x = [-400.  200.]" in text
    assert "check     ok" in text


def test_the_explanation_of_an_own_function(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user_functions.py:rosenbrock", "--at", "np.ones(3)", "--explain"]) == 0
    text = capsys.readouterr().out
    assert "explain(rosenbrock) with respect to x" in text
    assert "tape: 0 bytes" in text


def test_own_function_of_several_arguments(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user_functions.py:plain", "--at", "(np.ones(2), 3, 0.5)"]) == 0
    text = capsys.readouterr().out
    assert "gradient  x = [1.5 1.5]" in text
    assert "gradient  y = 6." in text


def test_own_function_of_a_tuple(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user_functions.py:product", "--at", "((2.0, 3.0),)"]) == 0
    text = capsys.readouterr().out
    assert "gradient  pair = (3.0, 2.0)" in text
    assert "would take 4 calls" in text


@pytest.mark.parametrize(
    ("target", "at", "message"),
    [
        ("rosenbrock", "1.0", "names no function"),
        ("nowhere.py:f", "1.0", "no such file: nowhere.py"),
        ("nowhere:f", "1.0", "cannot import nowhere"),
        ("user_functions.py:none", "1.0", "no 'none' in user_functions.py; it has: rosenbrock, plain, product, vector, raises"),
        ("user_functions.py:number", "1.0", "'number' in user_functions.py is a float"),
        ("user_functions.py:rosenbrock", None, "the function takes (x)"),
        ("user_functions.py:rosenbrock", "np.ones(", "SyntaxError"),
        ("user_functions.py:rosenbrock", "(1.0, 2.0)", "too many positional arguments"),
        ("user_functions.py:rosenbrock", "np.arange(3)", "nothing to differentiate"),
        ("user_functions.py:raises", "1.0", "itself raises ValueError: out of cheese"),
        ("user_functions.py:rosenbrock", "1.0", "Numba cannot compile"),
        ("user_functions.py:vector", "np.ones(2)", "cannot differentiate user_functions.py:vector: OutputTypeError"),
    ],
)
def test_bad_usage(target: str, at: str | None, message: str, module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([target] if at is None else [target, "--at", at]) == 2
    assert message in capsys.readouterr().err


def test_a_place_without_a_function(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--at", "--explain"):
        with pytest.raises(SystemExit, match="2"):
            main([option] if option == "--explain" else [option, "1.0"])
        assert f"{option} needs a function" in capsys.readouterr().err
