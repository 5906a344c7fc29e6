"""Which loads are done again because the stores behind them are taken back."""

from __future__ import annotations

import pytest

from irad_passes.analysis.recompute import Plan, Recompute
from irad_passes.analysis.restore import undoable
from tests.passes.analysis.subject import Subject, names

BUFFER = "%t = alloca [4 x double]"
FILL = "%q = getelementptr double, ptr %t, i64 %i\n store double %x, ptr %q"
READ = "%at = getelementptr double, ptr %t, i64 %j\n %w = load double, ptr %at\n %a = fmul double %w, %w"


def plan(outer: str = FILL, inner: str = READ, after: str = "", buffer: str = BUFFER, needed: str = "w") -> Plan:
    """What is kept of a loop that does ``outer``, then an inner loop that does ``inner``, then ``after``, where ``needed`` is needed."""
    s = Subject(f"""define void @f(ptr %out, double %x, i64 %n) {{
    entry:
      {buffer}
      br label %outer
    outer:
      %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
      {outer}
      br label %inner
    inner:
      %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
      {inner}
      %j.next = add i64 %j, 1
      %j.more = icmp slt i64 %j.next, %n
      br i1 %j.more, label %inner, label %latch
    latch:
      {after}
      %i.next = add i64 %i, 1
      %i.more = icmp slt i64 %i.next, %n
      br i1 %i.more, label %outer, label %exit
    exit:
      ret void
    }}
    declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
    declare void @mystery(ptr)""")
    blocks = frozenset(s.graph.order)
    values = Recompute(s.exit, s.tree, s.forest, s.overwrites, {s["i"], s["j"]}, blocks, s.rules)
    return values.plan([s[needed]], lambda loads: undoable(loads, s.memory, s.overwrites, s.forest, blocks, frozenset()))


def test_a_store_is_taken_back_where_what_it_wrote_is_read_in_an_inner_loop() -> None:
    found = plan()
    assert not found.kept and len(found.undone) == 1
    assert found.weight == 8 * 16


def test_all_stores_that_come_behind_the_load_are_taken_back() -> None:
    assert len(plan(after="store double 0.0, ptr %t").undone) == 2


def test_a_store_in_front_of_all_loads_is_left_alone() -> None:
    assert len(plan(buffer=BUFFER + "\n store double 0.0, ptr %t").undone) == 1


@pytest.mark.parametrize("changed", [
    pytest.param({"outer": "", "inner": READ + "\n store double %x, ptr %at"}, id="a store in the loop of the load"),
    pytest.param({"outer": "%q = getelementptr double, ptr %out, i64 %i\n store double %x, ptr %q", "inner": READ.replace("%t", "%out")},
                 id="memory of the caller"),
    pytest.param({"buffer": BUFFER + "\n store ptr %t, ptr %out"}, id="memory that escapes"),
    pytest.param({"after": "call void @llvm.memset.p0.i64(ptr %t, i8 0, i64 32, i1 false)"}, id="a fill"),
    pytest.param({"after": "call void @mystery(ptr %t)"}, id="a call"),
    pytest.param({"outer": FILL.replace("store", "store volatile")}, id="a volatile store"),
    pytest.param({"outer": "%q = getelementptr double, ptr %t, i64 %i\n %w = load double, ptr %q\n store double %x, ptr %q", "inner": ""},
                 id="no more loads than stores"),
])
def test_a_load_is_kept_where_memory_cannot_be_put_back(changed: dict[str, str]) -> None:
    found = plan(**changed)
    assert names(found.kept) == {"w"} and not found.undone


def test_what_is_needed_behind_the_loop_is_kept_beside() -> None:
    s = plan(after="%b = fmul double %w, 2.0\n %c = fmul double %b, %b", needed="b")
    assert {v.opcode for v in s.kept} == {"fmul"} and not s.undone


def test_a_value_for_each_iteration_is_kept_rather_than_an_overwritten_one() -> None:
    """The sum is needed, and is made once for each store: to take the store back would cost as much."""
    found = plan(inner="%s = phi double [ 0.0, %outer ], [ %sum, %inner ]\n" + READ + "\n %sum = fadd double %s, %a",
                 after="%last = phi double [ %sum, %inner ]", needed="last")
    assert names(found.kept) == {"last"} and not found.undone
