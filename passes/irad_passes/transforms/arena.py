"""Before reverse mode: memory that the function allocates for itself moves to the tape, and reference counts that cannot matter go.

What moves lives until the adjoint has passed, which is what the reverse sweep needs, and costs no malloc. What escapes (is
returned, or stored where the caller can see it) stays an allocation of the primal's own kind, and the tape holds one reference.
"""

from __future__ import annotations

from collections.abc import Set

from irad_passes.analysis.memory import UNKNOWN, Memory, Objects, held, is_argument
from irad_passes.errors import Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Constant, Instruction, const, global_ref
from irad_passes.request import Request
from irad_passes.rules.calls import Defined
from irad_passes.rules.memory import CHECK, CLOSE, HEADER, HOLD, OPEN, RESERVE, Allocation, Free, RefCount, Tape, rule_of
from irad_passes.rules.table import Rule
from irad_passes.transforms.shadow import Header
from irad_passes.transforms.tape import Tape as Slots
from irad_passes.transforms.variants import Work

_FOREVER = 1 << 62
"""The reference count of what lives as long as the tape: functions that are called may count."""


def handed_over(work: Work) -> Objects:
    """Memory without a reference count that leaves the function, as the arguments of an exception do: whoever gets it frees it."""
    memory = work.memory
    return frozenset(
        o for i in work.function.instructions() if i.opcode == "call" and i.block not in work.aborting and i.callee != RESERVE
        and isinstance(rule := rule_of(i, work.request.rules), Allocation) and rule.data_offset is None
        for o in memory.of(i) & memory.escaped)


def move_to_tape(work: Work, tape: Slots, shadowed: Objects) -> dict[Instruction, Header]:
    """Rewrite allocations, reference counts and inner tapes of the function in place; instructions keep their identity.

    What aborting blocks allocate, to build an exception, stays as it is, and what holds memory that cannot be seen, which only
    its destructor can release; so does what is `handed_over`, unless it is ``shadowed``.

    Returns the allocations that keep a header, with what shadows must know of them.
    """
    function, request, memory, aborting = work.function, work.request, work.memory, work.aborting
    headers: dict[Instruction, Header] = {}
    calls = [(i, rule_of(i, request.rules)) for i in function.instructions() if i.opcode == "call"]
    moved = {i for i, rule in calls
             if isinstance(rule, Allocation) and i.block not in aborting
             and (i.callee == RESERVE or memory.of(i).isdisjoint(memory.escaped))  # a tape's memory outlives all functions
             and not (rule.destructor is not None and UNKNOWN in _members(memory.inside(memory.of(i)), memory))}
    objects = frozenset(o for v in (*moved, *function.arguments) for o in memory.of(v) if o.kind != "closed")
    behind_headers = frozenset(d for o in objects if o.kind == "allocation" for d in memory.content.get(o, ()))
    put = frozenset().union(*memory.puts.values())
    immortal = {i for i, rule in calls if i in moved and isinstance(rule, Allocation) and rule.count_offset is not None}
    lent = frozenset(o for a, p in zip(work.primals, request.parameters, strict=True) if p.element
                     for o in memory.of(a) if is_argument(o))
    ours = _countless(calls, memory, (objects | behind_headers) - memory.escaped - {UNKNOWN}, lent)
    uncounted = {i for i, rule in calls if isinstance(rule, (RefCount, Free)) and _counted(i, rule, memory, lent) <= ours}
    for i, rule in calls:
        match rule:
            case Allocation() if i in moved:
                members = _members(held(i, request.rules, memory), memory) if rule.destructor is not None else frozenset()
                if any(o.kind == "closed" for o in members):
                    raise Unsupported("a container with members of a container that is an argument; put copies of them into it", i)
                if not members <= ours:  # their references would be counted
                    raise Unsupported("a container whose members may leave the function; return a copy of the member", i)
                found = _move(i, rule, tape, memory, memory.of(i).isdisjoint(memory.written | put), uncounted)
                if found is not None:
                    headers[i] = found
            case Allocation() if i.block not in aborting:
                if rule.data_offset is not None:
                    _hold(i, request, tape)
                elif not shadowed.isdisjoint(memory.of(i)):
                    raise Unsupported("memory that escapes from the function without a reference count, and holds active values, such as "
                                      "that of a container that is an argument; make the container in the function, as long as it will be",
                                      i)
            case RefCount() | Free():
                objects = _counted(i, rule, memory, lent)
                if i in uncounted:
                    i.erase()
                elif not all(o.site in immortal for o in objects & ours):
                    if i.block in aborting and not (isinstance(rule, RefCount) and rule.change > 0):
                        i.erase()  # the exception may leave something behind, as Numba's own do
                        continue
                    raise Unsupported("a reference that may be to the function's own memory or to other memory", i)
                elif i.callee == HOLD:
                    i.set_operand(0, tape.handle)
            case Tape() if i.callee == OPEN:
                i.replace_all_uses_with(tape.handle)
                i.erase()
            case Tape() if i.callee == CLOSE:
                i.erase()
            case Tape() if i.callee == CHECK:
                i.set_operand(0, tape.handle)
    return headers


