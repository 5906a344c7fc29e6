"""Calls that may run at once: their derivatives in any order, against complex steps of a Python twin; and when they stay in order."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from irad_passes.pipeline import differentiate, lower
from irad_passes.request import Activity, Mode, Parameter, Request
from irad_passes.rules.calls import Parallel
from irad_passes.rules.memory import PARALLEL
from irad_passes.transforms.tape_runtime import LOOP
from tests.passes.native import Native

# sums[number] = the sum over the iterations of one call of y[i] = x[i] * (u[i] + u[i + 1]) * w[i mod items] * c, a status of 7 + number
# where x[i] is negative; then out = the sum over the sums and y.
TEXT = """
define i32 @f(ptr %out, ptr %x, ptr %y, ptr %u, ptr %w, i64 %items, double %c, i64 %n, i64 %count, ptr %sums) {
entry:
  %status = call i32 @all(ptr %sums, i64 %count, i64 0, i64 %n, ptr %x, ptr %y, ptr %u, i64 %items, i64 8, ptr %w, double %c)
  %good = icmp eq i32 %status, 0
  br i1 %good, label %add, label %failed
failed:
  ret i32 %status
add:
  %k = phi i64 [ 0, %entry ], [ %k.next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %s.next, %loop ]
  %more = icmp slt i64 %k, %count
  br i1 %more, label %loop, label %second
loop:
  %sum.at = getelementptr double, ptr %sums, i64 %k
  %sum = load double, ptr %sum.at
  %s.next = fadd double %s, %sum
  %k.next = add i64 %k, 1
  br label %add
second:
  %i = phi i64 [ 0, %add ], [ %i.next, %body ]
  %t = phi double [ %s, %add ], [ %t.next, %body ]
  %i.more = icmp slt i64 %i, %n
  br i1 %i.more, label %body, label %done
body:
  %y.at = getelementptr double, ptr %y, i64 %i
  %v = load double, ptr %y.at
  %v2 = fmul double %v, %v
  %t.next = fadd double %t, %v2
  %i.next = add i64 %i, 1
  br label %second
done:
  store double %t, ptr %out
  ret i32 0
}

define i32 @all(ptr %sums, i64 %count, i64 %start, i64 %stop, ptr %x, ptr %y, ptr %u, i64 %items, i64 %size, ptr %w, double %c) noinline {
entry:
  %some = icmp sgt i64 %count, 0
  br i1 %some, label %loop, label %done
loop:
  %k = phi i64 [ 0, %entry ], [ %next, %good ]
  %status = call i32 @one(ptr %sums, i64 %k, i64 %count, i64 %start, i64 %stop, ptr %x, ptr %y, ptr %u, i64 %items, i64 %size, ptr %w,
                          double %c)
  %fine = icmp eq i32 %status, 0
  br i1 %fine, label %good, label %failed
good:
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %loop, label %done
failed:
  ret i32 %status
done:
  ret i32 0
}

