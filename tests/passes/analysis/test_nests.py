"""Which loops around a loop can be counted in front of them all, and what keeps an inner one from running."""

from __future__ import annotations

import numpy as np
import pytest

from irad_passes.analysis.nests import guards, hoistable_nest, trip_count
from irad_passes.analysis.reversal import Reversal, reversal
from irad_passes.ir.builder import Builder
from irad_passes.ir.write import write
from tests.passes.analysis.subject import Subject
from tests.passes.native import Native

NEST = """define void @f(ptr %x, i64 %n, i64 %m, i1 %c, i1 %d) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  PREHEADER
inner:
  %j = phi i64 [ 0, %ENTERED ], [ %j.next, %inner ]
  %j.next = add nsw i64 %j, 1
  %j.more = icmp slt i64 %j.next, BOUND
  br i1 %j.more, label %inner, label %after
after:
  br label %latch
latch:
  %i.next = add nsw i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %exit
exit:
  ret void
}"""
PLAIN = ("br label %inner", "outer")
GUARDED = ("br i1 %c, label %start, label %latch\nstart:\n  br label %inner", "start")
AGAINST = ("br i1 %c, label %latch, label %start\nstart:\n  br label %inner", "start")
TWICE = ("br i1 %d, label %first, label %latch\nfirst:\n br i1 %c, label %latch, label %start\nstart:\n"
         "  br label %inner", "start")
SWITCHED = ("switch i64 %m, label %latch [ i64 3, label %start  i64 4, label %elsewhere ]\nelsewhere:\n  br label %latch\nstart:\n"
            "  br label %inner", "start")
BEHIND = ("br i1 %c, label %left, label %right\nleft:\n  br label %start\nright:\n  br label %start\nstart:\n  br label %inner", "start")


def nest(preheader: tuple[str, str], bound: str = "%m") -> tuple[Subject, Reversal]:
    s = Subject(NEST.replace("PREHEADER", preheader[0]).replace("ENTERED", preheader[1]).replace("BOUND", bound))
    flow = reversal(s.graph, s.forest, s.tree, s.exit, set(s.graph.order), set())
    return s, flow


def headers(s: Subject, flow: Reversal) -> list[str]:
    return [loop.header.name for loop in hoistable_nest(flow, s.loop("inner"))]


@pytest.mark.parametrize(
    ("preheader", "expected"),
    [
        (PLAIN, []),
        (GUARDED, [("c", True)]),
        (AGAINST, [("c", False)]),
        (TWICE, [("c", False), ("d", True)]),
        (BEHIND, []),  # both ways lead there
    ],
    ids=["plain", "guarded", "against", "twice", "behind a diamond"],
)
def test_guards(preheader: tuple[str, str], expected: list[tuple[str, bool]]) -> None:
    s, flow = nest(preheader)
    found = guards(flow, s.loop("inner"))
    assert found is not None
    assert [(condition.name, wanted) for condition, wanted in found] == expected


def test_a_switch_is_no_guard() -> None:
    s, flow = nest(SWITCHED)
    assert guards(flow, s.loop("inner")) is None
    assert headers(s, flow) == ["inner"]


def test_a_rectangle_is_counted_in_front_of_both_loops() -> None:
    assert headers(*nest(PLAIN)) == ["outer", "inner"]
    assert headers(*nest(GUARDED)) == ["outer", "inner"]


def test_a_triangle_is_not() -> None:
    assert headers(*nest(PLAIN, "%i")) == ["inner"]


def test_a_guard_that_changes_keeps_the_nest_apart() -> None:
    changing = ("%odd = trunc i64 %i to i1\n br i1 %odd, label %start, label %latch\nstart:\n  br label %inner", "start")
    assert headers(*nest(changing)) == ["inner"]


def test_the_outermost_loop_stands_alone() -> None:
    s, flow = nest(PLAIN)
    assert hoistable_nest(flow, s.loop("outer")) == [s.loop("outer")]


@pytest.mark.parametrize(("m", "c", "d", "trips"), [(9, 0, 1, 9), (-5, 0, 1, 1), (9, 1, 1, 0), (9, 0, 0, 0), (9, 1, 0, 0)])
def test_a_loop_that_is_not_entered_counts_zero(m: int, c: int, d: int, trips: int) -> None:
    s, flow = nest(TWICE)
    b = Builder.before(s.block("entry").terminator)
    b.store(trip_count(flow, b, s.loop("inner"), outermost=False), s["x"])
    found = np.array([-1])
    Native(write(s.module), "f")(found, 2, m, c, d)
    assert found == [trips]
