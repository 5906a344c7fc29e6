"""One file for each tool that is compared; `load` finds them by name.

A rival may live in an environment of its own: its Python is named by the variable ``BENCH_<NAME>_PYTHON``.
"""

from __future__ import annotations

import importlib
import os
import sys

from benchmarks.rivals.rival import Rival

NAMES = {
    "irad": "irad", "hand": "hand", "hand_fast": "hand", "enzyme": "enzyme", "fd": "differences",
}
"""Rivals, and the modules that hold their adapters."""

_HOME = {"hand_fast": "hand"}
"""Whose environment a rival shares."""


def load(name: str) -> Rival:
    """The adapter of that name; it says what is `Rival.missing`."""
    return importlib.import_module(f"benchmarks.rivals.{NAMES[name]}").RIVALS[name]  # type: ignore[no-any-return]


def python(name: str) -> str:
    """The interpreter that runs the rival."""
    return os.environ.get(f"BENCH_{_HOME.get(name, name).upper()}_PYTHON", sys.executable)
