"""Where pointers point, and which bytes of memory are floats."""

from __future__ import annotations

import pytest

from irad_passes.analysis.contents import Contents, Moved
from irad_passes.analysis.places import Place, Places
from irad_passes.errors import ParseError
from irad_passes.ir import types as T
from irad_passes.ir.read import read_type
from irad_passes.request import Mode, Parameter, Request
from irad_passes.rules.memory import definition, transfer
from tests.passes.analysis.subject import Subject

RECORD = "<{ i32, double, [2 x float], i64 }>"  # 28 bytes: the double at 4, the singles at 12 and 16

WALK = """define void @f(ptr %a, i64 %n, i64 %size) {
entry:
  %row = getelementptr [28 x i8], ptr %a, i64 %n
  %x = getelementptr i8, ptr %row, i64 4
  %v = getelementptr i8, ptr %row, i64 12
  %k = getelementptr i8, ptr %row, i64 20
  %scaled = mul i64 %n, 56
  %far = getelementptr i8, ptr %x, i64 %scaled
  %sized = mul i64 %size, %n
  %by.size = getelementptr i8, ptr %a, i64 %sized
  %somewhere = getelementptr i8, ptr %a, i64 %n
  %struct = getelementptr { i8, [3 x double] }, ptr %a, i64 0, i32 1, i64 %n
  br label %loop
loop:
  %p = phi ptr [ %x, %entry ], [ %next, %loop ]
  %next = getelementptr i8, ptr %p, i64 28
  %more = icmp ult ptr %next, %far
  br i1 %more, label %loop, label %exit
exit:
  ret void
}"""


def request(*parameters: Parameter) -> Request:
    return Request("f", Mode.REVERSE, parameters, "g", status=False)


@pytest.mark.parametrize(("name", "place"), [
    ("a", Place(0, 0)), ("row", Place(0, 28)), ("x", Place(4, 28)), ("far", Place(4, 28)), ("by.size", Place(0, 12)),
    ("somewhere", Place(0, 1)), ("struct", Place(0, 8)), ("p", Place(4, 28)),
])
def test_places(name: str, place: Place) -> None:
    subject = Subject(WALK)
    assert Places(subject.function, {}, subject.memory, [1, 1, 12]).of(subject[name]) == place


POINTERS = """define void @f(ptr %a, i64 %n) {
  %heads = alloca [2 x ptr]
  %rows = alloca [8 x ptr]
  %copy = alloca [8 x ptr]
  %row = getelementptr [28 x i8], ptr %a, i64 %n
  store ptr %a, ptr %heads
  store ptr %row, ptr %rows
  %second = getelementptr i8, ptr %copy, i64 8
  call void @llvm.memcpy.p0.p0.i64(ptr %second, ptr %rows, i64 8, i1 false)
  %head = load ptr, ptr %heads
  %of.row = load ptr, ptr %rows
  %of.copy = load ptr, ptr %second
  %either = select i1 undef, ptr %heads, ptr %copy
  %of.either = load ptr, ptr %either
  ret void
}
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)"""


@pytest.mark.parametrize(("name", "step"), [("head", 0), ("of.row", 28), ("of.copy", 28), ("of.either", 28)])
def test_pointers_in_memory_are_told_apart_by_what_they_are_in(name: str, step: int) -> None:
    subject = Subject(POINTERS)
    assert Places(subject.function, {}, subject.memory).of(subject[name]) == Place(0, step)


def test_floats_of_a_record() -> None:
    subject = Subject(WALK)
    contents = Contents(subject.function, request(Parameter(element=RECORD), Parameter(), Parameter()), subject.memory)
    assert contents.of(subject["x"], 8) is T.DOUBLE
    assert contents.of(subject["v"], 4) is contents.of(subject["v"], 8) is T.FLOAT
    assert contents.of(subject["row"], 4) is None and not contents.may_hold(subject["row"], 4)  # the integer
    assert contents.may_hold(subject["row"], 8)  # it, and half of the double
    assert contents.of(subject["k"], 8) is None and not contents.may_hold(subject["k"], 8)
    assert contents.of(subject["somewhere"], 8) is None and contents.may_hold(subject["somewhere"], 8)


COPY = """define void @f(ptr %a, ptr %b, i64 %n) {
  %own = alloca [56 x i8]
  %bytes = mul i64 %n, 28
  call void @llvm.memcpy.p0.p0.i64(ptr %b, ptr %a, i64 %bytes, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr %own, ptr %b, i64 56, i1 false)
  %second = getelementptr i8, ptr %own, i64 32
  call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %second, i64 8, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %own, i64 %n, i1 false)
  ret void
}
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)"""


def test_block_copies() -> None:
    subject = Subject(COPY)
    contents = Contents(subject.function, request(Parameter(element=RECORD), Parameter(element=RECORD), Parameter()), subject.memory)
    whole, two, number, unknown = (contents.moved(i) for i in subject.function.instructions() if i.opcode == "call")
    assert whole == two == Moved(28, ((4, T.DOUBLE), (12, T.FLOAT), (16, T.FLOAT)))
    assert number is None  # a double into the place of an integer and half a double
    assert unknown is None  # it may end within a record


@pytest.mark.parametrize("text", ["{ i32", "double double", "%t", ""])
def test_what_is_no_type(text: str) -> None:
    with pytest.raises((ParseError, IndexError)):
        read_type(text)


def test_the_adjoint_of_a_copy_by_its_name() -> None:
    assert transfer(8, [(0, T.DOUBLE)]) == "irad.transfer.f64"
    assert transfer(4, [(0, T.FLOAT)]) == "irad.transfer.f32"
    name = transfer(28, [(4, T.DOUBLE), (12, T.FLOAT)])
    assert name == "irad.transfer.28.f64.4.f32.12"
    text = definition(name)
    assert text is not None and "i64 4\n" in text and "load float, ptr %q1, align 1" in text and "udiv i64 %bytes, 28" in text
    assert "load double, ptr %q0, align 8" in str(definition("irad.transfer.f64"))
    assert definition("malloc") is None
