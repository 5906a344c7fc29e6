"""What `irad.explain` says: against what is known of small functions, and how it is shown."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from numba import float64, int64, njit
from rich.console import Console

import irad
from irad.errors import ArgumentTypeError, NoDerivativeError
from irad.explanation import explain
from irad.listing import Explanation, Line


@njit
def damped(x, scale):
    return math.exp(-x * x) * scale


def recurrence(a, n, m):
    s = 0.5
    work = np.zeros(n)
    for i in range(n):
        for _ in range(m):
            s = math.sin(s) * a[i]
        work[i] = damped(a[i], 2.0)
    while s > 0.7:
        s = s * s * 0.9
    if s < work[0]:
        s = max(s, 0.1) + math.floor(s)
    return s + work[n - 1]


def linear(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += 3.0 * a[i]
    return s


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    return explain(recurrence, (np.ones(3), 3, 2))


def line(explanation: Explanation, text: str) -> Line:
    (found,) = [line for listing in explanation.listings for line in listing.lines if text in line.source]
    return found


def test_a_recurrence_keeps_one_number_an_iteration(explanation):
    assert line(explanation, "s = math.sin(s) * a[i]").tape == "8 n m"


def test_what_is_linear_keeps_nothing():
    found = explain(linear, (float64[::1],))
    assert found.tape == "0"
    assert line(found, "s += 3.0 * a[i]").active
    assert not line(found, "def linear").active


def test_rules_kinks_and_temporaries_are_named(explanation):
    assert "sin" in line(explanation, "math.sin(s)").notes
    assert "exp" in line(explanation, "math.exp").notes
    assert "temporary" in line(explanation, "np.zeros").notes
    assert "kink: comparison" in line(explanation, "while s").notes
    assert "kink: floor" in line(explanation, "math.floor").notes


def test_a_trip_count_that_only_the_run_tells_is_called_after_its_line(explanation):
    (symbol,) = explanation.symbols
    assert line(explanation, "s = s * s * 0.9").tape == f"16 {symbol}"  # the number, and a link to the record before
    assert "loop in line" in explanation.symbols[symbol]


def test_functions_that_are_called_are_listed_too(explanation):
    assert [listing.function for listing in explanation.listings] == ["recurrence", "damped"]
    assert line(explanation, "return math.exp").active


def test_types_may_be_given_in_any_form():
    forms = [(np.ones(2),), (float64[::1],), "(float64[::1],)", float64(float64[::1])]
    assert len({str(explain(linear, form)) for form in forms}) == 1


def test_argnums_choose_what_is_active():
    both = explain(damped, (1.0, 2.0), argnums=("x", "scale"))
    assert both.by == ("x", "scale")
    assert "exp" not in line(explain(damped, (1.0, 2.0), argnums="scale"), "return").notes


def test_text_terminal_and_notebook_show_the_same(explanation):
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(explanation)
    for shown in (str(explanation), console.export_text(), explanation._repr_html_()):
        assert "8 n m" in shown
        assert "kink: floor" in shown
        assert "with respect to a" in shown


def test_errors_are_those_of_the_gradient():
    with pytest.raises(ArgumentTypeError, match=r"explain\(linear\): argument 0 \('a'\) is array\(int64"):
        explain(linear, (int64[::1],))
    with pytest.raises(NoDerivativeError, match="no derivative rule"):
        explain(lambda x: np.linalg.solve(np.eye(2) * x, np.ones(2))[0], (1.0,))
    assert irad.explain is explain
