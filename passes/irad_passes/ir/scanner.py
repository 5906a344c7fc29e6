"""Tokens of LLVM's text, and the types, constants and attributes they spell. `scope` adds the values of a function."""

from __future__ import annotations

import re

from irad_passes.errors import ParseError
from irad_passes.ir import types as T
from irad_passes.ir.model import Constant
from irad_passes.ir.types import Type

TOKEN = re.compile(
    r"""[%@$](?:[-\w$.]+|"[^"]*")             # names of values, types, functions, globals, comdats
      | c?"[^"]*"                             # strings
      | [-+]?\w[\w.]*(?:(?<=[eE])[-+]\d+)?    # words and numbers
      | \.\.\. | [!\#][-\w$.\\]*              # metadata, attribute groups, debug records
      | ;.* | \S""", re.ASCII | re.VERBOSE)

OPEN, CLOSE = frozenset("([{<"), frozenset(")]}>")
LITERALS = frozenset({"true", "false", "null", "undef", "poison", "zeroinitializer", "none"})
EXPRESSIONS = frozenset({
    "getelementptr", "inttoptr", "ptrtoint", "ptrtoaddr", "bitcast", "addrspacecast", "trunc", "zext", "sext", "add", "sub", "mul", "xor",
    "shl", "and", "or", "icmp", "fcmp", "select", "extractelement", "insertelement", "shufflevector", "splat", "blockaddress",
    "dso_local_equivalent", "no_cfi", "ptrauth", "asm"})
SIMPLE: dict[str, Type] = {text: T.plain(text) for text in (
    "void", "ptr", "double", "float", "half", "bfloat", "x86_fp80", "fp128", "ppc_fp128", "x86_mmx", "x86_amx", "label", "token",
    "metadata", "i1", "i8", "i16", "i32", "i64", "i128")}
_INTEGER = re.compile(r"i\d+").fullmatch


