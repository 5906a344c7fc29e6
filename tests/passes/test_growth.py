"""What a derivative costs to make grows as the function does."""

from __future__ import annotations

import cProfile
import pstats

import pytest

from irad_passes.pipeline import differentiate
from irad_passes.request import Activity, Mode, Parameter, Request

ARRAY = Parameter(Activity.DUPLICATED, "double")


def loops(count: int) -> str:
    """A function of thirteen instructions for each of so many loops, one behind the other, that read one array and change another."""
    text, total = "define double @f(ptr %x, ptr %y, i64 %n) {\nentry:\n  br label %h0\n", "0.0"
    for k in range(count):
        text += f"""h{k}:
  br label %b{k}
b{k}:
  %i{k} = phi i64 [ 0, %h{k} ], [ %j{k}, %b{k} ]
  %s{k} = phi double [ {total}, %h{k} ], [ %t{k}, %b{k} ]
  %p{k} = getelementptr double, ptr %x, i64 %i{k}
  %q{k} = getelementptr double, ptr %y, i64 %i{k}
  %u{k} = load double, ptr %p{k}
  %v{k} = load double, ptr %q{k}
  %m{k} = fmul double %u{k}, %v{k}
  %t{k} = fadd double %s{k}, %m{k}
  store double %t{k}, ptr %q{k}
  %j{k} = add nuw nsw i64 %i{k}, 1
  %c{k} = icmp slt i64 %j{k}, %n
  br i1 %c{k}, label %b{k}, label %h{k + 1}
"""
        total = f"%t{k}"
    return f"{text}h{count}:\n  ret double {total}\n}}\n"


@pytest.mark.parametrize("mode", Mode)
def test_work_grows_with_the_function(mode: Mode) -> None:
    """Python's calls for a function of 650 instructions, and for one of four times as many: four times as many, and a tenth."""
    def calls(count: int) -> int:
        request = Request("f", mode, (ARRAY, ARRAY, Parameter()), "f.derivative", status=False)
        profile = cProfile.Profile()
        profile.runcall(differentiate, loops(count), request)
        return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]

    calls(1)
    assert calls(200) < 4.4 * calls(50)
