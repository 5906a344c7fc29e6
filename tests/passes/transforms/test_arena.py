"""Memory of the function's own, on the tape: its header and its data are two pieces, and a header is only there where it is looked at."""

from __future__ import annotations

import re

import pytest

from irad_passes import pipeline
from irad_passes.request import Activity, Mode, Parameter, Request
from irad_passes.rules.memory import Allocation, RefCount

RULES = {"make": Allocation(size=0, data_offset=24, count_offset=0), "drop": RefCount(-1)}
TEXT = """define double @f(double %x, i1 %other) {
entry:
  %m = call ptr @make(i64 16)
  BEHIND
  %field = getelementptr i8, ptr %m, i64 24
  %data = load ptr, ptr %field
  store double %x, ptr %data
  %v = load double, ptr %data
  %w = fmul double %v, %v
  call void @drop(ptr %m)
  ret double %w
}
declare ptr @make(i64)
declare void @drop(ptr)"""


@pytest.mark.parametrize(("behind", "sizes"), [("", [16, 16]), ("%count = load i64, ptr %m", [16, 64, 64, 16])])
def test_header_and_data(behind: str, sizes: list[int]) -> None:
    request = Request("f", Mode.REVERSE, (Parameter(Activity.ACTIVE), Parameter()), "g", rules=RULES, status=False)
    text = pipeline.differentiate(TEXT.replace("BEHIND", behind), request).text
    found = re.findall(r"= call ptr @irad\.tape\.reserve\(ptr %tape, i64 (\d+), i64 64\)", text)
    assert list(map(int, found)) == sizes
    assert ("store ptr" in text) == (len(sizes) > 2) and "load ptr" not in text and "@drop" not in text
