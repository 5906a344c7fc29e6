"""Sizes, alignments and offsets are those of LLVM's own data layout."""

from __future__ import annotations

import pytest
from llvmlite import binding

from irad_passes.ir import types as T
from irad_passes.ir.read import read

LAYOUT = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
SCALARS = ["i1", "i8", "i16", "i24", "i32", "i64", "i128", "half", "bfloat", "float", "double", "x86_fp80", "fp128", "ptr"]
VECTORS = ["<2 x double>", "<4 x float>", "<8 x i1>", "<3 x i32>", "<16 x i8>", "<2 x ptr>", "<1 x i16>"]
AGGREGATES = ["[3 x i16]", "[0 x double]", "{}", "{ i8, double, i8 }", "<{ i8, double, i8 }>", "{ [3 x i8], { i16, i64 }, i1 }",
              "{ ptr, ptr, i64, i64, ptr, [1 x i64], [1 x i64] }", "[2 x <{ i8, i32 }>]", "{ i8, x86_fp80 }", "{ i1, <2 x double> }"]


@pytest.mark.parametrize("text", SCALARS + VECTORS + AGGREGATES)
def test_layout(text: str) -> None:
    source = f"@x = external global {text}\ndeclare void @f({text})"
    ours = read(source).functions["f"].type.parameters[0]
    module = binding.parse_assembly(source, binding.create_context())
    theirs = module.get_global_variable("x").global_value_type
    data = binding.create_target_data(LAYOUT)
    assert ours.text == text == str(theirs)
    assert T.size_of(ours) == data.get_abi_size(theirs)
    assert T.align_of(ours) == data.get_abi_alignment(theirs)
    if isinstance(ours, T.StructType):
        offsets = [data.get_element_offset(theirs, index) for index in range(len(ours.elements))]
        assert [T.offset_of(ours, index) for index in range(len(ours.elements))] == offsets


def test_types_without_layout() -> None:
    for type_ in (T.VOID, T.LABEL, T.METADATA, T.function(T.VOID, ())):
        with pytest.raises(ValueError, match="has no size"):
            T.size_of(type_)
        with pytest.raises(ValueError, match="has no alignment"):
            T.align_of(type_)
    with pytest.raises(IndexError):
        T.offset_of(T.struct((T.I8,)), 1)


def test_end_is_without_tail_padding() -> None:
    type_ = T.struct((T.DOUBLE, T.I8))
    assert (T.end_of(type_), T.size_of(type_)) == (9, 16)
    assert T.end_of(T.struct(())) == 0


def test_types_are_interned_however_they_are_asked_for() -> None:
    assert T.vector(2, T.I1) is T.vector(2, T.I1, False) is T.vector(count=2, element=T.I1, scalable=False)
    assert T.struct((T.I1,)) is T.struct((T.I1,), False) is T.struct(elements=(T.I1,), packed=False)
    assert T.function(T.VOID, ()) is T.function(T.VOID, (), variadic=False)
    assert T.array(2, T.I1) is T.array(element=T.I1, count=2)
    assert T.named("a", ()) is T.named("a", (), False)
    assert T.vector(2, T.I1) is not T.vector(2, T.I1, True) and T.named("a", ()) is not T.named("b", ())


def test_kinds() -> None:
    assert T.vector(2, T.DOUBLE).is_float and T.FLOAT.is_float and not T.I64.is_float and not T.array(2, T.DOUBLE).is_float
    assert T.vector(2, T.DOUBLE).scalar is T.DOUBLE and T.I8.scalar is T.I8
    assert T.plain("ptr addrspace(3)").is_pointer and T.PTR.is_pointer and not T.VOID.is_pointer
    assert str(T.function(T.I32, (T.PTR,), True)) == "i32 (ptr, ...)"
