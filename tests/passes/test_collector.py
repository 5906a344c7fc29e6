"""Nothing is collected while a derivative is made, and all goes on as before behind it."""

from __future__ import annotations

import gc
import threading

import numba
import numpy as np
import pytest

import irad
from irad_passes.collector import collector_paused
from irad_passes.pipeline import differentiate
from irad_passes.request import Mode, Request


def test_nothing_is_collected_while_a_derivative_is_made() -> None:
    started: list[str] = []

    def note(phase: str, _: object) -> None:
        started.append(phase)

    gradient = irad.gradient(numba.njit(lambda x: (x * x).sum()))
    gc.collect()
    gc.callbacks.append(note)
    before = gc.get_threshold()
    gc.set_threshold(700)
    try:
        gradient.compile((numba.float64[::1],))
    finally:
        gc.callbacks.remove(note)
        gc.set_threshold(*before)
    assert started.count("start") <= 1 and gc.isenabled()  # one that the end of it may set off
    assert np.array_equal(gradient(np.ones(2)), [2.0, 2.0])


def test_the_collector_goes_on_behind_an_error() -> None:
    with pytest.raises(ValueError, match="does not define"):
        differentiate("define void @f() {\n  ret void\n}", Request("g", Mode.REVERSE, (), "g.derivative"))
    assert gc.isenabled()


def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_last_thread_lets_it_go_on() -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with collector_paused():
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(60)
    with collector_paused():
        pass
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()
