"""Every scenario in forward and in reverse mode; every fourth one of each topic in each of the other modes, every twelfth by several
columns and by several rows at once, by reverse mode over either, and for a third derivative.

The other modes (called from njit, second derivatives, float32) go through the same engine. ``IRAD_SCENARIOS=all`` takes all
scenarios through all of them, ``IRAD_SCENARIOS=once`` takes each through one, all modes in turn: what a second release of Numba needs,
because what differs between releases is the code that is differentiated.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from programs import TOPICS
from runner import Mode, applies, run
from scenarios.scenario import Scenario

EVERYWHERE = [(Mode.REVERSE, np.float64), (Mode.FORWARD, np.float64)]
IN_TURN = [
    (Mode.NJIT, np.float64),
    (Mode.FORWARD_OVER_REVERSE, np.float64),
    (Mode.REVERSE, np.float32),
    (Mode.FORWARD, np.float32),
]
RARELY = [(mode, np.float64)
          for mode in (Mode.COLUMNS, Mode.ROWS, Mode.REVERSE_OVER_FORWARD, Mode.REVERSE_OVER_REVERSE, Mode.THIRD)]
HOW_MANY = os.environ.get("IRAD_SCENARIOS", "")


def chosen(scenarios: tuple[Scenario, ...]) -> Iterator[tuple[Scenario, Mode, type]]:
    """The scenarios of a topic, each with its modes one behind the other: they share what is captured of the function."""
    modes = EVERYWHERE + IN_TURN + RARELY
    seen = dict.fromkeys(modes, 0)
    for number, scenario in enumerate(scenarios):
        fitting = [mode for mode in modes if applies(scenario, *mode)]
        for turn, mode in enumerate(modes):
            if mode not in fitting:
                continue
            stride = 1 if HOW_MANY == "all" or mode in EVERYWHERE else 4 if mode in IN_TURN else 12
            if mode == fitting[number % len(fitting)] if HOW_MANY == "once" else seen[mode] % stride == turn % stride:
                yield scenario, *mode
            seen[mode] += 1


def rows() -> Iterator[Any]:
    for topic, scenarios in TOPICS.items():
        for scenario, mode, dtype in chosen(scenarios):
            yield pytest.param(scenario, mode, dtype, id=f"{topic}-{scenario.name}-{mode.value}-{dtype.__name__}")


@pytest.mark.parametrize(("scenario", "mode", "dtype"), list(rows()))
def test_scenario(scenario, mode, dtype):
    run(scenario, mode, dtype)


def test_scenarios_have_names_of_their_own():
    names = [scenario.name for scenarios in TOPICS.values() for scenario in scenarios]
    assert len(set(names)) == len(names)
