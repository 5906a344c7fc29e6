"""What can go wrong between LLVM text and its derivative. `irad.errors` turns these into the public classes, with Python lines."""

from __future__ import annotations

from irad_passes.ir.model import Constant, Instruction


class PassError(Exception):
    """Base of all errors of the engine. ``instruction``: where, if it is known."""

    def __init__(self, message: str, instruction: Instruction | None = None) -> None:
        super().__init__(message)
        self.instruction = instruction


class NoDerivative(PassError):
    """An active call or instruction without a rule. ``callee``: name of the function, or the opcode."""

    def __init__(self, message: str, callee: str, instruction: Instruction | None = None) -> None:
        super().__init__(message, instruction)
        self.callee = callee


class Unsupported(PassError):
    """Code whose derivative irad cannot form: the message says what, and what to do instead."""


class ParseError(PassError):
    """Text that is not LLVM IR as LLVM prints it."""


class VerificationError(PassError):
    """A module that is not valid IR; ``text`` holds it."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text


def no_derivative(i: Instruction) -> NoDerivative:
    """The error for an active instruction that has no rule."""
    callee = i.callee
    if callee is not None:
        return NoDerivative(f"no derivative rule for the call to `{callee}`", callee, i)
    if i.opcode != "call":
        return NoDerivative(f"no derivative rule for the instruction `{i.opcode}`", i.opcode, i)
    address = i.operands[-1]
    variable = address.operands[0] if isinstance(address, Instruction) and address.opcode == "load" else None
    name = variable.global_name if isinstance(variable, Constant) else None
    what = "an indirect call" if name is None else f"the call to `{name}`, of which only the address is known"
    return NoDerivative(f"no derivative rule for {what}", name or i.opcode, i)