def _counted(i: Instruction, rule: RefCount | Free, memory: Memory, lent: Objects) -> Objects:
    """What is counted or freed. Elements are freed with the header of their array, and those that are ``lent`` by the caller not at all."""
    if isinstance(rule, RefCount):
        return memory.of(i.operands[rule.operand])
    return frozenset(o for o in memory.of(i.operands[0]) - lent if o.kind != "data")


def _countless(calls: list[tuple[Instruction, Rule | None]], memory: Memory, objects: Objects, lent: Objects) -> Objects:
    """Those of ``objects`` whose references need not be counted: all, less arguments that some reference may be to or to other memory,
    and arguments to which a function that is called makes references that outlive it."""
    made = frozenset(o for i, rule in calls if isinstance(rule, Defined) for sources in rule.summary.puts.values() for source in sources
                     for o in memory.at(i, rule, source))
    objects -= frozenset(o for o in made if is_argument(o))
    counted = [_counted(i, rule, memory, lent) for i, rule in calls if isinstance(rule, (RefCount, Free))]
    while True:
        mixed = frozenset(o for found in counted if not found <= objects for o in found & objects if is_argument(o))
        if not mixed:
            return objects
        objects -= mixed


def _members(parts: Objects, memory: Memory) -> Objects:
    """What these parts of a container refer to, less what is always there."""
    return frozenset(o for o in memory.inside(parts) if o.kind not in ("global", "shared"))


def _move(i: Instruction, rule: Allocation, tape: Slots, memory: Memory, fixed: bool, uncounted: Set[Instruction]) -> Header | None:
    """Turn an allocating call into reservations of the header and the data: apart, as a further derivative has to know what holds floats.
    Where the data pointer is ``fixed``, and nowhere in memory is one to the header, loads of the pointer become address arithmetic, and
    there is no header if nothing else needs one: what is ``uncounted`` goes."""
    size, handle = i.operands[rule.size], tape.handle
    if i.callee == RESERVE:
        i.set_operand(0, handle)
        return None
    b = Builder.before(i)
    if size.type is not T.I64:
        size = b.cast("zext", size, T.I64)
    align = const(T.I64, HEADER)
    fields = [u for u in i.users if fixed and u.opcode == "getelementptr" and _moved_by(u) == rule.data_offset]
    loads = [u for field in fields for u in field.users if u.opcode == "load" and u.type.is_pointer]
    others = [u for u in i.users if u not in fields and u not in uncounted and u.opcode != "icmp"]
    bare = rule.data_offset is None or not (others or len(loads) < sum(len(field.users) for field in fields))
    data = i if bare else b.call(RESERVE, T.PTR, [handle, size, align], f"{i.name}.data")
    i.become("call", [handle, size if bare else align, align, global_ref(RESERVE)], {})
    for load in loads:
        load.become("getelementptr", [data, const(T.I64, 0)], {"source_type": T.I8})
    if bare or rule.data_offset is None:
        return None
    memory.pointees[data] = frozenset(o for o in memory.inside(memory.of(i)) if o.site is i)
    after = Builder.behind(i)
    if rule.count_offset is not None:
        after.store(const(T.I64, _FOREVER), after.offset(i, rule.count_offset))
    after.store(data, after.offset(i, rule.data_offset))
    if rule.size_offset is not None:
        after.store(size, after.offset(i, rule.size_offset))
    return Header(rule.data_offset, size, data)


def _moved_by(gep: Instruction) -> int | None:
    """How many bytes a simple address computation moves its pointer by."""
    index, source = gep.operands[-1], gep.extra["source_type"]
    if len(gep.operands) != 2 or not isinstance(index, Constant) or index.int_value is None or not isinstance(source, T.Type):
        return None
    return index.int_value * T.size_of(source)


def _hold(i: Instruction, request: Request, tape: Slots) -> None:
    """Take a reference to what escapes, that closing the tape gives back."""
    symbols = {rule.change: name for name, rule in request.rules.items() if isinstance(rule, RefCount)}
    handle = tape.handle
    b = Builder.behind(i)
    b.call(symbols[1], T.VOID, [i])
    b.call(HOLD, T.VOID, [handle, i, global_ref(symbols[-1])])
