"""Every semantic case has its scenario or its test."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import CASES
from programs import SCENARIOS

NAMES = {scenario.name for scenario in SCENARIOS}


def test_every_number_has_a_row():
    assert set(CASES) == set(range(1, 65))


@pytest.mark.parametrize("number", sorted(CASES))
def test_what_a_row_names_exists(number):
    row = CASES[number]
    assert row.scenarios or row.tests or row.reason
    assert not set(row.scenarios) - NAMES
    for name in row.tests:
        file, function = name.split("::")
        assert f"def {function}(" in (Path(__file__).parent / file).read_text(encoding="utf-8")
