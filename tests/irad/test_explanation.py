"""What `irad.explain` says: against what is known of small functions, and how it is shown."""

from __future__ import annotations

import io
import linecache
import math

import numpy as np
import pytest
from numba import float64, int64, njit
from rich.console import Console

import irad
from irad.errors import ArgumentTypeError, NoDerivativeError
from irad.explanation import explain
from irad.listing import Explanation, Line, terms


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


def inner(a):
    s = 1.0
    while s < 100.0:
        s *= 1.0 + a * s
    return s


inner_compiled = njit(inner)


def outer(a):
    total = 0.0
    for i in range(a.size):
        total += inner_compiled(a[i]) * total
    return total


def test_a_loop_is_called_after_its_first_line_in_its_own_function():
    found = explain(outer, (float64[::1],))
    assert f"16 a.size k{inner.__code__.co_firstlineno + 2}" in line(found, "s *= 1.0 + a * s").tape
    assert list(found.symbols.values()) == [f"iterations of the loop in line {inner.__code__.co_firstlineno + 2} of `inner`"]


def extents(a):
    rows, columns = a.shape
    wanted = columns
    if a[0, 0] > 1.0:
        wanted = 2
    s = 0.5
    for i in range(rows):
        for j in range(columns):
            s = math.sin(s) * a[i, j]
        for j in range(wanted):
            s = math.cos(s) * a[i, j]
    return s


@njit
def product_of_sines(x, n):
    return 1.0 if n == 0 else math.sin(x) * product_of_sines(x, n - 1)


def test_what_a_call_keeps_has_a_symbol():
    found = explain(product_of_sines, (1.0, 3))
    assert found.tape == "[product_of_sines]"
    assert found.symbols == {"[product_of_sines]": "bytes that a call of `product_of_sines` keeps"}


def test_what_is_held_constant_is_no_kink():
    def held(x):
        return x * irad.stop_gradient(x) + math.floor(x)

    assert line(explain(held, (1.5,)), "return").notes == ("stop_gradient", "kink: floor")


def test_extents_are_called_as_the_function_calls_them():
    found = explain(extents, (float64[:, ::1],))
    assert line(found, "math.sin").tape.endswith(" columns")
    assert "wanted" not in found.tape


def test_code_without_a_file_is_shown_where_its_source_is_known():
    source = "def f(x):\n    return x * x\n"
    linecache.cache["<typed in>"] = (len(source), None, source.splitlines(keepends=True), "<typed in>")
    scope = {"__name__": "__main__"}
    exec(compile(source, "<typed in>", "exec"), scope)
    assert line(explain(scope["f"], (1.0,)), "return x * x").active


def test_the_demonstration_is_listed_by_its_own_lines():
    from irad.demo.mixture import negative_log_likelihood

    found = explain(negative_log_likelihood, "(float64[::1], float64[:, ::1], int64)")
    assert [listing.function for listing in found.listings] == ["negative_log_likelihood", "log_sum_exp"]
    assert line(found, "math.exp(-log_diagonal)").tape == "8 k d"


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


@pytest.mark.parametrize("width", [60, 90, 160])
def test_a_narrow_terminal_cuts_the_source_and_nothing_else(explanation, width):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(explanation)
    shown = console.export_text()
    assert all(len(row) <= width for row in shown.splitlines())
    for listing in explanation.listings:
        for each in listing.lines:
            number, _, tape, again, notes = each.cells
            assert number in shown and tape in shown and again in shown
            assert all(word in shown for note in notes.split(", ") for word in note.split())


def test_long_sums_are_broken_behind_a_plus():
    assert list(terms("8 n k + 8 m k + 16", 12)) == ["8 n k +", "8 m k + 16"]
    assert list(terms("", 12)) == [""]


def test_errors_are_those_of_the_gradient():
    with pytest.raises(ArgumentTypeError, match=r"explain\(linear\): argument 0 \('a'\) is array\(int64"):
        explain(linear, (int64[::1],))
    with pytest.raises(ArgumentTypeError, match=r"explain\(linear\): the arguments are given together.*ndarray\. A single one is \(x,\)"):
        explain(linear, np.ones(3))
    with pytest.raises(NoDerivativeError, match="no derivative rule"):
        explain(lambda x: np.linalg.svd(np.eye(2) * x)[1][0], (1.0,))
    assert irad.explain is explain
