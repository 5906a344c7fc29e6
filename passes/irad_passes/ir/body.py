"""Read the body of a function: blocks and instructions. The part of `read` that knows the grammar of each opcode."""

from __future__ import annotations

import re
from collections.abc import Callable

from irad_passes.ir import types as T
from irad_passes.ir.model import (
    BINARY,
    CASTS,
    TAILS,
    TERMINATORS,
    Block,
    Constant,
    Function,
    Instruction,
    LocalMetadata,
    Value,
    quoted,
    unquoted,
)
from irad_passes.ir.scanner import Scanner
from irad_passes.ir.types import FunctionType, StructType, Type, VectorType

FLAGS = frozenset({
    "nuw", "nsw", "exact", "disjoint", "nneg", "samesign", "inbounds", "nusw", "inalloca", "swifterror", "weak", "fast", "nnan", "ninf",
    "nsz", "arcp", "contract", "afn", "reassoc"})
ORDERINGS = frozenset({"unordered", "monotonic", "acquire", "release", "acq_rel", "seq_cst"})
PADS = frozenset({"catchswitch", "catchpad", "cleanuppad"})
_LABEL = re.compile(r'\s*("[^"]*"|[-\w$.]+):', re.ASCII)
_CONTINUES = re.compile(r"\s+(?:to label|unwind (?:label|to)|cleanup\b|catch |filter |\]|i\d+ \S+, label)").match


