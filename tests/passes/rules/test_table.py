"""Finding rows: by opcode, intrinsic, libm's names; what a partial reads; what it folds."""

from __future__ import annotations

import pytest

from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Function, Instruction, Value, const, global_ref
from irad_passes.rules import table
from irad_passes.rules.table import ROWS, Inactive, ScalarRule, lookup

DOUBLES = T.vector(4, T.DOUBLE)


def call(name: str, *types: T.Type, returns: T.Type | None = None) -> Instruction:
    arguments: list[Value] = [Argument(type_, f"x{i}") for i, type_ in enumerate(types)]
    return Instruction("call", types[0] if returns is None else returns, [*arguments, global_ref(name)], name="r")


FOUND = [
    ("llvm.sin.f64", (T.DOUBLE,), "sin"),
    ("llvm.sin.f32", (T.FLOAT,), "sin"),
    ("llvm.sin.v4f64", (DOUBLES,), "sin"),
    ("sin", (T.DOUBLE,), "sin"),
    ("sinf", (T.FLOAT,), "sin"),
    ("llvm.powi.f64.i32", (T.DOUBLE, T.I32), "powi"),
    ("llvm.powi.v4f64.i32", (DOUBLES, T.I32), "powi"),
    ("llvm.ldexp.v4f64.v4i32", (DOUBLES, T.vector(4, T.I32)), "ldexp"),
    ("ldexpf", (T.FLOAT, T.I32), "ldexp"),
    ("llvm.log2.f64", (T.DOUBLE,), "log2"),
    ("llvm.arithmetic.fence.f64", (T.DOUBLE,), "arithmetic.fence"),
    ("llvm.minimumnum.f32", (T.FLOAT, T.FLOAT), "minimumnum"),
    ("erf", (T.DOUBLE,), "erf"),
    ("erff", (T.FLOAT,), "erf"),
    ("erfcf", (T.FLOAT,), "erfc"),
    ("fmod", (T.DOUBLE, T.DOUBLE), "frem"),
    ("fmodf", (T.FLOAT, T.FLOAT), "frem"),
    ("fmaxf", (T.FLOAT, T.FLOAT), "maxnum"),
    ("_hypotf", (T.FLOAT, T.FLOAT), "hypot"),
]


@pytest.mark.parametrize("name, types, row", FOUND)
def test_one_row_has_many_spellings(name: str, types: tuple[T.Type, ...], row: str) -> None:
    rule = lookup(call(name, *types))
    assert isinstance(rule, ScalarRule)
    assert rule.name == row
    assert rule.operands(call(name, *types)) == tuple(i for i, type_ in enumerate(types) if type_.is_float)


INACTIVE = [
    ("llvm.floor.f64", (T.DOUBLE,)), ("floorf", (T.FLOAT,)), ("rint", (T.DOUBLE,)), ("llvm.lrint.i64.f64", (T.DOUBLE,)),
    ("llvm.umin.i64", (T.I64, T.I64)), ("llvm.fptosi.sat.i32.f64", (T.DOUBLE,)), ("llvm.is.fpclass.f64", (T.DOUBLE, T.I32)),
    ("llvm.sadd.with.overflow.i64", (T.I64, T.I64)), ("llvm.lifetime.start.p0", (T.PTR,)), ("llvm.assume", (T.I1,)),
    ("llvm.experimental.noalias.scope.decl", (T.plain("metadata"),)), ("printf", (T.PTR, T.DOUBLE)), ("PyErr_Clear", (T.I32,)),
]


@pytest.mark.parametrize("name, types", INACTIVE)
def test_inactive_callees(name: str, types: tuple[T.Type, ...]) -> None:
    assert isinstance(lookup(call(name, *types)), Inactive)


UNKNOWN = [
    ("erfcx", (T.DOUBLE,)), ("sinful", (T.DOUBLE,)), ("sinf", (T.DOUBLE,)), ("llvm.memcpy.p0.p0.i64", (T.PTR, T.PTR, T.I64, T.I1)),
    ("llvm.vector.reduce.fadd.v4f64", (T.DOUBLE, DOUBLES)), ("llvm.sin.f16", (T.plain("half"),)), ("sinl", (T.plain("x86_fp80"),)),
    ("PyFloat_AsDouble", (T.PTR,)),
    # Functions of the user that only have the name of one of libm's.
    ("sin", (T.DOUBLE, T.DOUBLE)), ("floor", (T.PTR,)), ("modf", (T.DOUBLE, T.PTR)), ("hypot", (T.DOUBLE, T.FLOAT)),
]


