"""The IR as Python objects: modules, functions, blocks, instructions, values, with use lists.

What the passes do not need to understand (attributes, metadata, global initialisers) is carried verbatim as text.
`read` makes these objects from LLVM's text, `write` prints them, `builder` adds to them, `verify` checks them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from irad_passes.ir.types import LABEL, PTR, FloatType, FunctionType, IntType, Type, plain

TERMINATORS = frozenset({"ret", "br", "switch", "indirectbr", "invoke", "callbr", "resume", "catchswitch",
                         "catchret", "cleanupret", "unreachable"})
BINARY = frozenset({"add", "sub", "mul", "udiv", "sdiv", "urem", "srem", "shl", "lshr", "ashr", "and", "or", "xor",
                    "fadd", "fsub", "fmul", "fdiv", "frem"})
CASTS = frozenset({"trunc", "zext", "sext", "fptrunc", "fpext", "fptoui", "fptosi", "uitofp", "sitofp", "ptrtoint", "ptrtoaddr",
                   "inttoptr", "bitcast", "addrspacecast"})
TAILS = frozenset({"tail", "musttail", "notail"})

_LONGEST_NAME = 256


class Value:
    """Anything an instruction can use. ``users`` holds one entry for each operand that is this value."""

    __slots__ = ("name", "type", "users")

    def __init__(self, type_: Type, name: str = "") -> None:
        self.type = type_
        self.name = name
        self.users: list[Instruction] = []

    @property
    def ref(self) -> str:
        """How an operand that is this value is printed, without its type."""
        return "%" + quoted(self.name)

    def replace_all_uses_with(self, other: Value) -> None:
        """Make each user of this value use ``other`` instead."""
        for user in list(self.users):
            for index, operand in enumerate(user.operands):
                if operand is self:
                    user.set_operand(index, other)

    def __repr__(self) -> str:
        return f"{self.type} {self.ref}"


class Constant(Value):
    """A constant, global or constant expression, as LLVM prints it (``text``). Users of constants are not tracked."""

    __slots__ = ("text",)

    def __init__(self, type_: Type, text: str) -> None:
        super().__init__(type_)
        self.text = text

    @property
    def ref(self) -> str:
        return self.text

    @property
    def int_value(self) -> int | None:
        """The number, where this is an integer literal (``true`` is 1); else None."""
        if not isinstance(self.type, IntType):
            return None
        if self.text in ("true", "false"):
            return int(self.text == "true")
        try:
            return int(self.text)
        except ValueError:
            return 0 if self.text == "zeroinitializer" else None

    @property
    def global_name(self) -> str | None:
        """The name behind ``@``, where this is a plain global or function; else None."""
        if not self.text.startswith("@"):
            return None
        return unquoted(self.text[1:])


class Mention(Constant):
    """Text that mentions values of the function without using them: metadata (``ptr %x`` in a debug record), operand bundles.

    ``text`` is a template for `str.format` over the references of ``values``; one that was erased is printed as poison.
    """

    __slots__ = ("values",)

    def __init__(self, type_: Type, text: str, values: tuple[Value, ...]) -> None:
        super().__init__(type_, text)
        self.values = values

    @property
    def ref(self) -> str:
        return self.text.format(*("poison" if _is_erased(v) else v.ref for v in self.values))

    @property
    def is_stale(self) -> bool:
        """Whether one of the values was erased."""
        return any(map(_is_erased, self.values))


def _is_erased(value: Value) -> bool:
    return isinstance(value, Instruction) and value.parent is None


class Argument(Value):
    """A parameter of a function; ``attributes`` is the verbatim text between its type and its name."""

    __slots__ = ("attributes",)

    def __init__(self, type_: Type, name: str, attributes: str = "") -> None:
        super().__init__(type_, name)
        self.attributes = attributes


class Instruction(Value):
    """One instruction.

    ``operands`` holds values only. Block references are in ``blocks``: the targets of a terminator (``br``: true, false;
    ``switch``: default, then one for each case, whose constants are ``operands[1:]``), the incoming blocks of a ``phi``.

    ============================  =================================================================================
    opcode                        layout
    ============================  =================================================================================
    ``call``                      operands = arguments then callee; ``extra["function_type"]`` where printed in full,
                                  ``extra["argument_attributes"]``: tuple of str, one per argument, where any has some,
                                  ``extra["return_attributes"]``: text before the type (also the calling convention),
                                  ``extra["bundles"]``: `Mention`, printed in brackets unless it is stale
    ``invoke``                    as ``call``; blocks = [normal, unwind]; ``extra["function_attributes"]``: text before ``to``
    ``getelementptr``             ``extra["source_type"]``; operands = base then indices
    ``alloca``                    ``extra["allocated"]``: Type; operands = [count] where printed; ``extra["addrspace"]``: int
    ``load``, ``store``           ``store``: operands = [value, pointer]; ``extra["align"]``: int, ``extra["volatile"]``: True,
                                  ``extra["ordering"]`` (which makes it atomic) and ``extra["syncscope"]`` where printed
    ``atomicrmw``                 operands = [pointer, value]; ``extra["operation"]`` and as ``load``
    ``cmpxchg``                   operands = [pointer, expected, new]; ``extra["failure_ordering"]`` and as ``load``
    ``fence``                     ``extra["ordering"]``, ``extra["syncscope"]``
    ``icmp``, ``fcmp``            ``extra["predicate"]``
    ``extractvalue``, …           ``extra["indices"]``: tuple of int
    ``va_arg``                    operands = [list]; the type is the instruction's
    ``#dbg_value``, …             debug records: void, operands are metadata
    landingpad, funclet pads,     ``extra["template"]``: the text for `str.format` over the references of operands, then of
    callbr, unknown opcodes       blocks
    ============================  =================================================================================

    ``flags``: the words behind the opcode (``nuw``, ``fast``, ``inbounds``, ``tail`` …). ``suffix``: verbatim text behind the
    operands that a pass may keep or drop (metadata attachments, call attributes). ``extra``: what the table above names.
    """

    __slots__ = ("blocks", "extra", "flags", "opcode", "operands", "parent", "suffix")

    def __init__(self, opcode: str, type_: Type, operands: list[Value] | tuple[Value, ...] = (), *, name: str = "",
                 flags: tuple[str, ...] = (), blocks: list[Block] | tuple[Block, ...] = (),
                 extra: dict[str, object] | None = None, suffix: str = "") -> None:
        super().__init__(type_, name)
        self.opcode = opcode
        self.operands: list[Value] = list(operands)
        self.flags = flags
        self.blocks: list[Block] = list(blocks)
        self.extra: dict[str, object] = {} if extra is None else extra
        self.suffix = suffix
        self.parent: Block | None = None
        for operand in self.operands:
            if not isinstance(operand, Constant):
                operand.users.append(self)

    @property
    def block(self) -> Block:
        """The block that holds this instruction."""
        assert self.parent is not None, f"{self!r} is in no block"
        return self.parent

    @property
    def is_terminator(self) -> bool:
        return self.opcode in TERMINATORS

    @property
    def callee(self) -> str | None:
        """Name of the function that a direct ``call`` calls; None for indirect calls, inline assembly, and non-calls."""
        if self.opcode != "call":
            return None
        target = self.operands[-1]
        return target.global_name if isinstance(target, Constant) else None

    @property
    def arguments(self) -> list[Value]:
        """The arguments of a ``call``."""
        return self.operands[:-1]

    def set_operand(self, index: int, value: Value) -> None:
        old = self.operands[index]
        if not isinstance(old, Constant):
            old.users.remove(self)
        self.operands[index] = value
        if not isinstance(value, Constant):
            value.users.append(self)

    def add_incoming(self, value: Value, block: Block) -> None:
        """Append an edge to a ``phi``."""
        self.operands.append(value)
        self.blocks.append(block)
        if not isinstance(value, Constant):
            value.users.append(self)

    def remove_incoming(self, block: Block) -> None:
        """Drop the edge from ``block`` of a ``phi``."""
        index = self.blocks.index(block)
        del self.blocks[index]
        value = self.operands.pop(index)
        if not isinstance(value, Constant):
            value.users.remove(self)

    def incoming(self, block: Block) -> Value:
        """What a ``phi`` takes on the edge from ``block``."""
        return self.operands[self.blocks.index(block)]

    def become(self, opcode: str, operands: list[Value], extra: dict[str, object]) -> None:
        """Change what this instruction does, not which instruction it is: analyses keep their answers about its value."""
        for operand in self.operands:
            if not isinstance(operand, Constant):
                operand.users.remove(self)
        self.opcode, self.operands, self.extra, self.flags, self.suffix = opcode, list(operands), extra, (), ""
        for operand in operands:
            if not isinstance(operand, Constant):
                operand.users.append(self)

    def erase(self) -> None:
        """Take this instruction out of its block and out of the use lists of its operands."""
        for operand in self.operands:
            if not isinstance(operand, Constant):
                operand.users.remove(self)
        self.operands = []
        if self.parent is not None:
            self.parent.instructions.remove(self)
            self.parent = None

    def __repr__(self) -> str:
        return f"<{self.type} %{self.name} = {self.opcode} {', '.join(o.ref for o in self.operands)}>"


class Block(Value):
    """A basic block. Predecessors are an analysis (`analysis.cfg`), not stored here."""

    __slots__ = ("instructions", "parent")

    def __init__(self, name: str, parent: Function | None = None) -> None:
        super().__init__(LABEL, name)
        self.instructions: list[Instruction] = []
        self.parent = parent

    @property
    def function(self) -> Function:
        assert self.parent is not None, f"block {self.name} is in no function"
        return self.parent

    @property
    def terminator(self) -> Instruction:
        return self.instructions[-1]

    @property
    def successors(self) -> list[Block]:
        """Targets of the terminator, in its order; a target may occur twice."""
        return self.instructions[-1].blocks if self.instructions else []

    @property
    def phis(self) -> list[Instruction]:
        return [i for i in self.instructions if i.opcode == "phi"]

    @property
    def body(self) -> list[Instruction]:
        """A copy of the instructions that are neither phi nor terminator."""
        return [i for i in self.instructions if i.opcode != "phi" and not i.is_terminator]

    def insert(self, index: int, instruction: Instruction) -> Instruction:
        self.instructions.insert(index, instruction)
        instruction.parent = self
        return instruction

    def append(self, instruction: Instruction) -> Instruction:
        return self.insert(len(self.instructions), instruction)

    def __repr__(self) -> str:
        return f"<block {self.name}>"


class Function:
    """A definition (with blocks, entry first) or a declaration (without).

    ``prefix`` is the verbatim text between ``define`` and the return type (linkage, calling convention, return attributes),
    ``suffix`` that behind the parameter list (attributes, section, metadata), without the brace.
    """

    def __init__(self, name: str, type_: FunctionType, arguments: list[Argument], *, prefix: str = "", suffix: str = "") -> None:
        self.name = name
        self.type = type_
        self.arguments = arguments
        self.prefix = prefix
        self.suffix = suffix
        self.blocks: list[Block] = []
        self._names: set[str] | None = None
        self._counts: dict[str, int] = {}

    @property
    def is_declaration(self) -> bool:
        return not self.blocks

    @property
    def entry(self) -> Block:
        return self.blocks[0]

    def instructions(self) -> Iterator[Instruction]:
        """All instructions, block by block."""
        for block in self.blocks:
            yield from block.instructions

    def unique(self, hint: str) -> str:
        """A name like ``hint`` that no value or block of this function has; it is then taken.

        Names that grow from pass to pass are cut: LLVM's parser refuses those of more than 1024 characters.
        """
        hint = hint[:_LONGEST_NAME]
        if self._names is None:
            self._names = {a.name for a in self.arguments} | {b.name for b in self.blocks}
            self._names |= {i.name for i in self.instructions()}
        name, count = hint, self._counts.get(hint, 0)
        while not name or name in self._names:
            count += 1
            name = f"{hint or 't'}.{count}"
        self._counts[hint] = count
        self._names.add(name)
        return name

    def add_block(self, hint: str) -> Block:
        block = Block(self.unique(hint), self)
        self.blocks.append(block)
        return block


@dataclass
class Module:
    """A module.

    ``header`` and ``trailer`` are the lines before and behind the functions, verbatim: data layout, triple, named types, comdats;
    attribute groups and metadata. ``globals`` names each global variable, alias and ifunc with its verbatim definition.
    ``named_types`` has what the header's lines define, keyed as printed: ``%name``.
    """

    functions: dict[str, Function] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    globals: dict[str, str] = field(default_factory=dict)
    trailer: list[str] = field(default_factory=list)
    named_types: dict[str, Type] = field(default_factory=dict)


def const(type_: Type, value: float | bool | str) -> Constant:
    """A literal of ``type_``; vectors get it in every lane."""
    scalar = type_.scalar
    if isinstance(value, str):
        text = value
    elif isinstance(scalar, FloatType):
        text = float_text(scalar, float(value))
    elif scalar.is_pointer:
        assert value == 0
        text = "null"
    else:
        text = str(bool(value)).lower() if scalar is plain("i1") else str(int(value))
    if scalar is not type_:
        text = f"splat ({scalar} {text})"
    return Constant(type_, text)


def global_ref(name: str) -> Constant:
    """The address of a global or function."""
    return Constant(PTR, "@" + quoted(name))


def float_text(type_: Type, value: float) -> str:
    """A float literal that LLVM reads back exactly (hexadecimal; single precision is printed as a double, as LLVM does)."""
    if type_ is plain("float"):
        value = float(struct.unpack("f", struct.pack("f", value))[0])
    elif type_ is not plain("double"):
        raise ValueError(f"no literals of type {type_}")
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


_BARE = re.compile(r"[-a-zA-Z._][-a-zA-Z._0-9]*|[0-9]+").fullmatch
_ESCAPE = re.compile(rb"\\(\\|[0-9a-fA-F]{2})").sub


def quoted(name: str) -> str:
    """``name`` as LLVM prints it behind % or @: in quotes where it has to be."""
    if _BARE(name):
        return name
    return '"' + "".join(map(_escaped, name.encode(errors="surrogateescape"))) + '"'


def _escaped(byte: int) -> str:
    if byte == 0x5C:
        return "\\\\"
    return chr(byte) if 32 <= byte < 127 and byte != 0x22 else f"\\{byte:02X}"


def unquoted(text: str) -> str:
    """The name that `quoted` spells ``text``."""
    if not text.startswith('"'):
        return text
    data = text[1:-1].encode(errors="surrogateescape")
    data = _ESCAPE(lambda m: m[1] if m[1] == b"\\" else bytes.fromhex(m[1].decode()), data)
    return data.decode(errors="surrogateescape")
