"""Copy functions, so that each derivative of one can be made in place."""

from __future__ import annotations

from irad_passes.ir.model import Argument, Block, Constant, Function, Instruction, Value


def clone(function: Function, name: str = "") -> Function:
    """A copy of ``function`` that shares nothing with it but constants; operand bundles and debug records are left out."""
    new: dict[Value, Value] = {}
    arguments = []
    for argument in function.arguments:
        new[argument] = Argument(argument.type, argument.name, argument.attributes)
        arguments.append(new[argument])
    copy = Function(name or function.name, function.type, arguments, prefix=function.prefix, suffix=function.suffix)  # type: ignore[arg-type]
    blocks = {block: Block(block.name, copy) for block in function.blocks}
    copy.blocks = list(blocks.values())
    for block, target in blocks.items():
        for i in block.instructions:
            if i.opcode.startswith("#"):
                continue
            extra = {key: value for key, value in i.extra.items() if key != "bundles"}
            made = Instruction(i.opcode, i.type, name=i.name, flags=i.flags, blocks=[blocks[b] for b in i.blocks], extra=extra,
                               suffix=i.suffix)
            new[i] = target.append(made)
    for block in function.blocks:
        for i in block.instructions:
            made_i = new.get(i)
            if isinstance(made_i, Instruction):
                for operand in i.operands:
                    value = operand if isinstance(operand, Constant) else new[operand]
                    made_i.operands.append(value)
                    if not isinstance(value, Constant):
                        value.users.append(made_i)
    return copy
