"""One file for each tool that is compared; `load` finds them by name.

A rival may live in an environment of its own: its Python is named by the variable ``BENCH_<NAME>_PYTHON``. What is commonly installed
together has a name too: ``BENCH_TOOLS_PYTHON``.
"""

from __future__ import annotations

import importlib
import os
import sys

from benchmarks.rivals.rival import Rival

NAMES = {
    "irad": "irad", "hand": "hand", "hand_fast": "hand", "enzyme": "enzyme", "enzyme_numba": "enzyme_numba",
    "enzyme_uncounted": "enzyme_numba", "jax": "jax", "torch": "torch", "autograd": "autograd", "casadi": "casadi", "warp": "warp",
    "taichi": "taichi", "fd": "differences",
}
"""Rivals, and the modules that hold their adapters."""

_HOME = {
    "hand_fast": "hand", **dict.fromkeys(("enzyme_numba", "enzyme_uncounted"), "enzyme"),
    **dict.fromkeys(("jax", "torch", "autograd", "casadi", "warp", "taichi"), "tools"),
}
"""Whose environment a rival shares, where it has none of its own."""


def load(name: str) -> Rival:
    """The adapter of that name; it says what is `Rival.missing`."""
    return importlib.import_module(f"benchmarks.rivals.{NAMES[name]}").RIVALS[name]  # type: ignore[no-any-return]


def python(name: str) -> str:
    """The interpreter that runs the rival."""
    found = [os.environ.get(f"BENCH_{home.upper()}_PYTHON") for home in (name, _HOME.get(name, name))]
    return found[0] or found[1] or sys.executable
