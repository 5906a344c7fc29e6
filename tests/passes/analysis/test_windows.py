"""Which loads move through an array behind each other, and which pointers are never into the same object."""

from __future__ import annotations

import pytest

from irad_passes.analysis.windows import distinct, windows
from tests.passes.analysis.subject import Subject


def loop(loads: str, step: int = 1, store: str = "") -> Subject:
    return Subject(f"""define void @f(ptr %x, ptr %y, i64 %n, i64 %m) {{
    entry:
      br label %loop
    loop:
      %i = phi i64 [ 0, %entry ], [ %next, %loop ]
      %p = getelementptr double, ptr %x, i64 %i
      {loads}
      {store}
      %next = add i64 %i, {step}
      %more = icmp slt i64 %next, %n
      br i1 %more, label %loop, label %exit
    exit:
      ret void
    }}
    declare void @mystery(ptr)""")


def at(name: str, offset: str, base: str = "%p", source: str = "i8", type_: str = "double") -> str:
    return f"%{name}.p = getelementptr {source}, ptr {base}, i64 {offset}\n %{name} = load {type_}, ptr %{name}.p\n"


def found(s: Subject) -> list[dict[str, int]]:
    header = s.block("loop")
    work = [i for i in header.body if i.opcode in ("load", "store", "call")]
    return [{i.name: place for i, place in w.places.items()} for w in windows(s.loop("loop"), work, s.memory, s.forest)]


def test_neighbours_are_one_window() -> None:
    s = loop(at("left", "-8") + at("here", "0") + at("right", "8"))
    assert found(s) == [{"left": 2, "here": 1, "right": 0}]


def test_a_loop_that_counts_down_is_ahead_on_the_other_side() -> None:
    s = loop(at("left", "-8") + at("right", "8"), step=-1)
    assert found(s) == [{"left": 0, "right": 2}]


def test_every_second_place_makes_two_windows() -> None:
    s = loop(at("a", "-16") + at("b", "-8") + at("c", "0") + at("d", "8"), step=2)
    assert found(s) == [{"a": 1, "c": 0}, {"b": 1, "d": 0}]


@pytest.mark.parametrize("loads", [
    pytest.param(at("a", "0") + at("b", "0"), id="one place"),
    pytest.param(at("a", "0") + at("b", "4"), id="half a place apart"),
    pytest.param(at("a", "0") + at("b", "800"), id="far apart"),
    pytest.param(at("a", "0") + at("b", "%m"), id="a distance that is not known"),
    pytest.param(at("a", "0") + at("b", "8", type_="float"), id="other types"),
    pytest.param(at("a", "0", "%x") + at("b", "8", "%x"), id="places that do not move"),
    pytest.param("%r = mul i64 %i, %m\n" + at("a", "%r", "%x", "double") + at("b", "8", "%a.p"), id="a step that is not known"),
    pytest.param(at("a", "%i", "%x", "i32", "double") + at("b", "4", "%a.p"), id="places that overlap"),
])
def test_other_loads_are_none(loads: str) -> None:
    assert found(loop(loads)) == []


@pytest.mark.parametrize(("store", "windows_"), [
    ("store double 0.0, ptr %y", 1), ("store double 0.0, ptr %x", 0), ("call void @mystery(ptr %y)", 0),
])
def test_memory_that_is_written_has_no_window(store: str, windows_: int) -> None:
    assert len(found(loop(at("a", "0") + at("b", "8"), store=store))) == windows_


def swapping(first: str, second: str) -> Subject:
    return Subject(f"""define void @f(ptr %x, ptr %y, i64 %n) {{
    entry:
      br label %loop
    loop:
      %i = phi i64 [ 0, %entry ], [ %next, %loop ]
      %p = phi ptr [ %x, %entry ], [ {first}, %loop ]
      %q = phi ptr [ %y, %entry ], [ {second}, %loop ]
      %next = add i64 %i, 1
      %more = icmp slt i64 %next, %n
      br i1 %more, label %loop, label %exit
    exit:
      ret void
    }}""")


@pytest.mark.parametrize(("first", "second", "expected"), [
    ("%q", "%p", True), ("%q", "%x", False), ("%y", "%x", True),
])
def test_pointers_that_are_swapped_stay_distinct(first: str, second: str, expected: bool) -> None:
    s = swapping(first, second)
    assert distinct(s["p"], s["q"], s.memory) is expected
    assert not distinct(s["p"], s["p"], s.memory)
