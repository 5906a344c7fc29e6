"""Use lists stay right under every change, and names and literals are spelled as LLVM spells them."""

from __future__ import annotations

import math
import struct

import pytest
from llvmlite import binding

from irad_passes.ir import types as T
from irad_passes.ir.model import Argument, Block, Constant, Function, Instruction, const, float_text, global_ref, quoted, unquoted
from irad_passes.ir.read import read
from irad_passes.ir.verify import verify

TEXT = """
define double @f(double %x, double %y, i1 %c) {
entry:
  %a = fadd double %x, %x
  br i1 %c, label %left, label %join
left:
  %b = fmul double %a, %y
  br label %join
join:
  %p = phi double [ %a, %entry ], [ %b, %left ]
  %r = fsub double %p, 1.0
  ret double %r
}
"""


@pytest.fixture
def function() -> Function:
    return read(TEXT).functions["f"]


def named(function: Function) -> dict[str, Instruction]:
    return {i.name: i for i in function.instructions() if i.name}


def users(value: Argument | Instruction) -> list[str]:
    return [u.name or u.opcode for u in value.users]


def test_users_count_operands(function: Function) -> None:
    x, y, c = function.arguments
    assert (users(x), users(y), users(c)) == (["a", "a"], ["b"], ["br"])
    assert users(named(function)["a"]) == ["b", "p"]


def test_set_operand(function: Function) -> None:
    x, y, _ = function.arguments
    a = named(function)["a"]
    a.set_operand(1, y)
    assert (users(x), users(y), a.operands) == (["a"], ["b", "a"], [x, y])
    a.set_operand(0, const(T.DOUBLE, 2.0))
    assert users(x) == []
    a.set_operand(0, y)
    assert users(y) == ["b", "a", "a"]


def test_replace_all_uses(function: Function) -> None:
    x, y, _ = function.arguments
    x.replace_all_uses_with(y)
    assert (users(x), users(y), named(function)["a"].operands) == ([], ["b", "a", "a"], [y, y])
    y.replace_all_uses_with(const(T.DOUBLE, 1.0))
    assert users(y) == []
    assert all(isinstance(o, Constant) for o in named(function)["a"].operands)


def test_erase(function: Function) -> None:
    x, y, _ = function.arguments
    values = named(function)
    values["p"].replace_all_uses_with(x)
    values["p"].erase()
    values["b"].erase()
    assert (users(values["a"]), users(y), users(x)) == ([], [], ["a", "a", "r"])
    assert values["b"].parent is None and [i.opcode for i in function.blocks[1].instructions] == ["br"]


def test_phi_edges(function: Function) -> None:
    entry, left, join = function.blocks
    x, _, _ = function.arguments
    p = named(function)["p"]
    assert p.incoming(left).name == "b"
    p.remove_incoming(left)
    assert (p.blocks, users(named(function)["b"])) == ([entry], [])
    p.add_incoming(x, left)
    p.add_incoming(const(T.DOUBLE, 0.0), join)
    assert p.incoming(left) is x and users(x) == ["a", "a", "p"] and p.blocks == [entry, left, join]


def test_blocks(function: Function) -> None:
    entry, left, join = function.blocks
    assert function.entry is entry and entry.successors == [left, join] and join.successors == []
    assert [i.name for i in join.phis] == ["p"] and [i.name for i in join.body] == ["r"] and join.terminator.opcode == "ret"
    assert entry.function is function and entry.terminator.block is entry
    with pytest.raises(AssertionError, match="is in no function"):
        _ = Block("b").function
    with pytest.raises(AssertionError, match="is in no block"):
        _ = Instruction("ret", T.VOID).block


def test_unique_names(function: Function) -> None:
    assert function.unique("new") == "new"
    assert [function.unique(hint) for hint in ("new", "x", "left", "")] == ["new.1", "x.1", "left.1", "t.1"]
    assert function.add_block("new").name == "new.2" and len(function.blocks) == 4
    assert [function.unique(1000 * "x") for _ in range(2)] == [256 * "x", 256 * "x" + ".1"]  # LLVM's parser takes 1024 characters


def test_constants() -> None:
    assert const(T.I32, -3).int_value == -3 and const(T.I1, True).ref == "true" and const(T.I1, True).int_value == 1
    assert Constant(T.I64, "zeroinitializer").int_value == 0 and Constant(T.I64, "undef").int_value is None
    assert const(T.DOUBLE, 1.0).int_value is None
    assert const(T.PTR, 0).ref == "null" and const(T.I8, "poison").ref == "poison"
    assert const(T.vector(2, T.FLOAT), 0.5).ref == "splat (float 0x3FE0000000000000)"


def test_names_of_globals() -> None:
    for name in ("f", "_Z3f$.", "a name", 'a"b\\c', "µ", "0"):
        assert global_ref(name).global_name == name
    assert const(T.I64, 0).global_name is None
    assert Constant(T.PTR, "getelementptr (i8, ptr @f, i64 1)").global_name is None


@pytest.mark.parametrize("name, text", [
    ("a.b-c_1", "a.b-c_1"), ("a$b", '"a$b"'), ("a b", '"a b"'), ("1a", '"1a"'), ('"', '"\\22"'), ("\\", '"\\\\"'), ("µ", '"\\C2\\B5"'),
    ("\udcff", '"\\FF"')])
def test_quoted(name: str, text: str) -> None:
    assert quoted(name) == text
    assert unquoted(text) == name
    with binding.parse_assembly(f"@{text} = global i32 0", binding.create_context()) as module:
        assert f"@{text} =" in str(module)


@pytest.mark.parametrize("value", [0.1, -0.0, 1e308, 5e-324, math.inf, -math.inf, math.nan, 1 / 3])
def test_float_text(value: float) -> None:
    assert struct.pack(">d", value).hex().upper() == float_text(T.DOUBLE, value).removeprefix("0x")
    rounded = struct.unpack("f", struct.pack("f", min(max(value, -1e38), 1e38)))[0]
    source = f"@d = global double {float_text(T.DOUBLE, value)}\n@f = global float {float_text(T.FLOAT, rounded)}"
    binding.parse_assembly(source, binding.create_context()).verify()


def test_no_text_for_other_floats() -> None:
    with pytest.raises(ValueError, match="no literals of type x86_fp80"):
        float_text(T.plain("x86_fp80"), 1.0)


def test_edited_function_is_valid() -> None:
    module = read(TEXT)
    function = module.functions["f"]
    values = named(function)
    values["a"].replace_all_uses_with(function.arguments[1])
    values["a"].erase()
    verify(module)
