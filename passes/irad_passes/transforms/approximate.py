"""Say which calls of functions may be approximate: LLVM's flag ``afn``. A front end turns loops of them into calls of vector functions.

What the derivative alone needs is marked where it is emitted, see `Builder`.
"""

from __future__ import annotations

from irad_passes.analysis.exactness import exact
from irad_passes.ir.builder import APPROXIMATE
from irad_passes.request import Approximate
from irad_passes.rules.emit import TRANSCENDENTAL
from irad_passes.rules.memory import rule_of
from irad_passes.rules.table import ScalarRule
from irad_passes.transforms.variants import Work


def mark_approximate(work: Work) -> None:
    """Mark the calls of the primal that may be approximate, and no others."""
    request = work.request
    if request.approximate is Approximate.AS_GIVEN:
        return
    calls = [i for i in work.function.instructions() if i.opcode == "call"
             and isinstance(rule := rule_of(i, request.rules), ScalarRule) and rule.name in TRANSCENDENTAL]
    if not calls:
        return
    fixed = frozenset(calls) if request.approximate is Approximate.NOWHERE else exact(
        work.function, request, work.memory, unread=frozenset(work.unread), results=request.approximate is Approximate.DERIVATIVE)
    for call in calls:
        kept = tuple(flag for flag in call.flags if flag != APPROXIMATE)
        call.flags = kept if call in fixed else (*kept, APPROXIMATE)