class Scanner:
    """Walks over the tokens of one statement after the other.

    ``tokens`` ends with an empty string, so that a look ahead is always possible, and whatever needs one more token than there
    are raises `IndexError`: the statement goes on in the next line.
    """

    def __init__(self, named_types: dict[str, Type]) -> None:
        self.named_types = named_types
        self.constants: dict[tuple[Type, str], Constant] = {}
        self.line, self.number = "", 0
        self.tokens: list[str] = []
        self.at = 0
        self._spans: list[tuple[int, int]] | None = None

    def start(self, line: str, number: int) -> None:
        """Go to the first token of ``line``, which may be several lines."""
        self.line, self.number = line, number
        tokens = TOKEN.findall(line)
        if ";" in line:
            tokens = [token for token in tokens if token[0] != ";"]
        tokens.append("")
        self.tokens, self.at, self._spans = tokens, 0, None

    def error(self, what: str) -> ParseError:
        return ParseError(f"line {self.number}: {what}: {' '.join(self.line.split())}")

    def text(self, begin: int, end: int) -> str:
        """The tokens from ``begin`` to before ``end``, as they are spaced if they stand in one line."""
        if end - begin <= 1:
            return self.tokens[begin] if end > begin else ""
        text = self.line[self.span(begin)[0]:self.span(end - 1)[1]]
        return " ".join(self.tokens[begin:end]) if "\n" in text else text

    def span(self, at: int) -> tuple[int, int]:
        """Where the token ``at`` is in the line."""
        if self._spans is None:
            self._spans = [m.span() for m in TOKEN.finditer(self.line) if m[0][0] != ";"]
        return self._spans[at]

    def rest(self) -> str:
        """What is left of the statement, with the blanks before it."""
        last = len(self.tokens) - 1
        if self.at == last:
            return ""
        text = self.text(self.at, last)
        return text if text[0] == "," else " " + text

    def expect(self, token: str) -> None:
        found = self.tokens[self.at]
        if found != token:
            if not found:
                raise IndexError
            raise self.error(f"expected {token!r} before {found!r}")
        self.at += 1

    def accept(self, token: str) -> bool:
        if self.tokens[self.at] != token:
            return False
        self.at += 1
        return True

    def integer(self) -> int:
        token = self.tokens[self.at]
        self.at += 1
        if not token:
            raise IndexError
        if not token.isdigit():
            raise self.error(f"expected a number instead of {token!r}")
        return int(token)

    def group(self) -> None:
        """Pass over a bracket and all up to its counterpart."""
        depth, at, tokens = 0, self.at, self.tokens
        while True:
            token = tokens[at]
            at += 1
            if token in OPEN:
                depth += 1
            elif token in CLOSE:
                depth -= 1
                if not depth:
                    break
        self.at = at

    # Types

    def at_type(self) -> bool:
        """Whether a type begins here."""
        token = self.tokens[self.at]
        return token in SIMPLE or token[0] in "{[<%" or token == "target" or _INTEGER(token) is not None

    def type(self) -> Type:
        token = self.tokens[self.at]
        self.at += 1
        found = SIMPLE.get(token)
        if found is None:
            found = self._compound(token)
        elif token == "ptr" and self.accept("addrspace"):
            begin = self.at
            self.group()
            found = T.plain(f"ptr addrspace{self.text(begin, self.at)}")
        while self.tokens[self.at] == "(":
            self.at += 1
            found = T.function(found, *self._parameters())
        return found

    def _compound(self, token: str) -> Type:
        first = token[0]
        if first == "[":
            count = self.integer()
            self.expect("x")
            result: Type = T.array(count, self.type())
            self.expect("]")
        elif first == "{":
            result = T.struct(self._elements())
        elif first == "<":
            if self.accept("{"):
                result = T.struct(self._elements(), True)
            else:
                scalable = self.accept("vscale")
                if scalable:
                    self.expect("x")
                count = self.integer()
                self.expect("x")
                result = T.vector(count, self.type(), scalable)
            self.expect(">")
        elif first == "%":
            if token not in self.named_types:
                raise self.error(f"unknown type {token}")
            result = self.named_types[token]
        elif token == "target":
            begin = self.at - 1
            self.group()
            result = T.plain(self.text(begin, self.at))
        elif _INTEGER(token):
            result = SIMPLE[token] = T.plain(token)
        else:
            raise self.error(f"expected a type instead of {token!r}")
        return result

    def _elements(self) -> tuple[Type, ...]:
        if self.accept("}"):
            return ()
        elements = [self.type()]
        while self.accept(","):
            elements.append(self.type())
        self.expect("}")
        return tuple(elements)

    def _parameters(self) -> tuple[tuple[Type, ...], bool]:
        parameters: list[Type] = []
        variadic = False
        while not self.accept(")"):
            if parameters:
                self.expect(",")
            variadic = self.accept("...")
            if not variadic:
                parameters.append(self.type())
        return tuple(parameters), variadic

    # Constants and attributes

    def constant(self, type_: Type) -> Constant:
        key = type_, self.constant_text()
        found = self.constants.get(key)
        if found is None:
            found = self.constants[key] = Constant(*key)
        return found

    def constant_text(self) -> str:
        begin, token = self.at, self.tokens[self.at]
        first = token[0]
        self.at += 1
        if first in "@-+0123456789" or token in LITERALS or token[:2] == 'c"' or token[1:3] == "0x":
            return token
        if first in OPEN:
            self.at = begin
            self.group()
        elif first == "!":
            self._metadata()
        elif token in EXPRESSIONS or self.tokens[self.at] == "(":
            self._expression(token)
        else:
            raise self.error(f"expected a value instead of {token!r}")
        return self.text(begin, self.at)

    def _expression(self, token: str) -> None:
        """Pass over the rest of a constant expression or inline assembly that begins with ``token``."""
        while self.tokens[self.at][0].isalpha():
            self.at += 1
            if self.tokens[self.at - 1] == "inrange":
                self.group()
        if token == "asm":
            self.at += 1
            self.expect(",")
            self.at += 1
        elif self.tokens[self.at][0] == "@":
            self.at += 1
        else:
            self.group()

    def _metadata(self) -> None:
        """Pass over the rest of a metadata operand: ``!5``, ``!"text"``, ``!{...}``, ``!DIExpression(...)``."""
        following = self.tokens[self.at]
        if following[:1] == '"':
            self.at += 1
        elif following in ("{", "("):
            self.group()

    def attributes(self, *, before_type: bool) -> str:
        """Attributes (and linkage, calling convention) up to a type, or else up to a value, comma or closing parenthesis."""
        begin = self.at
        while not (self.at_type() if before_type else self._at_value()):
            token = self.tokens[self.at]
            self.at += 1
            following = self.tokens[self.at]
            if following == "(":
                self.group()
            elif following == "=":
                self.at += 2
            elif token == "align":
                self.at += 1
        return self.text(begin, self.at)

    def _at_value(self) -> bool:
        token = self.tokens[self.at]
        first = token[0]
        return not (first.isalpha() or first == '"') or token in LITERALS or token in EXPRESSIONS or token[:2] == 'c"'
