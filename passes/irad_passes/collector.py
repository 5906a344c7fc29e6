"""Python's collector of cyclic garbage, at rest while there is a model of a module.

Not for longer: what a whole compilation leaves, Numba's front end above all, is put away at less cost as it goes.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_within = 0
_enabled = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """Collect no garbage automatically within it.

    A function of thousands of instructions is hundreds of thousands of objects, most of which live until its derivative is written. The
    collector would go through all of them again and again, for a third of the time, and find nothing.

    The collector is the whole process's: of several threads within, the first pauses it and the last one lets it go on, unless it
    was disabled before. What it is told meanwhile holds no longer.
    """
    global _within, _enabled
    with _lock:
        if not _within:
            _enabled = gc.isenabled()
            gc.disable()
        _within += 1
    try:
        yield
    finally:
        with _lock:
            _within -= 1
            if not _within and _enabled:
                gc.enable()
