"""Loads and stores: what else is said of them than what they read or write."""

from __future__ import annotations

from irad_passes.ir import types as T
from irad_passes.ir.model import Instruction


def is_plain(i: Instruction) -> bool:
    """Whether an access may be done again, moved or left out: it is neither volatile nor atomic."""
    return not i.extra.get("volatile") and not i.extra.get("ordering")


def alignment(i: Instruction) -> int:
    """The alignment of an access in the primal: that of its lanes in the shadow, too."""
    align = i.extra.get("align")
    return align if isinstance(align, int) else T.align_of(i.operands[0].type if i.opcode == "store" else i.type)
