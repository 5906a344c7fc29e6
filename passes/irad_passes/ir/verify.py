"""Check that a module is valid IR: first the model's own structure, then LLVM's verifier on the printed text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from llvmlite import binding

from irad_passes.errors import VerificationError
from irad_passes.ir.model import Block, Constant, Function, Instruction, Module, Value
from irad_passes.ir.types import VOID
from irad_passes.ir.write import function_text, write


def verify(module: Module, stage: str = "") -> str:
    """Check ``module`` and return its text; ``stage`` is what made it, for the message.

    Raises
    ------
    VerificationError
        It is not valid IR. ``text`` is the module, or the function where its structure is at fault.
    """
    verify_structure(module, stage)
    printed = write(module)
    try:
        with binding.parse_assembly(printed, binding.create_context()) as parsed:
            parsed.verify()
    except RuntimeError as error:
        raise VerificationError(f"invalid IR{_behind(stage)}: {error}", printed) from error
    return printed


def verify_structure(module: Module, stage: str = "") -> None:
    """Check the model's own structure only: cheap enough to do behind each pass.

    Raises
    ------
    VerificationError
        As for `verify`.
    """
    for function in module.functions.values():
        problem = next(_problems(function), None)
        if problem is not None:
            raise VerificationError(f"invalid IR{_behind(stage)}: @{function.name}: {problem}", _text_of(function))


def _behind(stage: str) -> str:
    return f" behind {stage}" if stage else ""


def _text_of(function: Function) -> str:
    """The text of ``function`` as far as it can be printed."""
    try:
        return function_text(function)
    except (AssertionError, AttributeError, KeyError, IndexError, ValueError) as error:
        return f"@{function.name} cannot be printed: {error!r}"


def _problems(function: Function) -> Iterator[str]:
    """What is wrong with the structure of ``function``."""
    blocks = set(function.blocks)
    known: list[Value] = [*function.arguments, *function.instructions()]
    predecessors: dict[Block, Counter[Block]] = {block: Counter() for block in blocks}
    uses: dict[Value, list[Instruction]] = {value: [] for value in known}
    for block in function.blocks:
        if block.parent is not function:
            yield f"block {block.name} has another parent"
        if not block.instructions or not block.terminator.is_terminator:
            yield f"block {block.name} does not end with a terminator"
        for target in block.successors:
            if target not in blocks:
                yield f"block {block.name} goes to {target.name}, which is not in the function"
            else:
                predecessors[target][block] += 1
    for block in function.blocks:
        yield from _problems_of_block(block, predecessors[block])
        for instruction in block.instructions:
            for operand in instruction.operands:
                if isinstance(operand, Constant):
                    continue
                if operand in uses:
                    uses[operand].append(instruction)
                else:
                    yield f"{operand!r}, used by {instruction!r}, is not in the function"
    for value, users in uses.items():
        if users != value.users and (found := Counter(users)) != (recorded := Counter(value.users)):
            user = next(user for user in (*found, *recorded) if found[user] != recorded[user])
            yield f"{found[user]} operands of {user!r} are {value!r}, but it has {recorded[user]} such users"


def _problems_of_block(block: Block, predecessors: Counter[Block]) -> Iterator[str]:
    in_phis = True
    for instruction in block.instructions:
        if instruction.parent is not block:
            yield f"{instruction!r} in block {block.name} has another parent"
        if instruction.is_terminator and instruction is not block.terminator:
            yield f"terminator {instruction!r} in the middle of block {block.name}"
        if not instruction.name and instruction.type is not VOID:
            yield f"{instruction!r} in block {block.name} has no name"
        if instruction.opcode != "phi":
            in_phis = False
        elif not in_phis:
            yield f"{instruction!r} is not at the start of block {block.name}"
        elif len(instruction.operands) != len(instruction.blocks) or Counter(instruction.blocks) != predecessors:
            edges = ", ".join(sorted(b.name for b in predecessors.elements()))
            yield f"{instruction!r} in block {block.name} does not match the predecessors {edges}"