define i32 @one(ptr %sums, i64 %number, i64 %count, i64 %start, i64 %stop, ptr %x, ptr %y, ptr %u, i64 %items, i64 %size, ptr %w,
                double %c) noinline {
entry:
  %after = add i64 %number, 1
  %low = mul i64 %number, %stop
  %high = mul i64 %after, %stop
  %first = udiv i64 %low, %count
  %end = udiv i64 %high, %count
  br label %test
test:
  %i = phi i64 [ %first, %entry ], [ %i.next, %go ]
  %s = phi double [ 0.0, %entry ], [ %s.next, %go ]
  %more = icmp slt i64 %i, %end
  br i1 %more, label %body, label %done
body:
  %x.at = getelementptr double, ptr %x, i64 %i
  %a = load double, ptr %x.at
  %bad = fcmp olt double %a, 0.0
  br i1 %bad, label %failed, label %go
go:
  %u.at = getelementptr double, ptr %u, i64 %i
  %b = load double, ptr %u.at
  %i.next = add i64 %i, 1
  %u.behind = getelementptr double, ptr %u, i64 %i.next
  %d = load double, ptr %u.behind
  %j = urem i64 %i, %items
  %w.at = getelementptr double, ptr %w, i64 %j
  %e = load double, ptr %w.at
  %bd = fadd double %b, %d
  %abd = fmul double %a, %bd
  %abde = fmul double %abd, %e
  %result = fmul double %abde, %c
  %y.at = getelementptr double, ptr %y, i64 %i
  store double %result, ptr %y.at
  %s.next = fadd double %s, %result
  br label %test
failed:
  %code = trunc i64 %number to i32
  %named = add i32 %code, 7
  ret i32 %named
done:
  %sum.at = getelementptr double, ptr %sums, i64 %number
  store double %s, ptr %sum.at
  ret i32 0
}
"""
ROW = Parallel("one", count=1, start=2, stop=3, private=frozenset({0, 4, 5}), near=frozenset({6}), sizes={9: (7, 8)})
DUPLICATED, CONST, ACTIVE = Parameter(Activity.DUPLICATED, "double"), Parameter(), Parameter(Activity.ACTIVE)
MEMORY = Parameter(element="double")
PARAMETERS = (DUPLICATED, DUPLICATED, MEMORY, DUPLICATED, DUPLICATED, CONST, ACTIVE, CONST, CONST, MEMORY)
BACKWARDS = LOOP.replace("%number = add i64 %start, %k", "%last = sub i64 %length, 1\n  %number = sub i64 %last, %k")
ITEMS = 3


def twin(x, u, w, c):
    """The function in Python."""
    y = x * (u[:-1] + u[1:]) * w[np.arange(x.size) % ITEMS] * c
    return np.sum(y) + np.sum(y * y)


@cache
def made(mode: Mode, row: Parallel | None = ROW, loop: str = LOOP) -> tuple[Native, str]:
    request = Request("f", mode, PARAMETERS, "d", rules={} if row is None else {"all": row})
    answer = differentiate(TEXT, request)
    return Native(lower(answer.text, loop), "d"), answer.text


def inputs(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    random = np.random.default_rng(n)
    return random.uniform(0.5, 1.0, n), random.uniform(0.5, 1.0, n + 1), random.uniform(0.5, 1.0, ITEMS), 1.3


def gradient(function: Native, n: int, count: int, x=None) -> tuple[int, np.ndarray, float]:
    """Status, gradient with respect to all, value."""
    a, u, w, c = inputs(n)
    a = a if x is None else x
    out, seed, y, sums = np.zeros(1), np.ones(1), np.zeros(n), np.zeros(count)
    bars = [np.zeros_like(v) for v in (a, u, w)]
    c_bar = np.zeros(1)
    status = function(out, seed, a, bars[0], y, np.zeros(n), u, bars[1], w, bars[2], ITEMS, c, c_bar, n, count, sums, np.zeros(count))
    return int(status[0]), np.concatenate([*bars, c_bar]), out[0]


def expected(n: int, values=None) -> np.ndarray:
    """The gradient by complex steps."""
    values = inputs(n) if values is None else values
    slopes = []
    for k, value in enumerate(values):
        for at in range(np.size(value)):
            moved = np.array(value, dtype=complex)
            moved.reshape(-1)[at] += 1e-30j
            slopes.append(twin(*values[:k], moved, *values[k + 1:]).imag / 1e-30)
    return np.array(slopes)


@pytest.mark.parametrize("n", [0, 1, 5, 64, 200])
def test_adjoints_in_any_order(n):
    (forwards, text), (backwards, _), (serial, plain) = made(Mode.REVERSE), made(Mode.REVERSE, loop=BACKWARDS), made(Mode.REVERSE, None)
    assert PARALLEL in text
    assert PARALLEL not in plain
    for count in (min(n, 1), min(n, 2), min(n, 5), min(n, 64)):
        status, found, value = gradient(forwards, n, count)
        assert status == 0
        np.testing.assert_allclose(found, expected(n), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(found, gradient(serial, n, count)[1], rtol=1e-13, atol=1e-15)
        other = gradient(backwards, n, count)
        np.testing.assert_array_equal(found, other[1])  # to the last bit: no order of additions depends on it
        assert (value, 0) == (other[2], other[0])


@pytest.mark.parametrize("loop", [LOOP, BACKWARDS])
def test_tangents_in_any_order(loop):
    function, text = made(Mode.FORWARD, loop=loop)
    assert PARALLEL in text
    n, count = 50, 7
    x, u, w, c = inputs(n)
    out, dot = np.zeros(1), np.zeros(1)
    function(out, dot, x, x * 0.5, np.zeros(n), np.zeros(n), u, u * u, w, w * 0.0 + 1.0, ITEMS, c, 0.7, n, count, np.zeros(count),
             np.zeros(count))
    step = 1e-30j
    np.testing.assert_allclose(dot[0], twin(x + step * x * 0.5, u + step * u * u, w + step, c + step * 0.7).imag / 1e-30, rtol=1e-12)


@cache
def twice(row: Parallel | None = ROW, loop: str = LOOP) -> tuple[Native, str]:
    """Forward mode over reverse mode."""
    once = replace(MEMORY, activity=Activity.DUPLICATED)
    parameters = [other for own in PARAMETERS for other in ([own] if own == CONST else [ACTIVE, once] if own == ACTIVE else [once, once])]
    request = Request("d", Mode.FORWARD, tuple(parameters), "dd")
    answer = differentiate(made(Mode.REVERSE, row)[1], request)
    return Native(lower(answer.text, loop), "dd"), answer.text


def tangent_of_gradient(function: Native, n: int, count: int, x=None) -> tuple[int, np.ndarray]:
    """Status, and the tangent of the gradient where x and c move by 1, u by itself, w not."""
    a, u, w, c = inputs(n)
    a = a if x is None else x
    moves = [np.ones(n), u, np.zeros(ITEMS)]
    bars, dots = [[np.zeros_like(v) for v in (a, u, w)] for _ in range(2)]
    both = [[v, dv, bar, dot] for v, dv, bar, dot in zip((a, u, w), moves, bars, dots, strict=True)]
    c_bar, c_dot = np.zeros(1), np.zeros(1)
    status = function(np.zeros(1), np.zeros(1), np.ones(1), np.zeros(1), *both[0], *(np.zeros(n) for _ in range(4)), *both[1], *both[2],
                      ITEMS, c, 1.0, c_bar, c_dot, n, count, *(np.zeros(count) for _ in range(4)))
    return int(status[0]), np.concatenate([*dots, c_dot])


def test_tangents_of_adjoints_in_any_order():
    (forwards, text), (backwards, _), (serial, plain) = twice(), twice(loop=BACKWARDS), twice(None)
    assert text.count(f".{PARALLEL}(") > made(Mode.FORWARD)[1].count(f".{PARALLEL}(")
    assert PARALLEL not in plain
    for n, count in ((0, 0), (1, 1), (50, 7), (200, 64)):
        status, found = tangent_of_gradient(forwards, n, count)
        assert status == 0
        np.testing.assert_allclose(found, tangent_of_gradient(serial, n, count)[1], rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(found, tangent_of_gradient(backwards, n, count)[1])
        values, step = inputs(n), 1e-5
        moves = (np.ones(n), values[1], np.zeros(ITEMS), 1.0)
        ends = [expected(n, tuple(v + way * step * m for v, m in zip(values, moves, strict=True))) for way in (1, -1)]
        np.testing.assert_allclose(found, (ends[0] - ends[1]) / (2 * step), rtol=1e-7, atol=1e-7)  # step², by a third derivative below 100
    x = inputs(60)[0]
    x[43] = -1.0
    for _ in range(3):
        assert tangent_of_gradient(forwards, 60, 6, x)[0] == 7 + 4


@pytest.mark.parametrize("loop", [LOOP, BACKWARDS])
def test_the_first_failure_is_returned_and_nothing_is_kept(loop):
    function, _ = made(Mode.REVERSE, loop=loop)
    x = inputs(60)[0]
    x[[25, 43]] = -1.0
    for _ in range(3):
        assert gradient(function, 60, 6, x)[0] == 7 + 2
    status, found, _ = gradient(function, 60, 6)
    assert status == 0
    np.testing.assert_allclose(found, expected(60), rtol=1e-12)


REFUSED = {
    "what is written is not private": replace(ROW, private=frozenset({0, 4})),
    "the sums are not private": replace(ROW, private=frozenset({4, 5})),
    "what is read by all has no size": replace(ROW, sizes={}),
    "what neighbours read is not said to be": replace(ROW, near=frozenset()),
}


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED.keys())
def test_calls_that_may_meet_stay_in_order(row):
    function, text = made(Mode.REVERSE, row)
    assert PARALLEL not in text
    np.testing.assert_allclose(gradient(function, 20, 4)[1], expected(20), rtol=1e-12)


def test_tangents_do_not_mind_what_is_only_read():
    assert PARALLEL in made(Mode.FORWARD, replace(ROW, sizes={}, near=frozenset()))[1]
    assert PARALLEL not in made(Mode.FORWARD, replace(ROW, private=frozenset({0, 4})))[1]
