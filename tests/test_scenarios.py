"""Every scenario in forward and in reverse mode, and plain; every third one of each topic in each of the other modes, every twelfth
by several columns at once.

The other modes (called from njit, second derivatives, float32) go through the same engine. Taking all scenarios through all of
them needs some 20 minutes: ``IRAD_SCENARIOS=all`` does it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from programs import TOPICS
from runner import Mode, applies, run

EVERYWHERE = [(Mode.PRIMAL, np.float64), (Mode.FORWARD, np.float64), (Mode.REVERSE, np.float64)]
IN_TURN = [
    (Mode.NJIT, np.float64),
    (Mode.FORWARD_OVER_REVERSE, np.float64),
    (Mode.REVERSE, np.float32),
    (Mode.FORWARD, np.float32),
]
RARELY = [(Mode.COLUMNS, np.float64)]
ALL = os.environ.get("IRAD_SCENARIOS") == "all"


def rows() -> Iterator[Any]:
    for topic, scenarios in TOPICS.items():
        for turn, (mode, dtype) in enumerate(EVERYWHERE + IN_TURN + RARELY):
            fitting = [scenario for scenario in scenarios if applies(scenario, mode, dtype)]
            stride = 1 if ALL or (mode, dtype) in EVERYWHERE else 3 if (mode, dtype) in IN_TURN else 12
            for scenario in fitting[turn % stride :: stride]:
                yield pytest.param(scenario, mode, dtype, id=f"{topic}-{scenario.name}-{mode.value}-{dtype.__name__}")


@pytest.mark.parametrize(("scenario", "mode", "dtype"), list(rows()))
def test_scenario(scenario, mode, dtype):
    run(scenario, mode, dtype)


def test_scenarios_have_names_of_their_own():
    names = [scenario.name for scenarios in TOPICS.values() for scenario in scenarios]
    assert len(set(names)) == len(names)
