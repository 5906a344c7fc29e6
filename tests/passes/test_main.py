"""The command line of the engine."""

from __future__ import annotations

import io
from pathlib import Path

import llvmlite.binding as llvm
import pytest

from irad_passes.__main__ import main

SQUARE_SUM = """define double @f(ptr %x, i64 %n, double %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %sum, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %e = call double @exp(double %v)
  %t = fmul double %e, %a
  %sum = fadd double %s, %t
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret double %sum
}

declare double @exp(double)
"""
STATUS = """define i32 @f(ptr %to, double %x) {
  %bad = fcmp olt double %x, 0.0
  br i1 %bad, label %fail, label %fine
fail:
  ret i32 1
fine:
  %y = fmul double %x, %x
  store double %y, ptr %to
  ret i32 0
}
"""
OPAQUE = "define double @f(double %x) {\n  %y = call double @g(double %x)\n  ret double %y\n}\n\ndeclare double @g(double)\n"
TWO = "define double @f(double %x) {\n  ret double %x\n}\n\ndefine double @g(double %x) {\n  ret double %x\n}\n"


@pytest.fixture
def save(tmp_path: Path):
    """A function that writes a text to a file, and returns its name."""

    def write(text: str) -> str:
        path = tmp_path / "f.ll"
        path.write_text(text)
        return str(path)

    return write


def signature(text: str, name: str) -> tuple[str, list[str]]:
    """Result type and parameters of a function in a module, which LLVM verifies."""
    module = llvm.parse_assembly(text, llvm.create_context())
    module.verify()
    function = module.get_function(name)
    return str(function.global_value_type).partition(" (")[0], [f"{a.type} {a.name}" for a in function.arguments]


def test_reverse_of_the_only_function_with_its_pointers_duplicated_and_its_floats_active(save, capsys) -> None:
    assert main(["-p", "reverse", save(SQUARE_SUM)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert signature(out, "f.vjp") == (
        "double", ["ptr x", "ptr x.shadow", "i64 n", "double a", "ptr a.bar", "double seed"])
    assert "@irad.tape.open" in out


def test_forward(save, capsys) -> None:
    assert main(["-p", "forward", save(SQUARE_SUM)]) == 0
    assert signature(capsys.readouterr().out, "f.jvp") == (
        "{ double, double }", ["ptr x", "ptr x.shadow", "i64 n", "double a", "double a.dot"])


def test_parameters_as_given(save, capsys) -> None:
    assert main(["-p", "reverse", "--parameters", "const:double, const,active", save(SQUARE_SUM)]) == 0
    assert signature(capsys.readouterr().out, "f.vjp")[1] == ["ptr x", "i64 n", "double a", "ptr a.bar", "double seed"]


def test_no_parameters(save, capsys) -> None:
    assert main(["-p", "forward", "--parameters", "", save("define double @f() {\n  ret double 1.0\n}\n")]) == 0
    assert signature(capsys.readouterr().out, "f.jvp") == ("{ double, double }", [])


def test_status(save, capsys) -> None:
    assert main(["-p", "reverse", "--status", save(STATUS)]) == 0
    assert signature(capsys.readouterr().out, "f.vjp") == ("i32", ["ptr to", "ptr to.shadow", "double x", "ptr x.bar"])


def test_lowered_to_a_file(save, capsys, tmp_path: Path) -> None:
    target = tmp_path / "out.ll"
    assert main(["-p", "reverse", "--lower", "-o", str(target), save(SQUARE_SUM)]) == 0
    assert capsys.readouterr() == ("", "")
    text = target.read_text()
    assert signature(text, "f.vjp")[0] == "double"
    assert "irad.tape.open" not in text and "@malloc" in text


def test_a_function_by_name_from_standard_input(capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(TWO))
    assert main(["-p", "forward", "--function", "g", "-"]) == 0
    assert "@g.jvp(" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (OPAQUE, [], "no derivative rule for the call to `g`: %y = call double @g(double %x)"),
        ("hello\n", [], "not LLVM IR: LLVM IR parsing error <string>:1:1: error: expected top-level entity hello ^"),
        (TWO, [], "choose a function with --function; defined: f, g"),
        (TWO, ["--function", "h"], "no function h; defined: f, g"),
        ("declare double @f(double)\n", ["--function", "f"], "no function f; defined: none"),
        (TWO, ["--function", "f", "--parameters", "active,const"], "f has 1 parameters, the request has 2"),
    ],
)  # fmt: skip
def test_an_error_is_one_line(save, capsys, text: str, options: list[str], message: str) -> None:
    assert main(["-p", "reverse", *options, save(text)]) == 1
    assert capsys.readouterr() == ("", f"irad_passes: {message}\n")


def test_a_file_that_is_not_there(capsys, tmp_path: Path) -> None:
    assert main(["-p", "reverse", str(tmp_path / "none.ll")]) == 1
    out, err = capsys.readouterr()
    assert out == "" and "none.ll" in err and err.count("\n") == 1


@pytest.mark.parametrize("options", [
    [], ["-p", "sideways"], ["-p", "reverse", "--parameters", "dup,actve"], ["-p", "reverse", "--parameters", "dup:double:x"],
    ["-p", "reverse", "--colour"]])
def test_bad_usage(save, capsys, options: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([*options, save(SQUARE_SUM)])
    assert exit_.value.code == 2
    assert "usage: python -m irad_passes" in capsys.readouterr().err
