"""The programs that irad is tested on, by topic: every construct that it differentiates, each in a function of its own.

A new construct is one function and one row in the module of its topic; `runner.py` takes it through every mode.
"""

from __future__ import annotations

from scenarios import (
    aborts,
    arrays,
    branches,
    buffers,
    calls,
    complexes,
    constants,
    containers,
    exits,
    handled,
    linear,
    loops,
    mathematics,
    memory,
    objects,
    outlined,
    parallel,
    records,
    recurrences,
    selections,
    stencils,
    temporaries,
    typed_dicts,
    typed_lists,
    views,
)
from scenarios.scenario import Scenario

TOPICS: dict[str, tuple[Scenario, ...]] = {
    module.__name__.rpartition(".")[2]: module.SCENARIOS
    for module in (
        recurrences, loops, exits, branches, memory, temporaries, buffers, arrays, selections, mathematics, complexes, records,
        linear, calls, outlined, aborts, handled, containers, typed_lists, typed_dicts, constants, objects, views, stencils, parallel,
    )
}
SCENARIOS: tuple[Scenario, ...] = tuple(scenario for topic in TOPICS.values() for scenario in topic)
