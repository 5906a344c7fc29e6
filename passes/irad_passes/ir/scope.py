"""The local names of a function while its body is read: values, blocks, and text that mentions them."""

from __future__ import annotations

from irad_passes.ir import types as T
from irad_passes.ir.model import TERMINATORS, Block, Constant, Function, Instruction, Mention, Value, quoted, unquoted
from irad_passes.ir.scanner import Scanner
from irad_passes.ir.types import Type

FLAGS = frozenset({
    "nuw", "nsw", "exact", "disjoint", "nneg", "samesign", "inbounds", "nusw", "inalloca", "swifterror", "weak", "fast", "nnan", "ninf",
    "nsz", "arcp", "contract", "afn", "reassoc"})


class Scope(Scanner):
    """Knows what is defined in the present function, and appends instructions to its present block.

    A value that is used before its definition is an empty instruction, which `emit` fills in.
    """

    def __init__(self, named_types: dict[str, Type]) -> None:
        super().__init__(named_types)
        self.renamed_blocks: dict[tuple[str, str], str] = {}

    def open(self, function: Function) -> None:
        """Begin with the body of ``function``."""
        self.function = function
        self.values: dict[str, Value] = {}
        self.blocks: dict[str, Block] = {}
        self.block: Block | None = None
        self.result = ""
        self.awaited: set[str] = set()
        self.numbered: dict[str, Value] = {}
        self.next_number = 0
        for argument in function.arguments:
            self._enter("%" + quoted(argument.name) if argument.name else "", argument)

    def close(self) -> None:
        """Check that all names are defined, and name what was only numbered."""
        function = self.function
        if self.awaited:
            raise self.error(f"undefined value {min(self.awaited)} in @{function.name}")
        if len(self.blocks) != len(function.blocks):
            missing = next(b.name for b in self.blocks.values() if b.parent is None)
            raise self.error(f"undefined block %{missing} in @{function.name}")
        if not self.numbered:
            return
        names = {v.name for v in (*self.values.values(), *function.blocks)}
        for token, value in self.numbered.items():
            name = "v" + token[1:].strip('"')
            while name in names:
                name += "."
            names.add(name)
            value.name = name
            if isinstance(value, Block):
                self.renamed_blocks[function.name, token] = "%" + name

    # Names

    def key(self, token: str) -> str:
        """``token`` (``%name``) as it stands in the tables: without quotes it does not need. Digits in quotes are no number."""
        name = unquoted(token[1:])
        return token if name.isdigit() else "%" + quoted(name)

    def _note_number(self, token: str, value: Value) -> str:
        """Note ``value`` for naming where its name is a number, which it also is when it has none; return its key."""
        if not token:
            token = f"%{self.next_number}"
        if token[1:].strip('"').isdigit():
            if token[1:].isdigit():
                self.next_number = int(token[1:]) + 1
            self.numbered[token] = value
        return token

    def _enter(self, token: str, value: Value) -> None:
        token = self._note_number(token, value)
        if token in self.values:
            raise self.error(f"second definition of {token}")
        self.values[token] = value

    def value(self, type_: Type) -> Value:
        """A value of ``type_``: a local one, maybe not yet defined, or a constant."""
        token = self.tokens[self.at]
        if token[0] != "%":
            return self.metadata_operand() if type_ is T.METADATA else self.constant(type_)
        self.at += 1
        return self.values.get(token) or self._local(token, type_)

    def typed(self) -> Value:
        return self.value(self.type())

    def _local(self, token: str, type_: Type) -> Value:
        """The value ``token``; where it is yet to be defined, an instruction that is filled in then."""
        token = self.key(token)
        if token not in self.values:
            self.values[token] = Instruction("", type_, name=token)
            self.awaited.add(token)
        return self.values[token]

    def block_ref(self) -> Block:
        token = self.tokens[self.at]
        self.at += 1
        if token[0] != "%":
            raise self.error(f"expected a block instead of {token!r}")
        return self.blocks.get(token) or self._block(token)

    def _block(self, token: str) -> Block:
        token = self.key(token)
        if token not in self.blocks:
            self.blocks[token] = Block(unquoted(token[1:]))
        return self.blocks[token]

    def label(self) -> Block:
        self.expect("label")
        return self.block_ref()

    def begin_block(self, token: str) -> None:
        block = self._block(token or f"%{self.next_number}")
        if block.parent is not None:
            raise self.error(f"second block {block.name}")
        self._note_number(token, block)
        block.parent = self.function
        self.function.blocks.append(block)
        self.block = block

    # Statements

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
            self._note_number(result, instruction)
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

    def operands(self, count: int) -> list[Value]:
        """``count`` typed values with commas between them."""
        operands = [self.typed()]
        for _ in range(count - 1):
            self.expect(",")
            operands.append(self.typed())
        return operands

    # Text that mentions local values

    def metadata_operand(self) -> Constant:
        """An operand of type metadata: ``!5``, or a value with its type, or ``!DIArgList`` with several of these."""
        begin = self.at
        if self.tokens[begin] == "!DIArgList":
            self.at += 1
            self.group()
        elif self.at_type():
            self.typed()
        else:
            return self.constant(T.METADATA)
        template, values, _ = self.template(begin, self.at)
        return Mention(T.METADATA, template, tuple(values))

    def template(self, begin: int, end: int) -> tuple[str, list[Value], list[Block]]:
        """The text of the tokens from ``begin`` to before ``end`` for `str.format`, over the values and then the blocks in it."""
        if begin == end:
            return "", [], []
        places = [at for at in range(begin, end) if self.tokens[at][0] == "%" and self.tokens[at] not in self.named_types]
        labels = [at for at in places if self.tokens[at - 1] == "label"]
        others = [at for at in places if self.tokens[at - 1] != "label"]
        blocks = [self._block(self.tokens[at]) for at in labels]
        values = [self._local(self.tokens[at], T.TOKEN) for at in others]
        index = {at: n for n, at in enumerate(others + labels)}
        template, behind = "", self.span(begin)[0]
        for at in places:
            start, stop = self.span(at)
            template += _escaped(self.line[behind:start]) + f"{{{index[at]}}}"
            behind = stop
        self.at = end
        return template + _escaped(self.line[behind:self.span(end - 1)[1]]), values, blocks


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
