"""Find the row of an instruction, by its opcode or by the callee without the spelling of its type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from irad_passes.ir import types as T
from irad_passes.ir.model import Instruction
from irad_passes.rules import arithmetic, inactive, intrinsics, libm
from irad_passes.rules.emit import SCALED
from irad_passes.rules.inactive import Inactive
from irad_passes.rules.rule import Rule, ScalarRule

__all__ = ["ROWS", "Inactive", "Rule", "ScalarRule", "lookup"]

ROWS: tuple[ScalarRule, ...] = (*arithmetic.ROWS, *intrinsics.ROWS, *libm.ROWS)
"""All rows."""

_BY_NAME = {row.name: row for row in ROWS}
_OPCODES: dict[str, Rule] = {row.name: row for row in arithmetic.ROWS} | {name: Inactive(name) for name in inactive.OPCODES}
_INTRINSICS: dict[str, Rule] = {row.name: row for row in intrinsics.ROWS} | {name: Inactive(name) for name in inactive.INTRINSICS}
LIBRARY: dict[str, Rule] = (
    {row.name: row for row in libm.ROWS} | {name: _BY_NAME[row] for name, row in libm.SHARED.items()}
    | {name: Inactive(name) for name in inactive.STEPS}
)
"""Functions of libm, by their names for doubles."""
_SYMBOLS: dict[str, Rule] = {name: Inactive(name) for name in inactive.SYMBOLS}
_NO_RULES: Mapping[str, Rule] = MappingProxyType({})
_TYPE_SUFFIX = re.compile(r"(\.(nxv\d+|v\d+)?([fi]\d+|bf16|ppcf128|p\d+))+$")


def lookup(instruction: Instruction, extra: Mapping[str, Rule] = _NO_RULES) -> Rule | None:
    """The row of ``instruction``.

    Parameters
    ----------
    instruction
        Any instruction.
    extra
        Rows of the front end by symbol: they win.

    Returns
    -------
    Rule or None
        None: there is no row. Memory, control flow, casts, and what moves values around are the transforms' business.
    """
    if instruction.opcode != "call":
        return _typed(_OPCODES.get(instruction.opcode), instruction)
    name = instruction.callee
    if name is None:
        return None
    if name in extra:
        return extra[name]
    if name.startswith("llvm."):
        return _typed(_INTRINSICS.get(_TYPE_SUFFIX.sub("", name[len("llvm."):])), instruction)
    if name.startswith(SCALED):
        return _typed(_BY_NAME[SCALED], instruction)
    return _SYMBOLS.get(name) or _typed(_library(name, instruction), instruction)


def _library(name: str, instruction: Instruction) -> Rule | None:
    """The row of a function of libm: a name that it has, behind it the f of single precision, and no pointers."""
    types = [operand.type for operand in instruction.arguments]
    if any(type_.is_pointer for type_ in types):
        return None
    return LIBRARY.get(name.removesuffix("f") if T.FLOAT in types and name not in LIBRARY else name)


def _typed(rule: Rule | None, instruction: Instruction) -> Rule | None:
    """No row where it does not fit: another function of that name, or floats other than float and double."""
    if not isinstance(rule, ScalarRule):
        return rule
    operands = instruction.arguments if instruction.opcode == "call" else instruction.operands
    fits = len(operands) == rule.arity and instruction.type.scalar in (T.FLOAT, T.DOUBLE)
    return rule if fits and all(operand.type is instruction.type for operand in operands if operand.type.is_float) else None