@pytest.mark.parametrize("name, types", UNKNOWN)
def test_no_row(name: str, types: tuple[T.Type, ...]) -> None:
    assert lookup(call(name, *types)) is None


def test_a_result_of_another_type_has_no_row() -> None:
    assert lookup(call("sin", T.DOUBLE, returns=T.I64)) is None


def test_indirect_calls_have_no_row() -> None:
    assert lookup(Instruction("call", T.DOUBLE, [Argument(T.DOUBLE, "x"), Argument(T.PTR, "f")], name="r")) is None


def test_extra_rows_win() -> None:
    own = ScalarRule("mine", lambda x, ans: (ans,))
    assert lookup(call("sin", T.DOUBLE), {"sin": own}) is own
    assert lookup(call("my_exp", T.DOUBLE), {"my_exp": own}) is own


def test_opcodes() -> None:
    x, y = Argument(T.DOUBLE, "x"), Argument(T.DOUBLE, "y")
    assert lookup(Instruction("fdiv", T.DOUBLE, [x, y], name="r")) is rule("fdiv")
    assert isinstance(lookup(Instruction("fcmp", T.I1, [x, y], name="r", extra={"predicate": "olt"})), Inactive)
    assert lookup(Instruction("select", T.DOUBLE, [const(T.I1, 1), x, y], name="r")) is None


def test_names_are_unique() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert not {row.name for row in ROWS} & (table.inactive.INTRINSICS | table.inactive.OPCODES | table.inactive.STEPS)


def rule(name: str) -> ScalarRule:
    return next(row for row in ROWS if row.name == name)


NEEDS = [
    ("fadd", 0, set()), ("fmul", 0, {1}), ("fmul", 1, {0}), ("fdiv", 0, {1}), ("fdiv", 1, {1, "ans"}), ("sqrt", 0, {"ans"}),
    ("exp", 0, {"ans"}), ("sin", 0, {0}), ("tanh", 0, {"ans"}), ("pow", 0, {0, 1}), ("pow", 1, {0, 1, "ans"}), ("powi", 0, {0, 1}),
    ("fma", 0, {1}), ("fma", 2, set()), ("copysign", 1, set()), ("hypot", 1, {1, "ans"}), ("maxnum", 1, {0, "ans"}), ("lgamma", 0, {0}),
]


@pytest.mark.parametrize("name, index, expected", NEEDS)
def test_needs(name: str, index: int, expected: set[int | str]) -> None:
    assert rule(name).needs(index) == expected


@pytest.fixture
def builder() -> Builder:
    x, y = Argument(T.DOUBLE, "x"), Argument(T.DOUBLE, "y")
    return Builder(Function("f", T.function(T.DOUBLE, (T.DOUBLE, T.DOUBLE)), [x, y]).add_block("entry"), flags=("reassoc", "contract"))


def opcodes(builder: Builder) -> list[str]:
    return [i.callee or i.opcode for i in builder.block.instructions]


def test_a_partial_emits_itself_alone(builder: Builder) -> None:
    x, y = builder.function.arguments
    partial = rule("fdiv").partial(0, builder, [None, y], None)
    assert opcodes(builder) == ["fdiv"]
    assert partial is builder.block.instructions[0]
    assert partial.flags == ("reassoc", "contract")
    assert rule("fmul").partial(0, builder, [None, x], None) is x
    assert rule("fsub").partial(1, builder, [None, None], None) == -1.0
    assert opcodes(builder) == ["fdiv"]


@pytest.mark.parametrize("exponent, emitted, number", [
    (0.0, [], 0.0), (1.0, ["llvm.pow.f64"], None), (2.0, ["fmul"], None), (2.5, ["llvm.pow.f64", "fmul"], None),
])
def test_literal_exponents_fold(builder: Builder, exponent: float, emitted: list[str], number: float | None) -> None:
    partial = rule("pow").partial(0, builder, [builder.function.arguments[0], const(T.DOUBLE, exponent)], None)
    assert opcodes(builder) == emitted
    assert number is None or partial == number


def test_division_by_literals_folds(builder: Builder) -> None:
    assert rule("fdiv").partial(0, builder, [None, const(T.DOUBLE, 4.0)], None) == 0.25
    assert rule("fdiv").partial(0, builder, [None, const(DOUBLES, 4.0)], None) == 0.25
    assert rule("fma").partial(0, builder, [None, const(T.FLOAT, 0.5), None], None) == 0.5
    assert opcodes(builder) == []
