"""Separate returns: what is returned does not change, and errors no longer share a block with the success."""

from __future__ import annotations

import ctypes
from itertools import product

import llvmlite.binding as llvm
import pytest

from irad_passes.analysis.cfg import abort_blocks, cfg
from irad_passes.ir.model import Function, Module
from irad_passes.ir.read import read
from irad_passes.ir.verify import verify
from irad_passes.ir.write import write
from irad_passes.transforms.returns import merge_returns, split_returns

PHI = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  switch i32 %a, label %other [ i32 0, label %ret  i32 1, label %ret  i32 2, label %one ]
one:
  br label %ret
other:
  %bad = icmp sgt i32 %b, 3
  br i1 %bad, label %two, label %ret
two:
  br label %ret
ret:
  %status = phi i32 [ 0, %entry ], [ 0, %entry ], [ 1, %one ], [ 0, %other ], [ 2, %two ]
  %x = phi i32 [ 5, %entry ], [ 5, %entry ], [ %b, %one ], [ %a, %other ], [ 7, %two ]
  %y = add i32 %x, 1
  store i32 %y, ptr %out
  ret i32 %status
}"""
PHI_OF_PHI = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  %c = icmp sgt i32 %a, 2
  br i1 %c, label %left, label %right
left:
  %d = icmp eq i32 %b, 1
  br i1 %d, label %inner, label %mid
mid:
  store i32 7, ptr %out
  br label %inner
inner:
  %s = phi i32 [ 0, %left ], [ 3, %mid ]
  br label %ret
right:
  store i32 9, ptr %out
  br label %ret
ret:
  %status = phi i32 [ %s, %inner ], [ -2, %right ]
  ret i32 %status
}"""
SELECT = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  %c = icmp sgt i32 %a, %b
  %status = select i1 %c, i32 1, i32 0
  store i32 %a, ptr %out
  ret i32 %status
}"""
WIDENED_FLAG = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  %c = icmp sgt i32 %a, %b
  br i1 %c, label %more, label %ret
more:
  %d = icmp sgt i32 %b, 1
  %s = zext i1 %d to i32
  br label %ret
ret:
  %status = phi i32 [ %s, %more ], [ 0, %entry ]
  %x = phi i32 [ 4, %more ], [ %b, %entry ]
  store i32 %x, ptr %out
  ret i32 %status
}"""
SELECT_IN_A_LOOP = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %next = add i32 %i, 1
  %c = icmp sgt i32 %i, %a
  %s = select i1 %c, i32 4, i32 0
  %done = icmp sgt i32 %next, %b
  br i1 %done, label %ret, label %loop
ret:
  %status = phi i32 [ %s, %loop ]
  %x = phi i32 [ %next, %loop ]
  store i32 %x, ptr %out
  ret i32 %status
}"""
CALL = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  %st = call i32 @g(i32 %a)
  %fine = icmp eq i32 %st, 0
  br i1 %fine, label %good, label %failed
good:
  store i32 %b, ptr %out
  br label %ret
failed:
  %st.lcssa = phi i32 [ %st, %entry ]
  store i32 99, ptr %out
  br label %ret
ret:
  %status = phi i32 [ 0, %good ], [ %st.lcssa, %failed ]
  ret i32 %status
}
define i32 @g(i32 %a) noinline {
  %big = icmp sgt i32 %a, 2
  %s = select i1 %big, i32 %a, i32 0
  ret i32 %s
}"""
CALL_AND_EDGE = CALL.replace("label %good, label %failed", "label %good, label %ret").replace("%st.lcssa, %failed", "%st, %entry").replace(
    "failed:\n  %st.lcssa = phi i32 [ %st, %entry ]\n  store i32 99, ptr %out\n  br label %ret\n", "")
SWITCHED = CALL.replace("  %fine = icmp eq i32 %st, 0\n", "").replace(
    "br i1 %fine, label %good, label %failed", "switch i32 %st, label %failed [ i32 0, label %good  i32 -2, label %good ]")
CALLS_TOGETHER = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  %full = icmp eq i32 %b, 0
  br i1 %full, label %failed, label %first
first:
  %st = call i32 @g(i32 %a)
  %fine = icmp eq i32 %st, 0
  br i1 %fine, label %second, label %some
second:
  %st.2 = call i32 @g(i32 %b)
  switch i32 %st.2, label %some [ i32 0, label %good  i32 -2, label %good ]
some:
  %either = phi i32 [ %st, %first ], [ %st.2, %second ]
  br label %failed
failed:
  %code = phi i32 [ 1, %entry ], [ %either, %some ]
  store i32 99, ptr %out
  br label %ret
good:
  store i32 %b, ptr %out
  br label %ret
