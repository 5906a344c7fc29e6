"""Stores of results that nobody looks at: a gradient without its value needs no value, and often it is all that keeps a loop.

They are found before the derivative is made, which has adjoints for them, and erased behind it. What they alone needed is then dead
code to LLVM: the sum of a loss, the logarithms in it, often the whole forward sweep.
"""

from __future__ import annotations

from irad_passes.analysis.memory import Memory, Objects, is_argument
from irad_passes.ir.access import is_plain
from irad_passes.ir.model import Function, Instruction, Value
from irad_passes.request import Request

_HARMLESS = frozenset({"getelementptr", "phi", "select", "icmp"})
"""What may be done with a pointer without looking at what it points to."""


def unread_stores(function: Function, request: Request, memory: Memory) -> tuple[Instruction, ...]:
    """The stores into the memory of parameters in `Request.discarded` alone, where the function itself never reads that memory."""
    wanted = [function.arguments[index] for index in sorted(request.discarded)]
    objects = frozenset(o for argument in wanted for o in memory.of(argument))
    if not all(is_argument(o) and o.site in wanted for o in objects) or not objects.isdisjoint(memory.escaped):
        return ()
    stores = []
    for i in function.instructions():
        if i.opcode == "store" and memory.of(i.operands[1]) <= objects and is_plain(i):
            stores.append(i)
        elif i.opcode not in _HARMLESS and any(_is_into(objects, operand, memory) for operand in i.operands):
            return ()
    return tuple(stores)


def _is_into(objects: Objects, operand: Value, memory: Memory) -> bool:
    return operand.type.is_pointer and not memory.of(operand).isdisjoint(objects)
