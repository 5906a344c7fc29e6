"""The arena that the tape is lowered to, at work: nothing overlaps or moves, it is reused, it fails as a status."""

from __future__ import annotations

import ctypes

import llvmlite.binding as llvm
import numpy as np
import pytest

from irad_passes.transforms.lower_tape import OUT_OF_MEMORY, lower
from tests.passes.native import Native

RESERVATIONS = """
; Reserve %n times %size bytes, note the addresses, write the number of each to its first and its last word, then add them all up.
define i32 @f(i64 %n, i64 %size, i64 %align, ptr %addresses, ptr %sum) {
entry:
  %tape = call ptr @irad.tape.open()
  %end = sub i64 %size, 8
  br label %write
write:
  %i = phi i64 [ 0, %entry ], [ %i.next, %write ]
  %p = call ptr @irad.tape.reserve(ptr %tape, i64 %size, i64 %align)
  %slot = getelementptr ptr, ptr %addresses, i64 %i
  store ptr %p, ptr %slot
  %last = getelementptr i8, ptr %p, i64 %end
  store i64 %i, ptr %p
  store i64 %i, ptr %last
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %write, label %read
read:
  %j = phi i64 [ 0, %write ], [ %j.next, %read ]
  %s = phi i64 [ 0, %write ], [ %s.next, %read ]
  %at = getelementptr ptr, ptr %addresses, i64 %j
  %q = load ptr, ptr %at
  %q.last = getelementptr i8, ptr %q, i64 %end
  %a = load i64, ptr %q
  %b = load i64, ptr %q.last
  %ab = add i64 %a, %b
  %s.next = add i64 %s, %ab
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %n
  br i1 %j.more, label %read, label %exit
exit:
  store i64 %s.next, ptr %sum
  call void @irad.tape.close(ptr %tape)
  ret i32 0
}

declare ptr @irad.tape.open()
declare ptr @irad.tape.reserve(ptr, i64, i64)
declare void @irad.tape.close(ptr)
"""


@pytest.fixture
def function() -> Native:
    return Native(lower(str(llvm.parse_assembly(RESERVATIONS))), "f")


def run(function: Native, n: int, size: int, align: int = 8) -> np.ndarray:
    """Addresses of ``n`` reservations, in order of the addresses."""
    addresses, total = np.zeros(n, np.int64), np.zeros(1, np.int64)
    assert function(n, size, align, addresses, total) == [0]
    assert total == [n * (n - 1)]
    addresses.sort()
    return addresses


@pytest.mark.parametrize(
    ("n", "size", "align"),
    [(1, 8, 8), (100, 8, 8), (100, 24, 64), (7, 65536, 8), (50, 30_000, 64), (3, 10_000_000, 64)],
    ids=["one", "in the first chunk", "aligned", "a chunk each", "grown often", "larger than all before"],
)
def test_reservations_are_aligned_and_apart(function: Native, n: int, size: int, align: int) -> None:
    for _ in range(2):  # the second time in what the first one left
        addresses = run(function, n, size, align)
        assert not (addresses % align).any()
        assert (np.diff(addresses) >= size).all()


def test_large_arrays_lie_at_different_places_of_their_pages(function: Native) -> None:
    run(function, 8, 2**16)  # what grew in the first call is one piece afterwards
    assert len({address % 4096 for address in run(function, 8, 2**16).tolist()}) == 8


def test_an_arena_that_was_large_enough_is_reused(function: Native) -> None:
    run(function, 20, 50_000)
    grown = run(function, 20, 50_000)
    np.testing.assert_array_equal(run(function, 20, 50_000), grown)
    assert (np.diff(grown) == 50_000 + 64).all()  # one block


@pytest.mark.parametrize("size", [1 << 60, 1 << 62, (1 << 63) - 8, -1])
def test_what_cannot_be_had_is_a_status(function: Native, size: int) -> None:
    assert function(1, size, 8, np.zeros(1, np.int64), np.zeros(1, np.int64)) == [OUT_OF_MEMORY]
    run(function, 10, 80)


def test_what_is_held_is_given_back_once_when_the_tape_is_closed() -> None:
    text = """define i32 @f(ptr %a, ptr %b, ptr %drop) {
      %tape = call ptr @irad.tape.open()
      call void @irad.tape.hold(ptr %tape, ptr %a, ptr %drop)
      call void @irad.tape.hold(ptr %tape, ptr %b, ptr %drop)
      call void @irad.tape.close(ptr %tape)
      ret i32 0
    }
    declare ptr @irad.tape.open()
    declare void @irad.tape.hold(ptr, ptr, ptr)
    declare void @irad.tape.close(ptr)"""
    function = Native(lower(str(llvm.parse_assembly(text))), "f")
    dropped: list[int] = []
    drop = ctypes.CFUNCTYPE(None, ctypes.c_size_t)(dropped.append)
    address = ctypes.cast(drop, ctypes.c_void_p).value
    for _ in range(2):
        dropped.clear()
        assert function(1, 2, address) == [0]
        assert sorted(dropped) == [1, 2]


def test_text_without_a_tape_stays_as_it_is() -> None:
    assert lower("define void @f() {\n  ret void\n}\n") == "define void @f() {\n  ret void\n}\n"
