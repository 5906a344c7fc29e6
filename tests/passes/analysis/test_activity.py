"""Active is what depends on an active input and reaches an active output; shadows go where active memory may be."""

from __future__ import annotations

import pytest

from irad_passes.analysis.activity import Activity, activity
from irad_passes.request import Activity as Kind
from irad_passes.request import Mode, Parameter, Request
from tests.passes.analysis.subject import Subject, described, names

CONST, ACTIVE, DUPLICATED = map(Parameter, Kind)


def analysed(text: str, *parameters: Parameter, mode: Mode = Mode.REVERSE, status: bool = False) -> tuple[Subject, Activity]:
    s = Subject(text, status=status)
    return s, activity(s.function, Request("f", mode, parameters, "df", status), s.memory, s.aborting)


@pytest.mark.parametrize("mode", Mode)
def test_varied_and_useful(mode: Mode) -> None:
    _, found = analysed("""define double @f(double %x, double %c, i64 %n) {
      %active = fmul double %x, %c
      %unused = fmul double %x, %x
      %constant = fmul double %c, %c
      %floor = call double @llvm.floor.f64(double %x)
      %step = fmul double %floor, %c
      %test = fcmp ogt double %active, 0.0
      %chosen = select i1 %test, double %active, double %step
      %count = sitofp i64 %n to double
      %result = fadd double %chosen, %count
      ret double %result
    }
    declare double @llvm.floor.f64(double)""", ACTIVE, CONST, CONST, mode=mode)
    assert names(found.values) == {"x", "active", "chosen", "result"}
    assert not found.pointers and not found.objects


def test_constant_data_costs_nothing() -> None:
    _, found = analysed("""define double @f(ptr %x, ptr %data, ptr %index) {
      %i = load i64, ptr %index
      %p = getelementptr double, ptr %data, i64 %i
      %d = load double, ptr %p
      %v = load double, ptr %x
      %r = fmul double %d, %v
      ret double %r
    }""", DUPLICATED, CONST, CONST)
    assert names(found.values) == {"v", "r"}
    assert names(found.pointers) == {"x"}
    assert described(found.shadowed) == {"argument %x"}


WORK = """define double @f(ptr %x, ptr %work, ptr %out) {
  %v = load double, ptr %x
  store double %v, ptr %work
  %w = load double, ptr %work
  store double %w, ptr %out
  ret double %w
}"""


def test_work_buffers_and_outputs_that_active_values_go_to_get_a_shadow() -> None:
    _, found = analysed(WORK, DUPLICATED, CONST, CONST)
    assert described(found.objects) - {"unknown"} == {"argument %x", "argument %work"}
    assert names(found.pointers) == {"x", "work", "out"}


def test_an_output_that_is_asked_for_is_active() -> None:
    _, found = analysed(WORK.replace("ret double %w", "ret double 0.0"), DUPLICATED, CONST, DUPLICATED)
    assert described(found.objects) - {"unknown"} == {"argument %x", "argument %work", "argument %out"}
    assert names(found.values) == {"v", "w"}


def test_without_an_active_output_nothing_is_active() -> None:
    _, found = analysed(WORK.replace("ret double %w", "ret double 0.0"), CONST, CONST, CONST)
    assert not found.values and not found.pointers


@pytest.mark.parametrize("meeting", ["select i1 %c, ptr %x, ptr %k", "phi ptr [ %x, %entry ], [ %k, %other ]"])
def test_a_constant_array_that_meets_an_active_one_is_shadowed_but_not_active(meeting: str) -> None:
    _, found = analysed(f"""define double @f(ptr %x, ptr %k, i1 %c) {{
    entry:
      br i1 %c, label %other, label %join
    other:
      br label %join
    join:
      %p = {meeting}
      %v = load double, ptr %p
      ret double %v
    }}""", DUPLICATED, CONST, CONST)
    assert "argument %k" not in described(found.objects)
    assert {"argument %x", "argument %k"} <= described(found.shadowed)
    assert names(found.pointers) == {"x", "k", "p"}


def test_a_constant_that_is_stored_over_active_memory_needs_its_pointer() -> None:
    _, found = analysed("""define void @f(ptr %x) {
      %p = getelementptr double, ptr %x, i64 1
      store double 0.0, ptr %p
      %q = getelementptr double, ptr %x, i64 2
      %test = icmp eq ptr %q, null
      ret void
    }""", DUPLICATED)
    assert names(found.pointers) == {"x", "p"}


def test_pointers_through_memory() -> None:
    _, found = analysed("""define double @f(ptr %x) {
      %slot = alloca ptr
      store ptr %x, ptr %slot
      %p = load ptr, ptr %slot
      %v = load double, ptr %p
      ret double %v
    }""", DUPLICATED)
    assert names(found.pointers) == {"x", "slot", "p"}


@pytest.mark.parametrize(
    ("call", "opaque"),
    [
        ("call void @mystery(ptr %x)", True),
        ("call void @mystery(ptr %k)", False),
        ("%r = call double @number(double %v)", True),
        ("%r = call double @number(double 1.0)", False),
    ],
)
def test_a_call_without_a_rule_is_opaque_where_it_can_reach_something_active(call: str, opaque: bool) -> None:
    s, found = analysed(f"""define double @f(ptr %x, ptr %k) {{
      %v = load double, ptr %x
      {call}
      ret double %v
    }}
    declare void @mystery(ptr)
    declare double @number(double)""", DUPLICATED, CONST)
    i = next(i for i in s.function.instructions() if i.opcode == "call")
    assert found.opaque(i, None, s.memory) is opaque


def test_what_an_aborting_block_computes_is_never_active() -> None:
    _, found = analysed("""define i32 @f(double %x, ptr %out) {
    entry:
      %bad = fcmp olt double %x, 0.0
      br i1 %bad, label %fail, label %fine
    fail:
      %message = fmul double %x, 2.0
      store double %message, ptr %out
      ret i32 1
    fine:
      %y = fmul double %x, 3.0
      store double %y, ptr %out
      ret i32 0
    }""", ACTIVE, DUPLICATED, status=True)
    assert names(found.values) == {"x", "y"}