class BodyReader(Scanner):
    """Reads the lines of function after function; what belongs to the present one is set by `read_body`."""

    def read_body(self, function: Function, lines: list[str], index: int) -> int:
        """Read the lines from ``index`` up to the closing brace into ``function``; return the index behind it."""
        self.function = function
        self.values: dict[str, Value] = {}
        self.blocks: dict[str, Block] = {}
        self.block: Block | None = None
        self.awaited: set[str] = set()
        self.renamed: dict[str, Value] = {}
        self.next_number = 0
        for argument in function.arguments:
            self._enter("%" + quoted(argument.name) if argument.name else "", argument)
        while True:
            if index == len(lines):
                raise self.error(f"the body of @{function.name} is not closed")
            line = lines[index]
            number = index + 1
            index += 1
            label = _LABEL.match(line)
            if label:
                self.number, self.line = number, line
                self._begin_block("%" + label[1])
                line = line[label.end():]
            while _CONTINUES(lines[index] if index < len(lines) else ""):
                line += " " + lines[index]
                index += 1
            self.start(line, number)
            if not self.tokens[0]:
                continue
            if self.tokens[0] == "}":
                break
            while True:
                try:
                    self._statement()
                    break
                except IndexError:
                    if index == len(lines) or lines[index].strip() in ("", "}"):
                        raise self.error("unexpected end of the instruction") from None
                    line += " " + lines[index]
                    index += 1
                    self.start(line, number)
        self._finish()
        return index

    def _finish(self) -> None:
        """Check that all names are defined, and name what was only numbered."""
        function = self.function
        if self.awaited:
            raise self.error(f"undefined value {min(self.awaited)} in @{function.name}")
        if len(self.blocks) != len(function.blocks):
            missing = next(b.name for b in self.blocks.values() if b.parent is None)
            raise self.error(f"undefined block %{missing} in @{function.name}")
        if self.renamed:
            names = {v.name for v in (*self.values.values(), *function.blocks)}
            for number, value in self.renamed.items():
                name = "v" + number.removeprefix("%").strip('"')
                while name in names:
                    name += "."
                names.add(name)
                value.name = name

    # Names

    def _key(self, token: str) -> str:
        """``token`` (``%name``) as it stands in the tables: without quotes it does not need. Digits in quotes are no number."""
        name = unquoted(token[1:])
        return token if name.isdigit() else "%" + quoted(name)

    def _numbered(self, token: str, value: Value) -> str:
        """Note ``value`` for naming where its name is a number, which it also is when it has none; return its key."""
        if not token:
            token = f"%{self.next_number}"
        if token[1:].strip('"').isdigit():
            if token[1:].isdigit():
                self.next_number = int(token[1:]) + 1
            self.renamed[token] = value
        return token

    def _enter(self, token: str, value: Value) -> None:
        token = self._numbered(token, value)
        if token in self.values:
            raise self.error(f"second definition of {token}")
        self.values[token] = value

    def value(self, type_: Type) -> Value:
        """A value of ``type_``: a local one, maybe not yet defined, or a constant."""
        token = self.tokens[self.at]
        if token[0] != "%":
            return self._metadata_value() if type_ is T.METADATA else self.constant(type_)
        self.at += 1
        return self.values.get(token) or self._awaited(token, type_)

    def typed(self) -> Value:
        return self.value(self.type())

    def _awaited(self, token: str, type_: Type) -> Value:
        """The value ``token``, which is not known under just this spelling: an instruction that is filled in when it is met."""
        token = self._key(token)
        if token not in self.values:
            self.values[token] = Instruction("", type_, name=token)
            self.awaited.add(token)
        return self.values[token]

    def _metadata_value(self) -> Constant:
        """An operand of type metadata: ``!5``, or a value with its type, or ``!DIArgList`` with several of these."""
        begin = self.at
        if not self.at_type() and self.tokens[begin] != "!DIArgList":
            return self.constant(T.METADATA)
        if self.tokens[begin] == "!DIArgList":
            self.at += 1
            self.group()
        else:
            self.typed()
        template, values, _ = self._template(begin, self.at)
        return LocalMetadata(template, tuple(values)) if values else self.constants.setdefault(
            (T.METADATA, template), Constant(T.METADATA, self.text(begin, self.at)))

    def block_ref(self) -> Block:
        token = self.tokens[self.at]
        self.at += 1
        if token[0] != "%":
            raise self.error(f"expected a block instead of {token!r}")
        return self.blocks.get(token) or self._named_block(token)

    def _named_block(self, token: str) -> Block:
        token = self._key(token)
        if token not in self.blocks:
            self.blocks[token] = Block(unquoted(token[1:]))
        return self.blocks[token]

    def label(self) -> Block:
        self.expect("label")
        return self.block_ref()

    def _begin_block(self, token: str) -> None:
        block = self._named_block(token or f"%{self.next_number}")
        if block.parent is not None:
            raise self.error(f"second block {block.name}")
        self._numbered(token, block)
        block.parent = self.function
        self.function.blocks.append(block)
        self.block = block

    # Statements

    def _statement(self) -> None:
        tokens = self.tokens
        self.result = ""
        if tokens[1] == "=":
            self.result = tokens[0] if tokens[0][1:2] != '"' else self._key(tokens[0])
            self.at = 2
        opcode = tokens[self.at]
        self.at += 1
        if opcode in TAILS:
            self.at -= 1
            opcode = "call"
        elif opcode in ("uselistorder", "uselistorder_bb"):
            return
        if self.block is None:
            self._begin_block("")
        reader = READERS.get(opcode)
        if reader is not None:
            reader(self, opcode)
        elif opcode[0].isalpha():
            self._verbatim(opcode)
        elif opcode.startswith("#dbg_"):
            self._debug_record(opcode)
        else:
            raise self.error(f"expected an instruction instead of {opcode!r}")

    def emit(self, opcode: str, type_: Type, operands: list[Value], flags: tuple[str, ...] = (),
             blocks: list[Block] | tuple[Block, ...] = (), extra: dict[str, object] | None = None, suffix: str | None = None) -> None:
        """Append the instruction to the block, under the name that stands before it."""
        if suffix is None:
            suffix = self._attachments() if self.tokens[self.at] else ""
        block, result = self.block, self.result
        assert block is not None
        if result in self.awaited:
            self.awaited.remove(result)
            instruction = self.values[result]
            assert isinstance(instruction, Instruction)
            users = instruction.users
            Instruction.__init__(instruction, opcode, type_, operands, flags=flags, blocks=blocks, extra=extra, suffix=suffix)
            instruction.users = users + instruction.users
            self._numbered(result, instruction)
        else:
            instruction = Instruction(opcode, type_, operands, flags=flags, blocks=blocks, extra=extra, suffix=suffix)
            if result or type_ is not T.VOID:
                self._enter(result, instruction)
        if result:
            instruction.name = result[1:] if result[1] != '"' else unquoted(result[1:])
        instruction.parent = block
        block.instructions.append(instruction)
        if opcode in TERMINATORS:
            self.block = None

    def _attachments(self) -> str:
        """The metadata attachments that end a statement."""
        if self.tokens[self.at] != "," or self.tokens[self.at + 1][0] != "!":
            raise self.error(f"unexpected {self.tokens[self.at]!r}")
        return self.rest()

    def flags(self) -> tuple[str, ...]:
        tokens, at = self.tokens, self.at
        if tokens[at] not in FLAGS:
            return ()
        while tokens[self.at] in FLAGS:
            self.at += 1
        return tuple(tokens[at:self.at])

    def more(self) -> bool:
        """Pass over a comma before one more item, unless metadata attachments follow it."""
        if self.tokens[self.at] == "," and self.tokens[self.at + 1][0] != "!":
            self.at += 1
            return True
        return False

    # Instructions

    def _unary(self, opcode: str) -> None:
        flags = self.flags()
        value = self.typed()
        self.emit(opcode, T.VOID if opcode == "resume" else value.type, [value], flags)

    def _binary(self, opcode: str) -> None:
        flags = self.flags()
        type_ = self.type()
        left = self.value(type_)
        self.expect(",")
        self.emit(opcode, type_, [left, self.value(type_)], flags)

    def _cast(self, opcode: str) -> None:
        flags = self.flags()
        value = self.typed()
        self.expect("to")
        self.emit(opcode, self.type(), [value], flags)

    def _compare(self, opcode: str) -> None:
        flags = self.flags()
        predicate = self.tokens[self.at]
        self.at += 1
        type_ = self.type()
        left = self.value(type_)
        self.expect(",")
        result = T.vector(type_.count, T.I1, type_.scalable) if isinstance(type_, VectorType) else T.I1
        self.emit(opcode, result, [left, self.value(type_)], flags, extra={"predicate": predicate})

    def _phi(self, opcode: str) -> None:
        flags = self.flags()
        type_ = self.type()
        values: list[Value] = []
        blocks: list[Block] = []
        while True:
            self.expect("[")
            values.append(self.value(type_))
            self.expect(",")
            blocks.append(self.block_ref())
            self.expect("]")
            if not self.more():
                break
        self.emit(opcode, type_, values, flags, blocks)

    def _operands(self, count: int) -> list[Value]:
        """``count`` typed values with commas between them."""
        operands = [self.typed()]
        for _ in range(count - 1):
            self.expect(",")
            operands.append(self.typed())
        return operands

    def _select(self, opcode: str) -> None:
        flags = self.flags()
        operands = self._operands(3)
        self.emit(opcode, operands[1].type, operands, flags)

    def _element(self, opcode: str) -> None:
        operands = self._operands(2 if opcode == "extractelement" else 3)
        type_ = operands[0].type
        if opcode == "extractelement":
            type_ = type_.scalar
        elif opcode == "shufflevector":
            mask = operands[2].type
            assert isinstance(mask, VectorType)
            type_ = T.vector(mask.count, type_.scalar, mask.scalable)
        self.emit(opcode, type_, operands)

    def _member(self, opcode: str) -> None:
        operands = self._operands(1 if opcode == "extractvalue" else 2)
        indices: list[int] = []
        while self.more():
            indices.append(self.integer())
        type_ = operands[0].type
        if opcode == "extractvalue":
            for index in indices:
                if isinstance(type_, StructType) and index < len(type_.elements):
                    type_ = type_.elements[index]
                elif isinstance(type_, T.ArrayType):
                    type_ = type_.element
                else:
                    raise self.error(f"no element {index} in {type_}")
        self.emit(opcode, type_, operands, extra={"indices": tuple(indices)})

    def _alloca(self, opcode: str) -> None:
        flags = self.flags()
        extra: dict[str, object] = {"allocated": self.type()}
        operands: list[Value] = []
        type_ = T.PTR
        while self.more():
            if self.accept("align"):
                extra["align"] = self.integer()
            elif self.accept("addrspace"):
                self.expect("(")
                space = extra["addrspace"] = self.integer()
                self.expect(")")
                type_ = T.plain(f"ptr addrspace({space})") if space else T.PTR
            else:
                operands.append(self.typed())
        self.emit(opcode, type_, operands, flags, extra=extra)

    def _memory(self, opcode: str) -> None:
        """Loads, stores and the atomic instructions."""
        extra: dict[str, object] = {}
        self.accept("atomic")
        flags = self.flags()
        if self.accept("volatile"):
            extra["volatile"] = True
        if opcode == "load":
            type_ = self.type()
            self.expect(",")
            operands = self._operands(1)
        elif opcode == "store":
            type_, operands = T.VOID, self._operands(2)
        elif opcode == "atomicrmw":
            extra["operation"] = self.tokens[self.at]
            self.at += 1
            operands = self._operands(2)
            type_ = operands[1].type
        elif opcode == "cmpxchg":
            operands = self._operands(3)
            type_ = T.struct((operands[1].type, T.I1))
        else:
            type_, operands = T.VOID, []
        if self.accept("syncscope"):
            begin = self.at
            self.group()
            extra["syncscope"] = self.text(begin + 1, self.at - 1)
        for key in ("ordering", "failure_ordering"):
            if self.tokens[self.at] in ORDERINGS:
                extra[key] = self.tokens[self.at]
                self.at += 1
        if self.more():
            self.expect("align")
            extra["align"] = self.integer()
        self.emit(opcode, type_, operands, flags, extra=extra)

    def _gep(self, opcode: str) -> None:
        flags = self.flags()
        source = self.type()
        operands: list[Value] = []
        while self.more():
            operands.append(self.typed())
        type_ = operands[0].type
        for index in operands:
            if isinstance(index.type, VectorType):
                type_ = T.vector(index.type.count, type_.scalar, index.type.scalable)
        self.emit(opcode, type_, operands, flags, extra={"source_type": source})

    def _call(self, opcode: str) -> None:
        kind: tuple[str, ...] = ()
        if self.tokens[self.at] in TAILS:
            kind = (self.tokens[self.at],)
            self.at += 1
            self.expect("call")
        flags = kind + self.flags()
        extra: dict[str, object] = {}
        attributes = self.attributes(before_type=True)
        if attributes:
            extra["return_attributes"] = attributes
        type_ = self.type()
        if isinstance(type_, FunctionType):
            extra["function_type"] = type_
            type_ = type_.returns
        callee = self.value(T.PTR)
        self.expect("(")
        operands: list[Value] = []
        each: list[str] = []
        while not self.accept(")"):
            if operands:
                self.expect(",")
            argument = self.type()
            each.append("" if argument is T.METADATA else self.attributes(before_type=False))
            operands.append(self.value(argument))
        if any(each):
            extra["argument_attributes"] = tuple(each)
        operands.append(callee)
        blocks: list[Block] = []
        if opcode == "invoke":
            begin = self.at
            while self.tokens[self.at] != "to":
                self.at += 1 if self.tokens[self.at] else self._missing()
            if self.at > begin:
                extra["function_attributes"] = self.text(begin, self.at)
            self.at += 1
            blocks.append(self.label())
            self.expect("unwind")
            blocks.append(self.label())
        self.emit(opcode, type_, operands, flags, blocks, extra, self.rest())

    def _missing(self) -> int:
        raise IndexError

    def _va_arg(self, opcode: str) -> None:
        operands = self._operands(1)
        self.expect(",")
        self.emit(opcode, self.type(), operands)

    # Terminators

    def _ret(self, opcode: str) -> None:
        type_ = self.type()
        self.emit(opcode, T.VOID, [] if type_ is T.VOID else [self.value(type_)])

    def _br(self, opcode: str) -> None:
        if self.accept("label"):
            self.emit(opcode, T.VOID, [], blocks=[self.block_ref()])
            return
        condition = self.typed()
        self.expect(",")
        then = self.label()
        self.expect(",")
        self.emit(opcode, T.VOID, [condition], blocks=[then, self.label()])

    def _switch(self, opcode: str) -> None:
        operands = self._operands(1)
        self.expect(",")
        blocks = [self.label()]
        self.expect("[")
        while not self.accept("]"):
            operands.append(self.typed())
            self.expect(",")
            blocks.append(self.label())
        self.emit(opcode, T.VOID, operands, blocks=blocks)

    def _indirectbr(self, opcode: str) -> None:
        operands = self._operands(1)
        self.expect(",")
        self.expect("[")
        blocks: list[Block] = []
        while not self.accept("]"):
            if blocks:
                self.expect(",")
            blocks.append(self.label())
        self.emit(opcode, T.VOID, operands, blocks=blocks)

    def _unreachable(self, opcode: str) -> None:
        self.emit(opcode, T.VOID, [])

    # Text that is kept

    def _debug_record(self, opcode: str) -> None:
        self.expect("(")
        operands: list[Value] = []
        while not self.accept(")"):
            if operands:
                self.expect(",")
            operands.append(self._metadata_value())
        self.emit(opcode, T.VOID, operands)

    def _verbatim(self, opcode: str) -> None:
        """An instruction of which only the references are understood. Its type is the first one that is named."""
        begin = self.at
        end = len(self.tokens) - 1
        type_ = T.TOKEN if opcode in PADS else T.VOID
        if self.result and type_ is T.VOID:
            while not self.at_type():
                self.at += 1
            type_ = self.type()
            if isinstance(type_, FunctionType):
                type_ = type_.returns
        template, values, blocks = self._template(begin, end)
        self.at = end
        self.emit(opcode, type_, values, blocks=blocks, extra={"template": template}, suffix="")

    def _template(self, begin: int, end: int) -> tuple[str, list[Value], list[Block]]:
        """The text of some tokens for `str.format`, over the references of the values and then of the blocks in it."""
        values: list[Value] = []
        blocks: list[Block] = []
        parts: list[tuple[int, bool]] = []
        for at in range(begin, end):
            token = self.tokens[at]
            if token[0] == "%" and token not in self.named_types:
                self.at = at
                is_block = self.tokens[at - 1] == "label"
                if is_block:
                    blocks.append(self.block_ref())
                else:
                    values.append(self.value(T.TOKEN))
                parts.append((at, is_block))
        template, behind, counts = "", begin, [0, len(values)]
        for at, is_block in parts:
            template += self._between(behind, at) + f"{{{counts[is_block]}}}"
            counts[is_block] += 1
            behind = at + 1
        self.at = end
        return template + self._between(behind, end), values, blocks

    def _between(self, begin: int, end: int) -> str:
        """The text from ``begin`` to ``end`` with the blanks around it, braces doubled."""
        if begin >= end:
            return " "
        return f" {self.text(begin, end)} ".replace("{", "{{").replace("}", "}}")


READERS: dict[str, Callable[[BodyReader, str], None]] = {
    **dict.fromkeys(BINARY, BodyReader._binary),
    **dict.fromkeys(("fneg", "freeze", "resume"), BodyReader._unary),
    **dict.fromkeys(CASTS, BodyReader._cast),
    **dict.fromkeys(("icmp", "fcmp"), BodyReader._compare),
    **dict.fromkeys(("load", "store", "fence", "cmpxchg", "atomicrmw"), BodyReader._memory),
    **dict.fromkeys(("extractelement", "insertelement", "shufflevector"), BodyReader._element),
    **dict.fromkeys(("extractvalue", "insertvalue"), BodyReader._member),
    **dict.fromkeys(("call", "invoke"), BodyReader._call),
    "phi": BodyReader._phi, "select": BodyReader._select, "alloca": BodyReader._alloca, "getelementptr": BodyReader._gep,
    "va_arg": BodyReader._va_arg, "ret": BodyReader._ret, "br": BodyReader._br, "switch": BodyReader._switch,
    "indirectbr": BodyReader._indirectbr, "unreachable": BodyReader._unreachable,
}
