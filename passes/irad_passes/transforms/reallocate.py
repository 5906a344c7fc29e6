"""Write out what a reallocation does: a new block, what was in the old one copied, the header changed, the old block freed.

The passes then know each part already: new memory, a block copy, a store of a pointer. Whoever needs the old block longer than the
primal does, as the reverse sweep, leaves out the free.
"""

from __future__ import annotations

from irad_passes.analysis.memory import memory
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Function, Instruction, const
from irad_passes.request import Request
from irad_passes.rules.memory import Reallocation, rule_of


def expand_reallocations(function: Function, request: Request) -> None:
    """Replace every reallocation of memory that ``function`` has allocated itself. Others stay calls of which nothing is known."""
    found = [(i, rule) for i in function.instructions() if isinstance(rule := rule_of(i, request.rules), Reallocation)]
    if found:
        pointers = memory(function, request.rules, groups=request.groups)
        for i, rule in found:
            if all(o.kind == "allocation" for o in pointers.of(i.operands[rule.header])):
                _expand(i, rule)


def _expand(i: Instruction, rule: Reallocation) -> None:
    header, size = i.operands[rule.header], i.operands[rule.size]
    b = Builder.before(i)
    data_at, size_at = b.offset(header, rule.data_offset), b.offset(header, rule.size_offset)
    old, before = b.load(T.PTR, data_at), b.load(T.I64, size_at)
    new = b.call(rule.allocate, T.PTR, [size], i.name)
    failed = b.icmp("eq", new, const(T.PTR, 0))
    kept = b.select(b.icmp("ult", before, size), before, size)
    b.call("llvm.memcpy.p0.p0.i64", T.VOID, [new, old, b.select(failed, const(T.I64, 0), kept), const(T.I1, 0)])
    b.call(rule.free, T.VOID, [old])
    b.store(new, data_at)
    b.store(size, size_at)
    i.replace_all_uses_with(new)
    i.erase()
