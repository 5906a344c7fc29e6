"""What memory pointers point into, what is written and escapes, and which loads see memory that changes later."""

from __future__ import annotations

import pytest

from irad_passes.rules.memory import Allocation, Helper
from tests.passes.analysis.subject import Subject, described

ADDRESSES = """@table = internal constant [4 x double] zeroinitializer
@other = internal constant [4 x double] zeroinitializer
define void @f(ptr %x, ptr %y, i1 %c, i64 %n) {
entry:
  %moved = getelementptr double, ptr %x, i64 %n
  %frozen = freeze ptr %moved
  %chosen = select i1 %c, ptr %moved, ptr %y
  %null = select i1 %c, ptr %x, ptr null
  %constant = select i1 %c, ptr @table, ptr getelementptr (i8, ptr @other, i64 8)
  %number = ptrtoint ptr %x to i64
  %back = inttoptr i64 %number to ptr
  %read = load ptr, ptr %x
  %opaque = call ptr @mystery()
  %slot = alloca ptr
  store ptr %y, ptr %slot
  %stored = load ptr, ptr %slot
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = phi ptr [ %x, %entry ], [ %q, %loop ]
  %q = phi ptr [ %stored, %entry ], [ %p, %loop ]
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}
declare ptr @mystery()"""


@pytest.fixture(scope="module")
def addresses() -> Subject:
    return Subject(ADDRESSES)


@pytest.mark.parametrize(
    ("pointer", "objects"),
    [
        ("x", {"argument %x"}),
        ("moved", {"argument %x"}),
        ("frozen", {"argument %x"}),
        ("chosen", {"argument %x", "argument %y"}),
        ("null", {"argument %x"}),
        ("constant", {"global @table", "global @other"}),
        ("back", {"argument %x", "unknown"}),
        ("read", {"unknown"}),
        ("opaque", {"unknown"}),
        ("slot", {"alloca %slot"}),
        ("stored", {"argument %y"}),
        ("p", {"argument %x", "argument %y"}),
        ("q", {"argument %x", "argument %y"}),
    ],
)
def test_pointees(addresses: Subject, pointer: str, objects: set[str]) -> None:
    assert addresses.pointees(pointer) == objects


def test_an_allocation_is_an_object_and_so_is_the_data_behind_a_header() -> None:
    s = Subject("""define void @f(i64 %n, ptr %x) {
      %plain = call ptr @malloc(i64 %n)
      %header = call ptr @new(i64 %n)
      %field = getelementptr i8, ptr %header, i64 24
      %data = load ptr, ptr %field
      call void @llvm.memcpy.p0.p0.i64(ptr %plain, ptr %field, i64 8, i1 false)
      %copied = load ptr, ptr %plain
      ret void
    }
    declare ptr @malloc(i64)
    declare ptr @new(i64)
    declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)""", {"new": Allocation(size=0, data_offset=24)})
    assert s.pointees("plain") == {"allocation %plain"}
    assert s.pointees("field") == {"allocation %header"}
    assert s.pointees("data") == {"data %header"}
    assert s.pointees("copied") == {"data %header"}  # a block copy copies pointers
    assert described(s.memory.written) == {"allocation %plain"}


def test_what_calls_write() -> None:
    s = Subject("""define void @f(ptr %a, ptr %b, ptr %c, ptr %d, ptr %e, double %v) {
      call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %b, i64 8, i1 false)
      call void @llvm.memset.p0.i64(ptr %c, i8 0, i64 8, i1 false)
      %s = call double @sin(double %v)
      call void @help(ptr %b, ptr %d)
      %p = load ptr, ptr %e
      ret void
    }
    declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
    declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
    declare double @sin(double)
    declare void @help(ptr, ptr)""", {"help": Helper(writes=(1,))})
    assert described(s.memory.written) == {"argument %a", "argument %c", "argument %d"}


