"""Programs that hypothesis writes: gradient and directional derivative against dual numbers on the plain Python function.

Runs 500 different programs; ``IRAD_PROGRAMS=2000`` runs as many as it says. The seeds are fixed, so a run can be repeated. A
failing program is shrunk, then printed with its arguments. Compiled code is never freed: run thousands of them in slices,
``pytest 'tests/test_programs.py::test_programs[7]'``.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, note, seed, settings
from numba import njit
from numba.core import config

from program_runner import SetAside, check, check_gradient, check_tangent, differentiated, exception_of, is_smooth
from strategies import FEATURES, programs, write_program

PROGRAMS = int(os.environ.get("IRAD_PROGRAMS", "500"))
CHUNK = 10

right: set[str] = set()


@pytest.fixture(autouse=True)
def _not_vectorised() -> Iterator[None]:
    """Leave out what Numba does to code once irad has written and simplified it, a quarter of the time: arrays of five elements reach no
    vectorised loop."""
    before = config.OPT
    config.OPT = type(before)(0)
    yield
    config.OPT = before


@pytest.mark.parametrize("chunk", range(-(-PROGRAMS // CHUNK)))
def test_programs(chunk):
    @seed(chunk)
    @settings(max_examples=CHUNK, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(programs())
    def derivatives_are_right(program):
        note(repr(program))
        assume(program.source not in right)
        try:
            check(program)
        except SetAside:
            assume(False)
        right.add(program.source)

    derivatives_are_right()


MARKS = {"calls": "g1(", "lists": " = [", "complexes": "complex(", "exceptions": "raise", "records": '["p"]', "table": "c[",
         "constants": "o[", "pairs": "g2(", "recursion": "h2(", "threads": "prange("}
"""What shows that a feature comes up."""


def drawn(number):
    """A program by plain random numbers: as diverse as they come."""
    chance = random.Random(number)
    return write_program(lambda *options: options[chance.randrange(len(options))])


def test_programs_are_various():
    """All features come up, few programs are set aside, and most derivatives are not zero."""
    count, found, slopes = 150, Counter(), []
    for number in range(count):
        program = drawn(number)
        found.update(name for name, text in MARKS.items() if text in program.source)
        found["overlap"] += program.overlap is not None
        if exception_of(program) is not None:
            found["raises"] += 1
            continue
        run = differentiated(program, program.args)
        found["rough"] += not is_smooth(program, run)
        slopes.append(np.mean(run.matrix != 0.0))
    assert set(FEATURES) <= found.keys()
    assert found["raises"] > 0 and found["rough"] < count / 20
    assert np.median(slopes) > 0.6 and np.mean(np.array(slopes) > 0.2) > 0.8


def test_wrong_derivatives_are_found():
    program = drawn(3)
    run, function = differentiated(program, program.args), njit(program.function())
    for change in (1e-6, -1e-6):
        wrong = replace(run, matrix=run.matrix + change)
        with pytest.raises(AssertionError, match="gradient"):
            check_gradient(program, function, wrong)
        with pytest.raises(AssertionError, match="jvp"):
            check_tangent(program, function, wrong)
