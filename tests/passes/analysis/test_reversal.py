"""The way back: which reverse follows which, how it is chosen, and how loops are counted and entered."""

from __future__ import annotations

import pytest

from irad_passes.analysis.reversal import Reversal, reversal
from irad_passes.ir.model import Constant, Instruction
from irad_passes.ir.verify import verify
from tests.passes.analysis.subject import Subject


def planned(s: Subject, live: str | None = None, active: str = "") -> Reversal:
    """The way back where the blocks ``live`` (default: all) have adjoint work and the values ``active`` are active."""
    blocks = {b for b in s.graph.order if live is None or b.name in live.split()}
    flow = reversal(s.graph, s.forest, s.tree, s.exit, blocks, {s[name] for name in active.split()})
    verify(s.module)
    return flow


def targets(flow: Reversal) -> dict[str, list[str]]:
    return {block.name: sorted(t.name for t in found) for block, found in flow.targets.items()}


DIAMOND = """define double @f(double %x, i1 %c) {
entry:
  br i1 %c, label %left, label %right
left:
  %a = fmul double %x, 2.0
  br label %join
right:
  %b = fmul double %x, 3.0
  br label %join
join:
  %r = phi double [ %a, %left ], [ %b, %right ]
  ret double %r
}"""


def test_a_merge_asks_the_condition_that_decided() -> None:
    s = Subject(DIAMOND)
    flow = planned(s, active="r")
    assert targets(flow) == {"join": ["left", "right"], "left": ["entry"], "right": ["entry"], "entry": []}
    selector = flow.selectors[s.block("join")]
    assert selector.value is s["c"]
    assert selector.blocks == [s.block("left"), s.block("right")]


def test_a_side_that_is_an_edge_is_chosen_by_the_condition_too() -> None:
    s = Subject("""define double @f(double %x, i1 %c) {
    entry:
      br i1 %c, label %left, label %join
    left:
      %a = fmul double %x, 2.0
      br label %join
    join:
      %r = phi double [ %a, %left ], [ %x, %entry ]
      ret double %r
    }""")
    selector = planned(s, active="r").selectors[s.block("join")]
    assert (selector.value, selector.blocks) == (s["c"], [s.block("left"), s.block("entry")])


def test_a_phi_remembers_where_no_condition_tells() -> None:
    s = Subject("""define double @f(double %x, i1 %c, i1 %d) {
    entry:
      br i1 %c, label %one, label %other
    other:
      br i1 %d, label %one, label %two
    one:
      %a = fmul double %x, 2.0
      br label %join
    two:
      br i1 %c, label %join, label %three
    three:
      br label %join
    join:
      %r = phi double [ %a, %one ], [ %x, %two ], [ 1.0, %three ]
      ret double %r
    }""")
    selector = planned(s, active="r").selectors[s.block("join")]
    assert isinstance(selector.value, Instruction) and selector.value.opcode == "phi" and selector.value.name == "join.from"
    numbers = {b.name: v.int_value for v, b in zip(selector.value.operands, selector.value.blocks, strict=True) if isinstance(v, Constant)}
    assert numbers == {block.name: index for index, block in enumerate(selector.blocks)}
    assert set(numbers) == {"one", "two", "three"}


def test_regions_without_work_are_jumped_over() -> None:
    flow = planned(Subject(DIAMOND), live="entry")
    assert targets(flow) == {"join": ["entry"], "entry": []}
    assert not flow.selectors


LOOP = """define double @f(double %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 3, %entry ], [ %next, %loop ]
  %s = phi double [ 1.0, %entry ], [ %t, %loop ]
  %t = fmul double %s, %x
  %next = add nsw i64 %i, 2
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %r = fmul double %t, %t
  ret double %r
}"""


def test_a_loop_gets_a_counter_and_is_entered_with_its_last_value() -> None:
    s = Subject(LOOP)
    flow = planned(s, active="s t")
    loop = s.loop("loop")
    assert targets(flow) == {"exit": ["loop"], "loop": ["entry", "loop"], "entry": []}
    assert flow.counters[loop].name == "loop.count"
    assert flow.entries[s.block("exit")] == [(loop, flow.counts[loop])]
    assert flow.order()[0] is s.block("exit")


def test_a_counter_that_is_there_is_taken() -> None:
    s = Subject(LOOP.replace("[ 3, %entry ]", "[ 0, %entry ]").replace("add nsw i64 %i, 2", "add nsw i64 %i, 1"))
    assert planned(s).counters[s.loop("loop")] is s["i"]


def test_a_loop_without_work_is_not_run() -> None:
    s = Subject(LOOP)
    flow = planned(s, live="entry exit")
    assert targets(flow) == {"exit": ["entry"], "entry": []}
    assert not flow.counters and not flow.entries


def test_a_count_that_is_not_known_is_remembered_at_the_exit() -> None:
    s = Subject(LOOP.replace("icmp slt i64 %next, %n", "fcmp olt double %t, 9.0"))
    flow = planned(s, active="s t")
    (entry,) = flow.entries[s.block("exit")]
    assert entry == (s.loop("loop"), s["loop.last"])
    assert s.instruction("loop.last").opcode == "phi" and s.instruction("loop.last").operands == [s["loop.count"]]
    assert entry[1] in flow.needs()


TWO_AT_ONCE = """define double @f(double %x, i64 %n) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %stay ]
  %s = phi double [ %x, %outer ], [ %t, %stay ]
  %t = fmul double %s, %x
  %found = fcmp ogt double %t, 9.0
  br i1 %found, label %out, label %stay
stay:
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %n
  br i1 %j.more, label %inner, label %latch
latch:
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %none
out:
  br label %exit
none:
  br label %exit
exit:
  %r = phi double [ %t, %out ], [ %x, %none ]
  ret double %r
}"""


def test_an_exit_out_of_two_loops_enters_both() -> None:
    s = Subject(TWO_AT_ONCE)
    flow = planned(s, active="s t r")
    entered = flow.entries[s.block("out")]
    assert [loop for loop, _ in entered] == [s.loop("outer"), s.loop("inner")]
    for (loop, last), counter in zip(entered, ("i", "j"), strict=True):
        assert flow.counters[loop] is s[counter]
        assert isinstance(last, Instruction) and last.opcode == "phi" and last.operands == [s[counter]]
    assert [loop for loop, _ in flow.entries[s.block("none")]] == [s.loop("outer")]
    assert [loop for loop, _ in flow.entries[s.block("latch")]] == [s.loop("inner")]


@pytest.mark.parametrize("live", [None, "entry exit"])
def test_aborting_blocks_have_no_part(live: str | None) -> None:
    s = Subject("""define i32 @f(double %x, ptr %to) {
    entry:
      %bad = fcmp olt double %x, 0.0
      br i1 %bad, label %fail, label %exit
    fail:
      ret i32 1
    exit:
      store double %x, ptr %to
      ret i32 0
    }""", status=True)
    flow = planned(s, live)
    assert targets(flow) == {"exit": ["entry"], "entry": []}
