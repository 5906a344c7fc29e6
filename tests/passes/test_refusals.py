"""What the engine refuses, and how it says so."""

from __future__ import annotations

import pytest

from irad_passes.errors import NoDerivative, ParseError, Unsupported
from irad_passes.pipeline import differentiate
from irad_passes.request import Activity, Mode, Parameter, Request

ACTIVE = Parameter(Activity.ACTIVE)
DUPLICATED = Parameter(Activity.DUPLICATED)
IRREDUCIBLE = """define double @f(double %x, i1 %c) {
entry:
  br i1 %c, label %a, label %b
a:
  %u = phi double [ %x, %entry ], [ %v, %b ]
  %t = fmul double %u, %x
  br label %b
b:
  %v = phi double [ %x, %entry ], [ %t, %a ]
  %more = fcmp olt double %v, 1.0
  br i1 %more, label %a, label %exit
exit:
  ret double %v
}"""


def function(head: str, *lines: str, outside: str = "") -> str:
    """The text of a function whose type and parameters are ``head``, with ``outside`` beside it."""
    returns, _, parameters = head.partition(" ")
    return "\n".join([f"define {returns} @f{parameters} {{", *lines, "}", outside, ""])


CALL = function("double (double %x)", "%y = call double @mystery(double %x)", "ret double %y", outside="declare double @mystery(double)")
REACHED = function("void (ptr %x)", "call void @mystery(ptr %x)", "ret void", outside="declare void @mystery(ptr)")
INDIRECT = function("double (double %x, ptr %g)", "%y = call double %g(double %x)", "ret double %y")
ATOMIC = function("void (ptr %x, double %v)", "%old = atomicrmw fadd ptr %x, double %v monotonic", "ret void")
LONG = function("double (double %x)", "%l = fpext double %x to fp128", "%m = fmul fp128 %l, %l", "%y = fptrunc fp128 %m to double",
                "ret double %y")
GLOBAL = function("double (double %x)", "store double %x, ptr @g", "%y = load double, ptr @g", "ret double %y",
                  outside="@g = global double 0.0")
CAST = function("double (ptr %x)", "%i = ptrtoint ptr %x to i64", "%j = add i64 %i, 8", "%p = inttoptr i64 %j to ptr",
                "%v = load double, ptr %p", "ret double %v")
BITS = function("double (double %x)", "%i = bitcast double %x to i64", "%j = and i64 %i, 9223372036854775807",
                "%y = bitcast i64 %j to double", "ret double %y")
UNDECIDED = function("void (ptr %x, ptr %y)", "%v = load i64, ptr %x", "store i64 %v, ptr %y", "ret void")
SOMEWHERE = function("void (ptr %r, ptr %y, i64 %k)", "%p = getelementptr double, ptr %r, i64 %k", "%v = load double, ptr %p",
                     "store double %v, ptr %r", "%n = load i64, ptr %p", "%m = sub i64 %n, 1", "store i64 %m, ptr %p",
                     "store i64 %n, ptr %y", "ret void")
MIXED = function("void (ptr %x, ptr %y, i64 %n)", "call void @llvm.memcpy.p0.p0.i64(ptr %y, ptr %x, i64 %n, i1 false)", "ret void",
                 outside="declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
FILLED = function("void (ptr %x, ptr %y)", "%s = alloca { float, i32 }", "%v = load float, ptr %x",
                  "%r = call i32 @fill(ptr %s, float %v, i32 0)", "%word = load i64, ptr %s", "store i64 %word, ptr %y",
                  "%w = load float, ptr %y", "store float %w, ptr %x", "%q = getelementptr i8, ptr %y, i64 4", "%n = load i32, ptr %q",
                  "%m = add i32 %n, 1", "store i32 %m, ptr %q", "ret void", outside="""define i32 @fill(ptr %s, float %v, i32 %n) {
  %more = icmp ult i32 %n, 2
  br i1 %more, label %deeper, label %here
deeper:
  %next = add i32 %n, 1
  %r = call i32 @fill(ptr %s, float %v, i32 %next)
  ret i32 %r
here:
  %count = getelementptr i8, ptr %s, i64 4
  store float %v, ptr %s
  store i32 7, ptr %count
  ret i32 0
}""")
RECORD = Parameter(Activity.DUPLICATED, "<{ double, i64 }>")
IDENTITY = function("double (double %x)", "ret double %x")


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("text", "parameters", "callee"),
    [
        (CALL, [ACTIVE], "mystery"),
        (REACHED, [DUPLICATED], "mystery"),
        (INDIRECT, [ACTIVE, Parameter()], "call"),
        (ATOMIC, [DUPLICATED, ACTIVE], "atomicrmw"),
        (LONG, [ACTIVE], "fmul"),
    ],
    ids=["call", "call that reaches", "indirect", "atomic", "long double"],
)
def test_no_derivative(mode: Mode, text: str, parameters: list[Parameter], callee: str) -> None:
    with pytest.raises(NoDerivative, match="no derivative rule for") as error:
        differentiate(text, Request("f", mode, tuple(parameters), "df", status=False))
    assert error.value.callee == callee
    assert error.value.instruction is not None


