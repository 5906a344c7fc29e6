"""What all tests share: little garbage to look through."""

from __future__ import annotations

import gc
from typing import Any

_EVERY = 20
"""Tests between two rounds of tidying up."""
_done = 0


def pytest_runtest_teardown(item: Any) -> None:
    """Put away what is alive: compilers leave hundreds of thousands of objects, and each test for leaks has them all searched."""
    global _done
    _done += 1
    if _done % _EVERY == 0:
        gc.collect()
        gc.freeze()
