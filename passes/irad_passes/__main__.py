"""``python -m irad_passes -p reverse f.ll``: the derivative of a function in LLVM IR, from any compiler, as LLVM IR."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import llvmlite.binding as llvm

from irad_passes.errors import ParseError, PassError
from irad_passes.ir.write import instruction_text
from irad_passes.pipeline import differentiate, lower
from irad_passes.request import Activity, Mode, Parameter, Request

SUFFIX = {Mode.FORWARD: "jvp", Mode.REVERSE: "vjp"}
WORDS = {"const": Activity.CONST, "active": Activity.ACTIVE, "dup": Activity.DUPLICATED, "duplicated": Activity.DUPLICATED}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit status: 0 well, 1 no derivative; bad usage leaves with 2."""
    parser = argparse.ArgumentParser(prog="python -m irad_passes", description="The derivative of a function in LLVM IR, as LLVM IR.")
    parser.add_argument("file", help="LLVM IR as text; - for standard input")
    parser.add_argument("-p", "--mode", required=True, choices=[mode.value for mode in Mode])
    parser.add_argument("--function", metavar="NAME", help="default: the only one that is defined")
    parser.add_argument("--parameters", metavar="LIST", type=parameters_of,
                        help="const, active or dup for each parameter, with the type in memory where it is known: dup:double,const,active; "
                        "with a number where some may point into the same memory: dup:double:1,const:double:1; "
                        "default: pointers dup, floats active, the rest const")
    parser.add_argument("--status", action="store_true", help="the function returns an i32 that is 0 unless it failed, as Numba's do")
    parser.add_argument("--lower", action="store_true", help="with the tape's code, ready to run; default: as abstract calls")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    options = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
        result = _derivative(text, Mode(options.mode), options.function, options.parameters, options.status)
        if options.lower:
            result = lower(result)
        if options.output is None:
            sys.stdout.write(result)
        else:
            Path(options.output).write_text(result, encoding="utf-8")
    except (PassError, OSError, ValueError) as error:
        print(f"irad_passes: {_one_line(error)}", file=sys.stderr)
        return 1
    return 0


def parameters_of(text: str) -> tuple[Parameter, ...]:
    """Read what --parameters says."""
    parts = [(*part.strip().split(":"), "", "")[:3] for part in _separated(text)] if text.strip() else []
    for word, _, group in parts:
        if word not in WORDS:
            raise argparse.ArgumentTypeError(f"'{word}' is none of {', '.join(WORDS)}")
        if group and not group.isdecimal():
            raise argparse.ArgumentTypeError(f"'{group}' is no number of a group")
    return tuple(Parameter(WORDS[word], element, int(group or 0)) for word, element, group in parts)


def _separated(text: str) -> list[str]:
    """The parts of ``text`` between commas that are in no bracket."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "{[<") - (character in "}]>")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _derivative(text: str, mode: Mode, name: str | None, parameters: tuple[Parameter, ...] | None, status: bool) -> str:
    function = _find(text, name)
    if parameters is None:
        parameters = tuple(_default(str(argument.type)) for argument in function.arguments)
    return differentiate(text, Request(function.name, mode, parameters, f"{function.name}.{SUFFIX[mode]}", status)).text


def _find(text: str, name: str | None) -> llvm.ValueRef:
    """The function called ``name``, or the only one."""
    try:
        module = llvm.parse_assembly(text, llvm.create_context())
    except RuntimeError as error:
        raise ParseError(f"not LLVM IR: {error}") from error
    defined = {function.name: function for function in module.functions if not function.is_declaration}
    if name is None and len(defined) == 1:
        return next(iter(defined.values()))
    if name in defined:
        return defined[name]
    found = f"defined: {', '.join(defined) or 'none'}"
    raise ValueError(f"choose a function with --function; {found}" if name is None else f"no function {name}; {found}")


def _default(type_: str) -> Parameter:
    """How a parameter of this type takes part unless something else is said."""
    if type_.startswith("ptr"):
        return Parameter(Activity.DUPLICATED)
    return Parameter(Activity.ACTIVE if type_ in ("float", "double") else Activity.CONST)


def _one_line(error: Exception) -> str:
    where = getattr(error, "instruction", None)
    message = str(error) if where is None else f"{error}: {instruction_text(where)}"
    return " ".join(message.split())


if __name__ == "__main__":
    sys.exit(main())