ret:
  %status = phi i32 [ 0, %good ], [ %code, %failed ]
  ret i32 %status
}
define i32 @g(i32 %a) noinline {
  %big = icmp sgt i32 %a, 2
  %s = select i1 %big, i32 %a, i32 0
  ret i32 %s
}"""
TESTED_BEFORE = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %next, %more ]
  %st = phi i32 [ %a, %entry ], [ %st.next, %more ]
  %next = add i32 %i, 1
  %st.next = sub i32 %b, %next
  %fine = icmp eq i32 %st, 0
  br i1 %fine, label %good, label %more
more:
  %end = icmp sgt i32 %next, 2
  br i1 %end, label %ret, label %loop
good:
  store i32 5, ptr %out
  ret i32 0
ret:
  ret i32 %st.next
}"""
MANY_RETURNS = """define i32 @f(ptr %out, i32 %a, i32 %b) {
entry:
  switch i32 %a, label %two [ i32 0, label %one  i32 1, label %three ]
one:
  ret i32 0
two:
  store i32 2, ptr %out
  ret i32 0
three:
  ret i32 1
}"""


def compiled(text: str) -> tuple[llvm.ExecutionEngine, object]:
    """The function f of a module, callable."""
    module = llvm.parse_assembly(text)
    engine = llvm.create_mcjit_compiler(module, llvm.Target.from_default_triple().create_target_machine())
    engine.finalize_object()
    signature = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_int32)
    return engine, signature(engine.get_function_address("f"))


def outcomes(text: str) -> list[tuple[int, int]]:
    """Status and output for a range of inputs."""
    engine, run = compiled(text)
    found = []
    for a, b in product(range(-1, 6), repeat=2):
        out = ctypes.c_int32(-1)
        found.append((run(ctypes.addressof(out), a, b), out.value))  # type: ignore[operator]
    del engine
    return found


def returns(function: Function) -> list[str]:
    return sorted(b.terminator.operands[0].ref for b in cfg(function).order if b.terminator.opcode == "ret")


def split(text: str) -> tuple[Module, Function]:
    module = read(text)
    function = module.functions["f"]
    split_returns(function)
    verify(module)
    return module, function


@pytest.fixture(autouse=True, scope="module")
def native() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@pytest.mark.parametrize(("text", "statuses"), [
    (PHI, ["0", "1", "2"]), (PHI_OF_PHI, ["%result", "3"]), (SELECT, ["0", "1"]), (WIDENED_FLAG, ["0", "1"]),
    (SELECT_IN_A_LOOP, ["0", "4"]), (CALL, ["%status.1", "0"]), (CALL_AND_EDGE, ["%status.1", "0"]), (SWITCHED, ["%status.1", "0"]),
    (MANY_RETURNS, ["0", "1"]), (CALLS_TOGETHER, ["%status.2", "%status.3", "0", "1"])])
def test_errors_return_apart_from_the_success(text: str, statuses: list[str]) -> None:
    module, function = split(text)
    found = returns(function)
    assert found == statuses or [s.replace("%status", "%result") for s in found] == statuses
    assert outcomes(write(module)) == outcomes(text)
    aborting = abort_blocks(function, status=True)
    assert sum(b.terminator.opcode == "ret" and b not in aborting for b in cfg(function).order) == 1
    assert len(cfg(function, aborting).order) < len(cfg(function).order)


@pytest.mark.parametrize("text", [PHI, PHI_OF_PHI, CALL, CALLS_TOGETHER, SELECT_IN_A_LOOP, MANY_RETURNS])
def test_splitting_twice_is_splitting_once(text: str) -> None:
    module, function = split(text)
    once = write(module)
    split_returns(function)
    assert write(module) == once


def test_a_status_of_which_nothing_is_known_stays() -> None:
    module, function = split(CALL.replace("icmp eq", "icmp sgt"))
    assert len(returns(function)) == 1
    assert not abort_blocks(function, status=True)
    verify(module)


def test_a_test_of_the_status_before_it_says_nothing() -> None:
    module, function = split(TESTED_BEFORE)
    assert outcomes(write(module)) == outcomes(TESTED_BEFORE)
    assert not abort_blocks(function, status=True)


def test_loops_stay_closed() -> None:
    """The phis of an exit block still stand between the loop and what uses its values."""
    _, function = split(SELECT_IN_A_LOOP)
    inside = next(b for b in function.blocks if b.name == "loop")
    for i in inside.instructions:
        assert all(user.parent is inside or user.opcode == "phi" for user in i.users)


def test_returns_without_a_status_are_merged() -> None:
    text = """define double @f(i1 %c, double %x) {
entry:
  br i1 %c, label %one, label %two
one:
  ret double %x
two:
  ret double 1.0
}"""
    module = read(text)
    merge_returns(module.functions["f"], status=False)
    verify(module)
    assert returns(module.functions["f"]) == ["%result"]
