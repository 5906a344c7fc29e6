"""What the builder writes is valid, stands where it should, and is folded where that is trivial."""

from __future__ import annotations

import pytest

from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Constant, Function, Module, Value, const
from irad_passes.ir.read import read
from irad_passes.ir.verify import verify
from irad_passes.ir.write import instruction_text


@pytest.fixture
def module() -> Module:
    parameters = (T.I64, T.DOUBLE, T.PTR, T.I1)
    arguments = [Argument(type_, name) for type_, name in zip(parameters, "nxpc", strict=True)]
    function = Function("f", T.function(T.DOUBLE, parameters), arguments)
    function.add_block("entry")
    declared = Function("sin", T.function(T.DOUBLE, (T.DOUBLE,)), [Argument(T.DOUBLE, "")])
    return Module({"f": function, "sin": declared})


@pytest.fixture
def function(module: Module) -> Function:
    return module.functions["f"]


def texts(function: Function) -> list[str]:
    return [instruction_text(i) for i in function.instructions()]


def test_every_method_writes_valid_ir(module: Module, function: Function) -> None:
    n, x, p, c = function.arguments
    b = Builder(function.entry, flags=("reassoc", "contract"))
    then, join = function.add_block("then"), function.add_block("join")
    total = b.fadd(b.fmul(x, b.fneg(x)), const(T.DOUBLE, 1.0), "total")
    index = b.sub(b.add(n, b.mul(n, const(T.I64, 3))), const(T.I64, 1))
    cell = b.gep(T.array(2, T.DOUBLE), p, [index, const(T.I64, 0)], flags=("inbounds",))
    b.store(b.load(T.DOUBLE, cell, suffix=", !noalias !0"), b.offset(b.alloca(T.DOUBLE, "slot"), 0))
    less = b.icmp("slt", n, const(T.I64, 4))
    lanes = b.binary("fmul", const(T.vector(2, T.DOUBLE), 2.0), const(T.vector(2, T.DOUBLE), 3.0))
    assert b.fcmp("olt", lanes, lanes).type is T.vector(2, T.I1)
    chosen = b.select(less, total, b.cast("sitofp", n, T.DOUBLE))
    b.cond_br(c, then, join)
    b = Builder(then)
    called = b.call("sin", T.DOUBLE, [chosen], "called", flags=("tail",))
    b.switch(n, join, [(1, join), (2, then)])
    b = Builder(join)
    b.ret(b.phi(T.DOUBLE, "result"))
    for value, block in ((chosen, function.entry), (called, then), (called, then)):
        join.phis[0].add_incoming(value, block)
    module.trailer = ["!0 = !{!1}", "!1 = distinct !{!1, !2}", "!2 = distinct !{!2}"]
    verify(module)


def test_folding(function: Function) -> None:
    n = function.arguments[0]
    b = Builder(function.entry)
    zero, one, two = (const(T.I64, number) for number in range(3))
    same: list[Value] = [b.add(n, zero), b.add(zero, n), b.sub(n, zero), b.mul(n, one), b.mul(one, n)]
    assert same == [n] * 5 and b.offset(n, 0) is n
    folded = [b.add(two, one), b.sub(one, two), b.mul(two, two)]
    assert [v.int_value for v in folded if isinstance(v, Constant)] == [3, -1, 4]
    assert texts(function) == []


def test_flags_only_on_floats(function: Function) -> None:
    n, x, _, _ = function.arguments
    b = Builder(function.entry, flags=("fast",))
    b.fmul(x, x, "a")
    b.add(n, n, "b")
    b.binary("fadd", x, x, "d", flags=())
    assert texts(function) == ["%a = fmul fast double %x, %x", "%b = add i64 %n, %n", "%d = fadd double %x, %x"]


def test_names_are_made_unique(function: Function) -> None:
    n = function.arguments[0]
    b = Builder(function.entry)
    names = [b.binary("add", n, n, hint).name for hint in ("n", "n", "", "")]
    assert names == ["n.1", "n.2", "t.1", "t.2"]


def test_before_and_behind() -> None:
    function = read("define i64 @f(i64 %n) {\nentry:\n  br label %a\na:\n  %p = phi i64 [ %n, %entry ]\n  %q = phi i64 [ 1, %entry ]\n"
                    "  %s = add i64 %p, %q\n  ret i64 %s\n}").functions["f"]
    n = function.arguments[0]
    p, _, s, _ = function.blocks[1].instructions
    Builder.behind(p).binary("mul", n, n, "zeroth")
    b = Builder.before(s)
    b.binary("add", n, n, "first")
    b.binary("add", n, n, "second")
    Builder.behind(s).binary("mul", n, n, "last")
    assert [i.name or i.opcode for i in function.blocks[1].instructions] == ["p", "q", "zeroth", "first", "second", "s", "last", "ret"]
    b.phi(T.I64, "r")
    b.binary("add", n, n, "third")
    assert [i.name or i.opcode for i in function.blocks[1].instructions][:7] == ["r", "p", "q", "zeroth", "first", "second", "third"]
