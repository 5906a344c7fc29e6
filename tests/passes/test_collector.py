"""Nothing is collected while a derivative is made, and all goes on as before behind it."""

from __future__ import annotations

import gc
import threading

import pytest

from irad_passes.collector import collector_paused
from irad_passes.pipeline import differentiate, lower
from irad_passes.request import Activity, Mode, Parameter, Request


def test_nothing_is_collected_while_a_derivative_is_made() -> None:
    """One collection may be set off by the end of each pause."""
    started: list[str] = []

    def note(phase: str, _: object) -> None:
        started.append(phase)

    body = "\n".join(f"  %v{k + 1} = fmul double %v{k}, %v{k}" for k in range(500))
    text = f"define double @f(double %v0) {{\n{body}\n  ret double %v500\n}}"
    request = Request("f", Mode.REVERSE, (Parameter(Activity.ACTIVE),), "f.derivative", status=False)
    before = gc.get_threshold()
    gc.collect()
    gc.set_threshold(100)
    gc.callbacks.append(note)
    try:
        lower(differentiate(text, request).text)
    finally:
        gc.callbacks.remove(note)
        gc.set_threshold(*before)
    assert started.count("start") <= 2 and gc.isenabled()


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
