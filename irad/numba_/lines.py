"""Where in the user's Python an instruction of captured IR comes from: for error messages.

Captured IR carries no lines. When they are asked for, the function is captured once more with debug information, which changes
no instruction, and the same instruction is looked up there.
"""

from __future__ import annotations

import inspect
import os
import re
import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any

import numba
from numba.core import types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher

from irad.numba_ import target
from irad.numba_.capture import compiled

LIBRARIES = tuple(os.path.dirname(path) + os.sep for path in (numba.__file__, os.path.dirname(__file__)))
Nodes = dict[str, tuple[str, dict[str, Any]]]
NODE = re.compile(r"^(!\d+) = (?:distinct )?!(\w+)\((.*)\)$", re.M)
FIELD = re.compile(r'(\w+): ("[^"]*"|[^,]+)')
RECORD = re.compile(r"^ +#dbg_value\(\S+ (\S+), (!\d+), !DIExpression\(.*\), !\d+\)$", re.M)
CLEARED = ("0", "0.000000e+00", "null", "poison", "undef")  # what a variable holds before it is first set, and after its last use
UNIQUE = re.compile(r"B\d+v\d+.*")


@dataclass(frozen=True)
class SourceLine:
    """A line of Python: ``function`` is the name of the function that it is in."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"`{self.function}` ({os.path.basename(self.file)}:{self.line})"


def source_line(function: CPUDispatcher, signature: tuple[types.Type, ...], *, callee: str = "", opcode: str = "", ordinal: int = 0,
                within: str = "") -> SourceLine:
    """Find the Python line of an instruction of ``capture(function, signature)``.

    Parameters
    ----------
    callee
        The instruction is a call of this function …
    opcode
        … or has this opcode; with neither, the line of the function's definition is returned.
    ordinal
        How many of the same kind come before it in its function, as printed.
    within
        Symbol of that function in the captured module, where it is not the captured function itself.

    Returns
    -------
    SourceLine
        The innermost line outside Numba and irad; that of the definition where no line is known.
    """
    definition = definition_of(function)
    if not callee and not opcode:
        return definition
    text, name = captured_with_lines(function, signature)
    nodes = nodes_of(text)
    for attached in attachments(body(text, within or name), callee, opcode, ordinal):
        if found := innermost(nodes, attached, definition):
            return found
    return definition


def innermost(nodes: Nodes, number: str, definition: SourceLine) -> SourceLine | None:
    """The innermost of the `written` lines that a location stands for."""
    return next(iter(written(nodes, number, definition)), None)


def written(nodes: Nodes, number: str, definition: SourceLine) -> list[SourceLine]:
    """The lines that a location stands for outside Numba and irad, or in the file of the function itself; innermost first."""
    return [line for line in frames(nodes, number) if line.file == definition.file or not line.file.startswith(LIBRARIES)]


def variables(text: str, name: str) -> dict[str, str]:
    """The Python variables that hold a parameter of a function and never anything else, by the parameter's name in the IR.

    ``n, d = x.shape`` makes ``n`` and ``d`` names of the parameters that are the extents of ``x``.
    """
    nodes = nodes_of(text)
    defined = re.search(rf'^define [^@]*@"?{re.escape(name)}"?\(.*!dbg (!\d+) \{{$', text, re.M)
    values: dict[str, set[str]] = {}
    for value, variable in RECORD.findall("\n".join(body(text, name))):
        if value not in CLEARED:
            values.setdefault(variable, set()).add(value)
    found: dict[str, str] = {}
    for variable, held in values.items():
        called, scope = (nodes.get(variable, ("", {}))[1].get(field, "").strip('"') for field in ("name", "scope"))
        if len(held) == 1 and called.isidentifier() and defined is not None and scope == defined[1]:
            found.setdefault(held.pop().removeprefix("%"), called)
    return found


def nodes_of(text: str) -> Nodes:
    """The metadata nodes in ``text`` by their numbers: kind and fields."""
    return {number: (kind, dict(FIELD.findall(fields))) for number, kind, fields in NODE.findall(text)}


def definition_of(function: CPUDispatcher) -> SourceLine:
    """Where the function is defined: the line with its name, behind the decorators, if the source is there."""
    code = function.py_func.__code__
    try:
        lines, first = inspect.getsourcelines(function.py_func)
    except OSError:
        lines, first = [], code.co_firstlineno
    offset = next((i for i, line in enumerate(lines) if line.lstrip().startswith("def ")), 0)
    return SourceLine(code.co_filename, first + offset, function.py_func.__name__)


def captured_with_lines(function: CPUDispatcher, signature: tuple[types.Type, ...]) -> tuple[str, str]:
    """Text of the module with debug information, and the function's name in it."""
    with global_compiler_lock, target.line_numbers(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a function without a source file has no lines, and no need to say so
        result = compiled(function, signature)
        return str(result.library.optimised()), result.fndesc.llvm_func_name


def body(text: str, name: str) -> list[str]:
    """Lines of a function's body; its name may differ in the part that Numba makes unique."""
    definitions = list(re.finditer(r'^define [^@]*@"?([^"( ]+)"?\(.*\{$', text, re.M))
    for stable in (untagged, partial(UNIQUE.sub, "")):  # a function may be there for several types
        wanted = stable(name)
        for definition in definitions:
            if stable(definition[1]) == wanted:
                return text[definition.end():text.index("\n}", definition.end())].splitlines()
    return []


def untagged(name: str) -> str:
    """A symbol of Numba's without its tags, which say which compilation it is from and with what options: ``B`` and a counted string."""
    start = UNIQUE.search(name)
    if start is None:
        return name
    rest = start[0]
    while (length := re.match(r"B(\d+)", rest)) is not None:
        rest = rest[length.end() + int(length[1]):]
    return name[:start.start()] + rest


def attachments(lines: list[str], callee: str, opcode: str, ordinal: int) -> list[str]:
    """Numbers of the locations of the instruction that is meant, and of those that use its result."""
    called = re.compile(rf'\bcall [^@]*@"?{re.escape(UNIQUE.sub("", callee))}(?:B\d+v\d+[^"(]*)?"?\(')
    worked = re.compile(rf"^  (?:%\S+ = )?(?:(?:tail|musttail|notail) )?{re.escape(opcode)}\b")
    meant = [line for line in lines if (called.search(line) if callee else worked.match(line))][ordinal:ordinal + 1]
    if meant and (result := re.match(r"  (%\S+) = ", meant[0])):
        used = re.compile(rf"{re.escape(result[1])}(?![\w.$-])")
        meant += [line for line in lines if used.search(line) and line != meant[0]]
    return [location[1] for line in meant if (location := re.search(r"!dbg (!\d+)", line))]


def frames(nodes: Nodes, number: str) -> list[SourceLine]:
    """The Python lines that a location stands for, innermost first, less those that only say "somewhere in this function"."""
    found = []
    while number in nodes:
        location = nodes[number][1]
        scope = nodes.get(location.get("scope", ""), ("", {}))
        while scope[0] not in ("DISubprogram", ""):
            scope = nodes.get(scope[1].get("scope", ""), ("", {}))
        file = nodes.get(scope[1].get("file", ""), ("", {}))[1]
        path = file.get("filename", "").strip('"')
        if not path.startswith("<"):  # what has no file is known by that name, for which Numba makes up a folder
            path = os.path.join(file.get("directory", "").strip('"'), path)
        name = scope[1].get("name", "").strip('"').rpartition(".")[2]
        if (line := int(location.get("line", 0))) > int(scope[1].get("line", 0)):
            found.append(SourceLine(path, line, name))
        number = location.get("inlinedAt", "")
    return found