@pytest.mark.parametrize("text", [CALL, REACHED, INDIRECT], ids=["call", "call that reaches", "indirect"])
def test_what_is_constant_needs_no_rule(text: str) -> None:
    count = text.partition(")")[0].count("%")
    for mode in Mode:
        differentiate(text, Request("f", mode, (Parameter(),) * count, "df", status=False))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("text", "parameters", "error", "message"),
    [
        (IRREDUCIBLE, [ACTIVE, Parameter()], Unsupported, "can be entered without passing that block .irreducible"),
        (GLOBAL, [ACTIVE], Unsupported, "@g"),
        (CAST, [DUPLICATED], Unsupported, "cannot follow the pointer that `inttoptr` returns"),
        (BITS, [ACTIVE], Unsupported, "bits of an active float are computed with; use arithmetic"),
        (UNDECIDED, [DUPLICATED, DUPLICATED], Unsupported, "integer"),
        (SOMEWHERE, [DUPLICATED, DUPLICATED, Parameter()], Unsupported, "integer"),
        (FILLED, [DUPLICATED, DUPLICATED], Unsupported, "integer"),
        (IDENTITY, [ACTIVE, ACTIVE], ValueError, "f has 1 parameters, the request has 2"),
        (IDENTITY, [DUPLICATED], ValueError, "%x of f is double: only a pointer"),
        (function("void (ptr %x)", "ret void"), [ACTIVE], ValueError, "%x of f is ptr: only a float"),
        ("declare double @f(double)\n", [ACTIVE], ValueError, "does not define f"),
        (IDENTITY.replace("@f", "@g"), [ACTIVE], ValueError, "does not define f"),
        (function("double (double %x)", "ret float %x"), [ACTIVE], ParseError, "not LLVM IR: .*ret float"),
    ],
    ids=["irreducible", "global", "cast", "bits", "undecided", "somewhere", "filled", "count", "duplicated float", "active pointer",
         "declared", "absent", "parse"],
)
def test_errors(mode: Mode, text: str, parameters: list[Parameter], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"(?s){message}"):
        differentiate(text, Request("f", mode, tuple(parameters), "df", status=False))


@pytest.mark.parametrize("parameters", [[RECORD, RECORD, Parameter()], [DUPLICATED, DUPLICATED, Parameter()]])
def test_a_block_copy_of_what_is_not_known(parameters: list[Parameter]) -> None:
    with pytest.raises(Unsupported, match="not known where it holds floats"):
        differentiate(MIXED, Request("f", Mode.REVERSE, tuple(parameters), "f.bar", status=False))


def test_a_block_copy_of_whole_records() -> None:
    parameters = (RECORD, RECORD, Parameter(factor=16))
    text = differentiate(MIXED, Request("f", Mode.REVERSE, parameters, "f.bar", status=False)).text
    assert "call void @irad.transfer.16.f64.0(ptr %y.shadow, ptr %x.shadow, i64 %n)" in text


def test_a_status_is_an_i32() -> None:
    with pytest.raises(ValueError, match="a status is an i32"):
        differentiate(IDENTITY, Request("f", Mode.REVERSE, (ACTIVE,), "df"))


def test_a_test_of_bits_is_fine() -> None:
    text = function("double (double %x)", "%i = bitcast double %x to i64", "%negative = icmp slt i64 %i, 0",
                    "%y = select i1 %negative, double 0.0, double %x", "ret double %y")
    for mode in Mode:
        differentiate(text, Request("f", mode, (ACTIVE,), "df", status=False))
