"""Read LLVM's text into the model: the module's own lines and the heads of functions. `body` reads what is in them."""

from __future__ import annotations

import re

from irad_passes.errors import ParseError
from irad_passes.ir import types as T
from irad_passes.ir.body import BodyReader
from irad_passes.ir.model import Argument, Function, Module, unquoted
from irad_passes.ir.scanner import Scanner
from irad_passes.ir.types import StructType, Type

_GLOBAL = re.compile(r'@("[^"]*"|[-\w$.]+)\s*=', re.ASCII).match
_NAMED_TYPE = re.compile(r'%("[^"]*"|[-\w$.]+)\s*=\s*type\s+(.*)', re.ASCII).match
_BLOCK_ADDRESS = re.compile(r'(blockaddress\(@("[^"]*"|[-\w$.]+), )(%\d+)\)', re.ASCII).sub
_HEADER = ("target ", "source_filename", "module asm", "$")
_TRAILER = ("!", "attributes ")
_IGNORED = (";", "^", "uselistorder")


def read(text: str) -> Module:
    """The module that ``text`` spells.

    Values and blocks that are only numbered get names (``%12`` becomes ``%v12``), comments and use-list orders are dropped.

    Raises
    ------
    ParseError
        The text is not LLVM IR; the message names the line.
    """
    lines = text.split("\n")
    module = Module(named_types=_named_types(lines))
    reader = _ModuleReader(module, lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if not line or line.isspace() or line.startswith(_IGNORED):
            continue
        if line.startswith(("define", "declare")):
            index = reader.function_at(index - 1)
        elif match := _GLOBAL(line):
            module.globals[unquoted(match[1])] = line
        elif line.startswith(_TRAILER):
            module.trailer.append(line)
        elif line.startswith(_HEADER) or _NAMED_TYPE(line):
            module.header.append(line)
        else:
            raise ParseError(f"line {index}: neither a function nor a global: {line.strip()}")
    if reader.renamed_blocks and "blockaddress" in text:
        reader.rename_addresses()
    return module


def read_type(text: str) -> Type:
    """The type that ``text`` spells, without named ones."""
    scanner = Scanner({})
    scanner.start(text, 1)
    try:
        found = scanner.type()
    except IndexError:
        raise scanner.error("not a type") from None
    if scanner.tokens[scanner.at]:
        raise scanner.error("not a type")
    return found


class _ModuleReader(BodyReader):
    """Reads functions out of ``lines``, heads and bodies."""

    def __init__(self, module: Module, lines: list[str]) -> None:
        super().__init__(module.named_types)
        self.module = module
        self.lines = lines

    def function_at(self, index: int) -> int:
        """Read the function whose head begins in line ``index``; return the index behind it."""
        line, number = self.lines[index], index + 1
        while True:
            index += 1
            self.start(line, number)
            try:
                function = self._head()
                break
            except IndexError:
                if index == len(self.lines):
                    raise self.error("unexpected end of a function's head") from None
                line += "\n" + self.lines[index]
        if function.name in self.module.functions:
            raise self.error(f"second function @{function.name}")
        self.module.functions[function.name] = function
        return self.read_body(function, self.lines, index) if self.tokens[0] == "define" else index

    def rename_addresses(self) -> None:
        """Let the addresses of blocks follow the names that blocks got."""
        def renamed(match: re.Match[str]) -> str:
            name = self.renamed_blocks.get((unquoted(match[2]), match[3]), match[3])
            return f"{match[1]}{name})"

        for constant in self.constants.values():
            constant.text = _BLOCK_ADDRESS(renamed, constant.text)
        for name, text in self.module.globals.items():
            self.module.globals[name] = _BLOCK_ADDRESS(renamed, text)

    def _head(self) -> Function:
        """The function that ``define`` or ``declare`` announces, yet without blocks."""
        is_definition = self.tokens[0] == "define"
        self.at = 1
        prefix = self.attributes(before_type=True)
        returns = self.type()
        name = self.tokens[self.at]
        if name[0] != "@":
            raise self.error(f"expected the function's name instead of {name!r}")
        self.at += 1
        self.expect("(")
        arguments: list[Argument] = []
        variadic = False
        while not self.accept(")"):
            if arguments:
                self.expect(",")
            variadic = self.accept("...")
            if not variadic:
                arguments.append(self._argument())
        end = len(self.tokens) - 1
        if is_definition:
            end -= 1
            if self.tokens[end] != "{":
                raise IndexError
        suffix = self.text(self.at, end)
        type_ = T.function(returns, tuple(a.type for a in arguments), variadic)
        return Function(unquoted(name[1:]), type_, arguments, prefix=prefix, suffix=suffix)

    def _argument(self) -> Argument:
        argument = Argument(self.type(), "", self.attributes(before_type=False))
        token = self.tokens[self.at]
        if token[0] == "%":
            argument.name = unquoted(token[1:])
            self.at += 1
        return argument


def _named_types(lines: list[str]) -> dict[str, Type]:
    """The types that ``%name = type …`` lines define, in whatever order they refer to each other; keyed by ``%name`` as printed."""
    known: dict[str, Type] = {}
    scanner = Scanner(known)
    pending = [(match[1], match[2], number) for number, line in enumerate(lines, 1)
               if line.startswith("%") and (match := _NAMED_TYPE(line))]
    while pending:
        failed: list[tuple[str, str, int]] = []
        for name, text, number in pending:
            scanner.start(text, number)
            try:
                type_ = T.named(name, ()) if scanner.accept("opaque") else scanner.type()
            except ParseError:
                failed.append((name, text, number))
                continue
            if isinstance(type_, StructType) and not type_.name:
                type_ = T.named(name, type_.elements, type_.packed)
            known["%" + name] = type_
        if len(failed) == len(pending):
            raise scanner.error("unknown type")
        pending = failed
    return known
