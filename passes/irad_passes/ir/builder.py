"""Append instructions to a block, with names and folding of the cases that every pass meets."""

from __future__ import annotations

from irad_passes.ir import types as T
from irad_passes.ir.model import Block, Constant, Function, Instruction, Value, const, global_ref

APPROXIMATE = "afn"
"""The flag of a call whose result may be approximate."""


class Builder:
    """Writes instructions into ``block`` at ``index`` (default: the end) and moves on behind them.

    ``flags`` are the fast-math flags put on calls of functions of floats; all but `APPROXIMATE` are put on arithmetic too.
    """

    def __init__(self, block: Block, index: int | None = None, flags: tuple[str, ...] = ()) -> None:
        self.block = block
        self.index = len(block.instructions) if index is None else index
        self.function_flags = flags
        self.flags = tuple(flag for flag in flags if flag != APPROXIMATE)

    @classmethod
    def before(cls, instruction: Instruction, flags: tuple[str, ...] = ()) -> Builder:
        return cls(instruction.block, instruction.block.instructions.index(instruction), flags)

    @classmethod
    def behind(cls, instruction: Instruction, flags: tuple[str, ...] = ()) -> Builder:
        """A builder behind ``instruction``, and behind all phis if it is one."""
        block = instruction.block
        index = block.instructions.index(instruction) + 1
        while index < len(block.instructions) and block.instructions[index].opcode == "phi":
            index += 1
        return cls(block, index, flags)

    @property
    def function(self) -> Function:
        return self.block.function

    def insert(self, instruction: Instruction, hint: str = "") -> Instruction:
        if instruction.type is not T.VOID and not instruction.name:
            instruction.name = self.function.unique(hint)
        self.block.insert(self.index, instruction)
        self.index += 1
        return instruction

    # Arithmetic

    def binary(self, opcode: str, x: Value, y: Value, name: str = "", flags: tuple[str, ...] | None = None) -> Instruction:
        if flags is None:
            # Of single precision, LLVM takes the reciprocal of a square root for an estimate by the processor: nan at zero.
            exact = opcode == "fdiv" and x.type.scalar is T.FLOAT
            flags = tuple(flag for flag in self.flags if not (exact and flag == "arcp")) if opcode[0] == "f" else ()
        return self.insert(Instruction(opcode, x.type, [x, y], flags=flags), name)

    def fadd(self, x: Value, y: Value, name: str = "") -> Value:
        return self.binary("fadd", x, y, name)

    def fmul(self, x: Value, y: Value, name: str = "") -> Value:
        return self.binary("fmul", x, y, name)

    def fneg(self, x: Value, name: str = "") -> Value:
        return self.insert(Instruction("fneg", x.type, [x], flags=self.flags), name)

    def add(self, x: Value, y: Value, name: str = "") -> Value:
        a, b = _int(x), _int(y)
        if a is not None and b is not None:
            return const(x.type, a + b)
        if b == 0:
            return x
        return y if a == 0 else self.binary("add", x, y, name)

    def sub(self, x: Value, y: Value, name: str = "") -> Value:
        a, b = _int(x), _int(y)
        if a is not None and b is not None:
            return const(x.type, a - b)
        return x if b == 0 else self.binary("sub", x, y, name)

    def mul(self, x: Value, y: Value, name: str = "") -> Value:
        a, b = _int(x), _int(y)
        if a is not None and b is not None:
            return const(x.type, a * b)
        if b == 1:
            return x
        return y if a == 1 else self.binary("mul", x, y, name)

    def icmp(self, predicate: str, x: Value, y: Value, name: str = "") -> Instruction:
        return self._compare("icmp", predicate, x, y, name, ())

    def fcmp(self, predicate: str, x: Value, y: Value, name: str = "") -> Instruction:
        return self._compare("fcmp", predicate, x, y, name, ())

    def _compare(self, opcode: str, predicate: str, x: Value, y: Value, name: str, flags: tuple[str, ...]) -> Instruction:
        result = T.vector(x.type.count, T.I1) if isinstance(x.type, T.VectorType) else T.I1
        return self.insert(Instruction(opcode, result, [x, y], flags=flags, extra={"predicate": predicate}), name)

    def select(self, condition: Value, x: Value, y: Value, name: str = "") -> Instruction:
        return self.insert(Instruction("select", x.type, [condition, x, y]), name)

    def cast(self, opcode: str, x: Value, type_: T.Type, name: str = "") -> Value:
        return self.insert(Instruction(opcode, type_, [x]), name)

    # Memory

    def alloca(self, type_: T.Type, name: str = "", align: int | None = None) -> Instruction:
        return self.insert(Instruction("alloca", T.PTR, extra={"allocated": type_, "align": align or T.align_of(type_)}), name)

    def load(self, type_: T.Type, pointer: Value, name: str = "", align: int | None = None, suffix: str = "") -> Instruction:
        return self.insert(Instruction("load", type_, [pointer], extra={"align": align or T.align_of(type_)}, suffix=suffix), name)

    def store(self, value: Value, pointer: Value, align: int | None = None, suffix: str = "") -> Instruction:
        extra: dict[str, object] = {"align": align or T.align_of(value.type)}
        return self.insert(Instruction("store", T.VOID, [value, pointer], extra=extra, suffix=suffix))

    def gep(self, source: T.Type, pointer: Value, indices: list[Value], name: str = "", flags: tuple[str, ...] = ()) -> Value:
        return self.insert(Instruction("getelementptr", T.PTR, [pointer, *indices], flags=flags, extra={"source_type": source}), name)

    def offset(self, pointer: Value, amount: Value | int, name: str = "") -> Value:
        """``pointer`` moved by ``amount`` bytes."""
        value = const(T.I64, amount) if isinstance(amount, int) else amount
        return pointer if _int(value) == 0 else self.gep(T.I8, pointer, [value], name)

    # Control flow and calls

    def call(self, name: str, returns: T.Type, arguments: list[Value], hint: str = "", suffix: str = "",
             flags: tuple[str, ...] = ()) -> Instruction:
        return self.insert(Instruction("call", returns, [*arguments, global_ref(name)], flags=flags, suffix=suffix), hint)

    def phi(self, type_: T.Type, name: str = "") -> Instruction:
        """An empty phi in front of the block's other instructions."""
        instruction = Instruction("phi", type_, name=self.function.unique(name))
        self.block.insert(0, instruction)
        self.index += 1
        return instruction

    def br(self, target: Block) -> Instruction:
        return self.insert(Instruction("br", T.VOID, blocks=[target]))

    def cond_br(self, condition: Value, then: Block, otherwise: Block, suffix: str = "") -> Instruction:
        return self.insert(Instruction("br", T.VOID, [condition], blocks=[then, otherwise], suffix=suffix))

    def switch(self, value: Value, default: Block, cases: list[tuple[int, Block]]) -> Instruction:
        labels: list[Value] = [const(value.type, number) for number, _ in cases]
        return self.insert(Instruction("switch", T.VOID, [value, *labels], blocks=[default, *(b for _, b in cases)]))

    def ret(self, value: Value | None = None) -> Instruction:
        return self.insert(Instruction("ret", T.VOID, [] if value is None else [value]))

    def unreachable(self) -> Instruction:
        return self.insert(Instruction("unreachable", T.VOID))


def _int(value: Value) -> int | None:
    return value.int_value if isinstance(value, Constant) else None
