"""Each LLVM parameter of a captured function is known by its place in the Numba arguments."""

from __future__ import annotations

import re
from collections import namedtuple

import numpy as np
import pytest
from numba import njit, typeof, types

from irad.numba_.abi import parameters
from irad.numba_.capture import capture

Point = namedtuple("Point", "x y")
RECORD = np.dtype([("a", "f8"), ("b", "i4")])


@njit
def nothing(*arguments):
    return 0


@njit
def defaults(a, b=2, c=None):
    return a


def of(*values):
    """(path, LLVM type, element) of each parameter of a single tuple argument with these values."""
    captured = capture(nothing, tuple(map(typeof, values)))
    found = parameters(captured)
    assert [(p.index, p.path, p.element) for p in found[:2]] == [(-1, ("retptr",), "i64"), (-1, ("excinfo",), "")]
    assert all(p.index == 0 for p in found[2:])
    return [(p.path, p.llvm, p.element) for p in found[2:]]


@pytest.mark.parametrize("value, llvm", [
    (1.0, "double"), (np.float32(1), "float"), (1, "i64"), (np.int32(1), "i32"), (np.uint8(1), "i8"), (True, "i8"), (None, "ptr"),
])
def test_scalars(value, llvm):
    assert of(value, value) == [((0,), llvm, ""), ((1,), llvm, "")]


def test_complex_numbers():
    assert of(1j) == [((0, "real"), "double", ""), ((0, "imag"), "double", "")]
    assert of(np.complex64(1)) == [((0, "real"), "float", ""), ((0, "imag"), "float", "")]


@pytest.mark.parametrize("ndim", range(4))
@pytest.mark.parametrize("dtype, element", [
    ("f8", "double"), ("f4", "float"), ("i8", "i64"), ("i4", "i32"), ("?", "i8"), ("c16", "{ double, double }"),
    (RECORD, "<{ double, i32 }>"),
])
def test_arrays(ndim, dtype, element):
    found = of(np.zeros((1,) * ndim, dtype))
    assert found[:5] == [((0, "meminfo"), "ptr", ""), ((0, "parent"), "ptr", ""), ((0, "nitems"), "i64", ""),
                         ((0, "itemsize"), "i64", ""), ((0, "data"), "ptr", element)]
    assert found[5:] == [((0, field, axis), "i64", "") for field in ("shape", "strides") for axis in range(ndim)]


def test_tuples():
    nested = Point((1.0, np.float32(2)), ((3, 4), Point(5.0, 6.0)))
    assert of(nested, ()) == [
        ((0, 0, 0), "double", ""), ((0, 0, 1), "float", ""), ((0, 1, 0, 0), "i64", ""), ((0, 1, 0, 1), "i64", ""),
        ((0, 1, 1, 0), "double", ""), ((0, 1, 1, 1), "double", "")]
    assert ((1, 1, "data"), "ptr", "float") in of(1, (2.0, np.zeros(2, np.float32)))


def test_records():
    assert of(np.zeros(1, RECORD)[0]) == [((0,), "ptr", "<{ double, i32 }>")]


@pytest.mark.parametrize("fields, text", [
    (np.dtype([("a", "i4"), ("b", "f8")], align=True), "<{ i32, [4 x i8], double }>"),
    (np.dtype([("a", "f8"), ("b", "i1")], align=True), "<{ double, i8, [7 x i8] }>"),
    ([("r", RECORD), ("v", "f4", (2, 3)), ("z", "c16"), ("s", "S3"), ("t", "?")],
     "<{ <{ double, i32 }>, [6 x float], { double, double }, [3 x i8], i8 }>"),
    ({"names": ["a", "b"], "formats": ["f8", "i8"], "offsets": [0, 0]}, "[8 x i8]"),
])
def test_fields_are_in_their_places(fields, text):
    assert ((0, "data"), "ptr", text) in of(np.zeros(1, fields))


def test_what_divides_the_strides():
    captured = capture(nothing, tuple(map(typeof, (np.zeros((2, 2), RECORD), np.zeros(4)[::2], (1, np.zeros(2))))))
    assert {(p.index, *p.path): p.factor for p in parameters(captured) if p.factor > 1} == {
        (0, 0, "itemsize"): 12, (0, 0, "strides", 0): 12, (0, 0, "strides", 1): 12, (0, 1, "itemsize"): 8,
        (0, 2, 1, "itemsize"): 8, (0, 2, 1, "strides", 0): 8}


def test_defaults_have_no_parameter():
    captured = capture(defaults, (types.float64,))
    assert [(p.index, p.llvm) for p in parameters(captured)[2:]] == [(0, "double")]
    assert len(captured.arguments) == 3


def test_arguments_are_counted():
    captured = capture(defaults, (types.float32, types.float64, types.none))
    assert [(p.index, p.path, p.numba, p.llvm) for p in parameters(captured)[2:]] == [
        (0, (), types.float32, "float"), (1, (), types.float64, "double"), (2, (), types.none, "ptr")]


def test_parameters_are_in_the_order_of_the_text():
    captured = capture(defaults, (types.float64[:, ::1], types.UniTuple(types.float64, 2)))
    line = next(line for line in captured.text.splitlines() if line.startswith("define") and captured.name in line)
    inside = line[line.index("(ptr") + 1:line.rindex(") local_unnamed_addr")]
    assert [p.llvm for p in parameters(captured)] == [part.split()[0] for part in re.split(", (?=ptr|double|i64)", inside)]
