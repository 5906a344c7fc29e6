"""Programs that hypothesis writes: gradient and directional derivative against dual numbers on the plain Python function.

Runs 200 different programs; ``IRAD_PROGRAMS=2000`` runs as many as it says. The seeds are fixed, so a run can be repeated. A
failing program is shrunk, then printed with its arguments.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, note, seed, settings

from reference import dual_jacobian, leaves, unflatten
from runner import Mode, run
from scenarios.scenario import Scenario
from strategies import ACTIVE, Program, programs

PROGRAMS = int(os.environ.get("IRAD_PROGRAMS", "200"))
CHUNK = 10
SHIFT = 1e-7
SENSITIVE = 1e4
"""Programs whose derivative or result changes by more than this times a change of the arguments are set aside: they are near a
kink or a jump, or amplify rounding errors beyond what can be compared. The tolerance takes the same number as condition."""

right: set[str] = set()


@pytest.mark.parametrize("chunk", range(-(-PROGRAMS // CHUNK)))
def test_programs(chunk):
    @seed(chunk)
    @settings(max_examples=CHUNK, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(programs())
    def derivatives_are_right(program):
        note(repr(program))
        assume(program.source not in right and is_smooth(program))
        scenario = Scenario(program.function(), [program.args], argnums=ACTIVE, condition=SENSITIVE, name="program")
        run(scenario, Mode.REVERSE)
        run(scenario, Mode.FORWARD)
        right.add(program.source)

    derivatives_are_right()


def is_smooth(program: Program) -> bool:
    """Do the result and the derivative change little when the arguments do?"""
    function = program.function()
    numbers = np.array(leaves(program.args))
    shift = SHIFT * np.random.default_rng(0).uniform(0.5, 1.0, numbers.size)
    here = differentiated(function, program.args)
    for shifted in (numbers + shift, numbers - shift):
        there = differentiated(function, unflatten(program.args, list(map(float, shifted))))
        if not np.all(np.abs(there - here) <= SENSITIVE * SHIFT * max(1.0, np.max(np.abs(here)))):
            return False
    return True


def differentiated(function, args) -> np.ndarray:
    """The result and its gradient, in one array."""
    outcome = dual_jacobian(function, args, ACTIVE)
    return np.array([float(outcome.value), *outcome.matrix[0]])
