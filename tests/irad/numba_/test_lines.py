"""Instructions of captured text are traced to the user's Python."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numba import float64, njit, types
from numba.core import lowering

from irad.numba_.capture import capture
from irad.numba_.lines import SourceLine, source_line


@njit
def helper(a):
    b = a + 1
    return math.erf(b)  # in helper


@njit
def countdown(a):
    if a < 0:
        return math.lgamma(a)  # in countdown
    return countdown(a - 1) * a


@njit
def function(x, n):
    s = 0.0
    for i in range(x.shape[0]):
        s += helper(x[i])
        s += math.gamma(x[i]) / 3  # gamma and division
        s += np.arcsinh(x[i])  # in Numba's own code
    s *= x.sum()
    return s + countdown(s) + x[0] ** n  # recursion and power


SIGNATURE = (float64[:], types.int64)


def line_of(text):
    return next(i for i, line in enumerate(Path(__file__).read_text().splitlines(), 1) if line.endswith(text))


@pytest.mark.parametrize("callee, name, text", [
    ("erf", "helper", "# in helper"), ("numba_gamma", "function", "# gamma and division"), ("asinh", "function", "# in Numba's own code"),
    ("irad.powi.f64", "function", "# recursion and power"),
])
def test_calls(callee, name, text):
    assert f"@{callee}(" in capture(function, SIGNATURE).text
    assert source_line(function, SIGNATURE, callee=callee) == SourceLine(__file__, line_of(text), name)


def test_instructions():
    assert source_line(function, SIGNATURE, opcode="fdiv") == SourceLine(__file__, line_of("# gamma and division"), "function")
    assert source_line(function, SIGNATURE, opcode="fmul").function == "function"


def test_instructions_of_functions_that_were_not_inlined():
    captured = capture(function, SIGNATURE)
    symbol = next(line for line in captured.text.splitlines() if line.startswith("define") and "countdown" in line)
    symbol = symbol[symbol.index("@") + 1:symbol.index("(ptr")]
    found = source_line(function, SIGNATURE, callee="lgamma", within=symbol)
    assert found == SourceLine(__file__, line_of("# in countdown"), "countdown")
    assert source_line(function, SIGNATURE, callee=symbol) == SourceLine(__file__, line_of("# recursion and power"), "function")


def test_what_is_not_found_is_the_definition():
    definition = SourceLine(__file__, line_of("def function(x, n):"), "function")
    assert source_line(function, SIGNATURE, callee="nonexistent") == definition
    assert source_line(function, SIGNATURE) == definition
    assert str(definition) == f"`function` (test_lines.py:{definition.line})"


def test_functions_without_source():
    namespace = {}
    exec("def f(a):\n    return a / 3", namespace)
    assert source_line(njit(namespace["f"]), (float64,), opcode="fdiv").function == "f"


def test_captured_text_has_no_debug_information():
    source_line(function, SIGNATURE, callee="erf")

    @njit
    def another(x):
        return helper(x) ** -2 + x.real

    assert "dbg" not in capture(another, (float64,)).text


def test_lines_of_numba_s_own_code_are_not_looked_for(monkeypatch):
    @njit
    def filled(x):
        return np.full(x.size, x[0]).sum() / 3

    looked, find = [], lowering.get_func_body_first_lineno
    monkeypatch.setattr(lowering, "get_func_body_first_lineno", lambda function: looked.append(function.__name__) or find(function))
    assert source_line(filled, (float64[:],), opcode="fdiv").function == "filled"
    assert looked == ["filled"], "Numba parses a file of its own for each"
