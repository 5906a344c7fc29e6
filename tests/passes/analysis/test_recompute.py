"""What is kept for the reverse sweep, and what is computed again."""

from __future__ import annotations

import pytest

from irad_passes.analysis.recompute import PointerInduction, Recompute
from tests.passes.analysis.subject import Subject, names


def recompute(s: Subject, *counters: str) -> Recompute:
    return Recompute(s.exit, s.tree, s.forest, s.overwrites, {s[name] for name in counters}, frozenset(s.graph.order), s.rules)


def kept(s: Subject, *needed: str, counter: str = "i") -> set[str]:
    return names(recompute(s, counter).plan([s[name] for name in needed]).kept)


def loop(body: str, phis: str = "", parameters: str = "") -> Subject:
    """A loop of ``%n`` iterations, counted by ``%i``, over ``%x``, from which ``%v`` is loaded and to which ``1.0`` is stored."""
    return Subject(f"""define void @f(ptr %x, ptr %y, i64 %n{parameters}) {{
    entry:
      br label %loop
    loop:
      %i = phi i64 [ 0, %entry ], [ %next, %loop ]
      {phis}
      %p = getelementptr double, ptr %x, i64 %i
      %v = load double, ptr %p
      {body}
      store double 1.0, ptr %p
      %next = add i64 %i, 1
      %more = icmp slt i64 %next, %n
      br i1 %more, label %loop, label %exit
    exit:
      ret void
    }}
    declare double @llvm.exp.f64(double)
    declare double @llvm.sqrt.f64(double)
    declare double @mystery(double)""")


def test_what_always_ran_outside_of_loops_is_free() -> None:
    s = Subject("""define double @f(double %x, i1 %c) {
    entry:
      %always = fmul double %x, %x
      br i1 %c, label %then, label %join
    then:
      %sometimes = call double @llvm.exp.f64(double %x)
      br label %join
    join:
      %result = phi double [ %always, %entry ], [ %sometimes, %then ]
      ret double %result
    }
    declare double @llvm.exp.f64(double)""")
    free = recompute(s).free
    assert free(s["always"]) and free(s["x"]) and free(s["result"])
    assert not free(s["sometimes"])


def test_a_chain_is_kept_at_its_last_small_value() -> None:
    """All of the chain costs the same: the value that is needed is kept, not what it is made from."""
    s = loop("%a = fadd double %v, 1.0\n %b = fmul double %a, 2.0\n %c = fsub double %b, 3.0")
    assert kept(s, "c") == {"c"}


def test_a_float_is_kept_rather_than_the_double_made_from_it() -> None:
    s = loop("%narrow = fptrunc double %v to float\n %wide = fpext float %narrow to double\n %a = fmul double %wide, 2.0")
    assert kept(s, "a") == {"narrow"}


def test_what_is_needed_twice_is_kept_once() -> None:
    s = loop("%a = fmul double %v, 2.0\n %b = fadd double %a, 1.0\n %c = fsub double %a, 1.0\n %d = fmul double %b, %c")
    assert kept(s, "b", "c", "d") in ({"a"}, {"v"})


def test_the_operands_are_kept_where_they_are_fewer_than_the_results() -> None:
    s = loop("%w = load double, ptr %y\n %a = fmul double %v, %w\n %b = fadd double %v, %w\n %c = fsub double %v, %w")
    assert kept(s, "a", "b", "c") == {"v"}  # %y is not overwritten


def test_counters_inductions_and_addresses_are_not_kept() -> None:
    s = loop("%j = add i64 %k, %i\n %q = getelementptr double, ptr %r, i64 %j", parameters=", i64 %step",
             phis="%k = phi i64 [ 5, %entry ], [ %k.next, %loop ]\n %r = phi ptr [ %y, %entry ], [ %r.next, %loop ]\n"
             "%k.next = add i64 %k, %step\n %r.next = getelementptr i32, ptr %r, i64 %n")
    assert kept(s, "q", "j", "k.next", "p") == set()
    found = recompute(s, "i").induction(s.instruction("r"))
    assert isinstance(found, PointerInduction)
    assert (found.start, found.step, found.scale) == (s["y"], s["n"], 4)


def test_loads_are_read_again_unless_they_are_overwritten() -> None:
    s = loop("%q = getelementptr double, ptr %y, i64 %i\n %w = load double, ptr %q")
    assert kept(s, "w") == set()
    assert kept(s, "v") == {"v"}
    assert kept(loop("%w = load volatile double, ptr %y"), "w") == {"w"}


@pytest.mark.parametrize(
    ("call", "again"),
    [("@llvm.sqrt.f64(double %w)", True), ("@llvm.exp.f64(double %w)", False), ("@mystery(double %w)", False)],
)
def test_only_cheap_functions_are_called_again(call: str, again: bool) -> None:
    s = loop(f"%w = load double, ptr %y\n %r = call double {call}")
    assert kept(s, "r") == (set() if again else {"r"})


def test_a_value_that_is_carried_from_iteration_to_iteration_is_kept() -> None:
    s = loop("%t = fmul double %s, 2.0", phis="%s = phi double [ 1.0, %entry ], [ %t, %loop ]")
    assert kept(s, "s") == {"s"}
    assert kept(s, "s", "t") == {"s"}


def test_a_value_of_an_outer_loop_is_kept_rather_than_those_of_the_inner_one() -> None:
    s = Subject("""define void @f(ptr %x, i64 %n) {
    entry:
      br label %outer
    outer:
      %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
      %p = getelementptr double, ptr %x, i64 %i
      %v = load double, ptr %p
      store double 0.0, ptr %p
      br label %inner
    inner:
      %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
      %f = sitofp i64 %j to double
      %a = fmul double %v, %f
      %j.next = add i64 %j, 1
      %j.more = icmp slt i64 %j.next, %n
      br i1 %j.more, label %inner, label %latch
    latch:
      %i.next = add i64 %i, 1
      %i.more = icmp slt i64 %i.next, %n
      br i1 %i.more, label %outer, label %exit
    exit:
      ret void
    }""")
    assert names(recompute(s, "i", "j").plan([s["a"]]).kept) == {"v"}