def test_a_call_without_a_row_writes_all_that_it_can_reach() -> None:
    s = Subject("""define void @f(ptr %a, ptr %b) {
      %inner = alloca double
      %outer = alloca ptr
      store ptr %inner, ptr %outer
      call void @mystery(ptr %outer)
      %v = load double, ptr %b
      ret void
    }
    declare void @mystery(ptr)""")
    call = next(i for i in s.function.instructions() if i.callee == "mystery")
    everything = {"alloca %outer", "alloca %inner", "unknown"}  # also what it puts there itself
    assert described(s.memory.accesses[call]) == everything
    assert described(s.memory.escaped) == everything


def test_what_is_stored_into_an_argument_or_returned_escapes() -> None:
    s = Subject("""define ptr @f(ptr %a) {
      %kept = call ptr @malloc(i64 8)
      %inside = call ptr @malloc(i64 8)
      %returned = call ptr @malloc(i64 8)
      %local = call ptr @malloc(i64 8)
      store ptr %inside, ptr %kept
      store ptr %kept, ptr %a
      store ptr %local, ptr %local
      ret ptr %returned
    }
    declare ptr @malloc(i64)""")
    assert described(s.memory.escaped) == {"allocation %kept", "allocation %inside", "allocation %returned"}


OVERWRITES = """define void @f(ptr %x, ptr %y, ptr %z, i64 %n) {
entry:
  %before = load double, ptr %x
  %unchanged = load double, ptr %y
  store double 1.0, ptr %x
  %after = load double, ptr %x
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %z, i64 %i
  store double 2.0, ptr %p
  %in.loop = load double, ptr %z
  %fresh = call ptr @malloc(i64 8)
  store double 3.0, ptr %fresh
  %of.fresh = load double, ptr %fresh
  %again = call ptr @malloc(i64 8)
  %of.again = load double, ptr %again
  store double 4.0, ptr %again
  %q = load ptr, ptr %y
  %of.unknown = load double, ptr %q
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %at.end = load double, ptr %z
  ret void
}
declare ptr @malloc(i64)"""


@pytest.fixture(scope="module")
def overwriting() -> Subject:
    return Subject(OVERWRITES)


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        ("before", True),
        ("unchanged", False),
        ("after", False),
        ("in.loop", True),  # by the store above it, in the next iteration
        ("of.fresh", False),  # the next iteration stores to another instance
        ("of.again", True),
        ("of.unknown", True),
        ("at.end", False),
    ],
)
def test_overwritten_after(overwriting: Subject, load: str, expected: bool) -> None:
    assert overwriting.overwrites.after(overwriting.instruction(load)) is expected


def test_an_instance_that_a_phi_carries_on_is_not_a_fresh_one() -> None:
    s = Subject("""define void @f(i64 %n) {
    entry:
      %first = call ptr @malloc(i64 8)
      br label %loop
    loop:
      %i = phi i64 [ 0, %entry ], [ %next, %loop ]
      %old = phi ptr [ %first, %entry ], [ %new, %loop ]
      %new = call ptr @malloc(i64 8)
      store double 1.0, ptr %new
      %v = load double, ptr %new
      store double 2.0, ptr %old
      %next = add i64 %i, 1
      %more = icmp slt i64 %next, %n
      br i1 %more, label %loop, label %exit
    exit:
      ret void
    }
    declare ptr @malloc(i64)""")
    assert s.overwrites.after(s.instruction("v"))


def test_headers_are_not_copied_as_blocks():
    rules = {"make": Allocation(size=0, data_offset=24)}
    subject = Subject("""
define void @f(ptr %to, ptr %list) {
  %m = call ptr @make(i64 8)
  %at = getelementptr i8, ptr %m, i64 24
  %data = load ptr, ptr %at
  %cell = alloca ptr
  store ptr %m, ptr %cell
  store ptr %data, ptr %cell
  %either = load ptr, ptr %cell
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %either, i64 8, i1 false)
  ret void
}
declare ptr @make(i64)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
""", rules)
    assert not subject.memory.escaped


def test_a_call_without_a_row_may_store_addresses():
    subject = Subject("""
define void @f() {
  %cell = alloca ptr
  call void @fill(ptr %cell)
  %filled = load ptr, ptr %cell
  ret void
}
declare void @fill(ptr)
""")
    assert subject.pointees("filled") == {"unknown"}
