"""Read the body of a function: its lines, blocks and statements. `instructions` has the grammar of each opcode."""

from __future__ import annotations

import re

from irad_passes.ir.instructions import READERS, read_verbatim
from irad_passes.ir.model import TAILS, Function
from irad_passes.ir.scope import Scope

_LABEL = re.compile(r'\s*("[^"]*"|[-\w$.]+):', re.ASCII).match
_CONTINUES = re.compile(r"\s+(?:to label|unwind (?:label|to)|cleanup\b|catch |filter |\]|i\d+ \S+, label)").match


class BodyReader(Scope):
    """Reads the bodies of functions, one after the other."""

    def read_body(self, function: Function, lines: list[str], index: int) -> int:
        """Read the lines from ``index`` up to the closing brace into ``function``; return the index behind it."""
        self.open(function)
        end = len(lines)
        while index < end:
            line = lines[index]
            self.number = number = index + 1
            index += 1
            label = _LABEL(line)
            if label:
                self.begin_block("%" + label[1])
                line = line[label.end():]
            while index < end and _CONTINUES(lines[index]):
                line += "\n" + lines[index]
                index += 1
            self.start(line, number)
            if self.tokens[0] == "}":
                self.close()
                return index
            while self.tokens[0]:
                try:
                    self._statement()
                    break
                except IndexError:
                    if index == end or lines[index].strip() in ("", "}"):
                        raise self.error("unexpected end of the instruction") from None
                    line += "\n" + lines[index]
                    index += 1
                    self.start(line, number)
        raise self.error(f"the body of @{function.name} is not closed")

    def _statement(self) -> None:
        tokens = self.tokens
        self.result = ""
        if tokens[1] == "=":
            self.result = self.key(tokens[0]) if '"' in tokens[0] or "$" in tokens[0] else tokens[0]
            self.at = 2
        opcode = tokens[self.at]
        if opcode in TAILS:
            opcode = "call"
        else:
            self.at += 1
        if self.block is None:
            if opcode in ("uselistorder", "uselistorder_bb"):
                return
            self.begin_block("")
        reader = READERS.get(opcode)
        if reader is not None:
            reader(self, opcode)
        elif opcode[0].isalpha():
            read_verbatim(self, opcode)
        else:
            raise self.error(f"expected an instruction instead of {opcode!r}")
