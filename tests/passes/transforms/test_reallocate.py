"""What becomes of a reallocation: in forward mode the shadow grows as the memory does; in reverse mode both move to the tape."""

from __future__ import annotations

from irad_passes.pipeline import differentiate
from irad_passes.request import Activity, Mode, Parameter, Request
from irad_passes.rules.memory import Allocation, Free, Reallocation, RefCount

TEXT = """
define i32 @f(ptr %result, double %x) {
  %m = call ptr @make(i64 8)
  %data.at = getelementptr i8, ptr %m, i64 24
  %first = load ptr, ptr %data.at
  store double %x, ptr %first
  %second = call ptr @grow(ptr %m, i64 16)
  %v = load double, ptr %second
  %end = getelementptr i8, ptr %second, i64 8
  %product = fmul double %v, %x
  store double %product, ptr %end
  %w = load double, ptr %end
  %y = fmul double %w, %v
  store double %y, ptr %result
  call void @drop(ptr %m)
  ret i32 0
}

declare ptr @make(i64)
declare ptr @grow(ptr, i64)
declare void @drop(ptr)
"""
RULES = {
    "make": Allocation(size=0, data_offset=24, size_offset=32), "take": Allocation(size=0), "give": Free(), "drop": RefCount(-1),
    "grow": Reallocation(0, 1, data_offset=24, size_offset=32, allocate="take", free="give"),
}


def derivative(mode: Mode) -> list[str]:
    """The lines of the derivative of `TEXT`."""
    parameters = (Parameter(Activity.DUPLICATED, "double"), Parameter(Activity.ACTIVE))
    return differentiate(TEXT, Request("f", mode, parameters, "f.new", rules=RULES)).text.splitlines()


def calls(lines: list[str], name: str) -> list[str]:
    return [line.strip() for line in lines if f"@{name}(" in line and " call " in line]


def test_forward():
    lines = derivative(Mode.FORWARD)
    assert not calls(lines, "grow")
    assert len(calls(lines, "take")) == len(calls(lines, "give")) == len(calls(lines, "drop")) == 2
    copies = calls(lines, "llvm.memcpy.p0.p0.i64")
    assert len(copies) == 2 and copies[1].count(".shadow") == 2
    assert any("store ptr %second.1.shadow, ptr %t.1.shadow" in line for line in lines)


def test_reverse():
    lines = derivative(Mode.REVERSE)
    assert not any(calls(lines, name) for name in ("make", "grow", "take", "give", "drop"))
    assert len(calls(lines, "irad.tape.reserve")) >= 4
    assert len(calls(lines, "irad.transfer.f64")) == 1
    assert any("store i64 8, ptr" in line for line in lines), "the header on the tape says how much it holds"
