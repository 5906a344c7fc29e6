"""Lower the abstract tape to an arena: memory that is reused from call to call, so that a gradient pays no page faults.

One atomic exchange takes an arena from the module's pool, one gives it back; a thread that finds the pool empty makes its own.
Reserving moves a pointer. When an arena is full a further chunk is linked to it, nothing moves; when it is given back, its
chunks are replaced by one block of their total size.
"""

from __future__ import annotations

from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Block, Function, Instruction, Module, Value, const
from irad_passes.ir.read import read
from irad_passes.ir.verify import verify
from irad_passes.rules.memory import CHECK, CLOSE, HOLD, OPEN, RESERVE

OUT_OF_MEMORY = -101
"""The status that a derivative returns when the tape cannot grow."""

_OPERATIONS = (OPEN, CLOSE, RESERVE, HOLD, CHECK)
_UNIT = 8
"""Reservations are made of so many bytes, and aligned to them at least."""
_HUGE = 1 << 60

_POOL = "irad.tape.pool"
_RUNTIME = f"""
@{_POOL} = internal global ptr null

declare ptr @malloc(i64)
declare void @free(ptr)

define internal noalias ptr @irad.tape.acquire() noinline nounwind {{
entry:
  %pooled = atomicrmw xchg ptr @{_POOL}, ptr null acq_rel
  %empty = icmp eq ptr %pooled, null
  br i1 %empty, label %make, label %ready
make:
  %made = call ptr @malloc(i64 65600)
  %failed = icmp eq ptr %made, null
  br i1 %failed, label %fail, label %init
init:
  store ptr null, ptr %made
  %made.total = getelementptr i8, ptr %made, i64 16
  store i64 65536, ptr %made.total
  %made.held = getelementptr i8, ptr %made, i64 24
  store ptr null, ptr %made.held
  br label %ready
ready:
  %arena = phi ptr [ %pooled, %entry ], [ %made, %init ]
  %total.at = getelementptr i8, ptr %arena, i64 16
  %total = load i64, ptr %total.at
  %start = getelementptr i8, ptr %arena, i64 64
  %limit = getelementptr i8, ptr %start, i64 %total
  %limit.at = getelementptr i8, ptr %arena, i64 8
  store ptr %limit, ptr %limit.at
  %top.at = getelementptr i8, ptr %arena, i64 32
  store ptr %start, ptr %top.at
  ret ptr %arena
fail:
  ret ptr null
}}

define internal noalias ptr @irad.tape.take(ptr %arena, i64 %size, i64 %align)
    noinline nounwind memory(argmem: readwrite, inaccessiblemem: readwrite) {{
entry:
  %top.at = getelementptr i8, ptr %arena, i64 32
  %top = load ptr, ptr %top.at
  %limit.at = getelementptr i8, ptr %arena, i64 8
  %limit = load ptr, ptr %limit.at
  %low = add i64 %align, -1
  %address = ptrtoint ptr %top to i64
  %negative = sub i64 0, %address
  %skip = and i64 %negative, %low
  %end = ptrtoint ptr %limit to i64
  %room = sub i64 %end, %address
  %odd = add i64 %size, {_UNIT - 1}
  %whole = and i64 %odd, -{_UNIT}
  %wanted = add i64 %whole, %skip
  %huge = icmp ugt i64 %size, {_HUGE}
  %over = icmp ugt i64 %wanted, %room
  %full = or i1 %huge, %over
  br i1 %full, label %grow, label %fits
fits:
  %aligned = getelementptr i8, ptr %top, i64 %skip
  %next = getelementptr i8, ptr %aligned, i64 %whole
  store ptr %next, ptr %top.at
  ret ptr %aligned
grow:
  br i1 %huge, label %fail, label %make
make:
  %padded = add i64 %whole, %align
  %total.at = getelementptr i8, ptr %arena, i64 16
  %total = load i64, ptr %total.at
  %larger = icmp ugt i64 %padded, %total
  %capacity = select i1 %larger, i64 %padded, i64 %total
  %bytes = add i64 %capacity, 16
  %chunk = call ptr @malloc(i64 %bytes)
  %failed = icmp eq ptr %chunk, null
  br i1 %failed, label %fail, label %link
link:
  %before = load ptr, ptr %arena
  store ptr %before, ptr %chunk
  store ptr %chunk, ptr %arena
  %sum = add i64 %total, %capacity
  store i64 %sum, ptr %total.at
  %start = getelementptr i8, ptr %chunk, i64 16
  %chunk.limit = getelementptr i8, ptr %start, i64 %capacity
  store ptr %chunk.limit, ptr %limit.at
  %start.address = ptrtoint ptr %start to i64
  %start.negative = sub i64 0, %start.address
  %start.skip = and i64 %start.negative, %low
  %result = getelementptr i8, ptr %start, i64 %start.skip
  %chunk.next = getelementptr i8, ptr %result, i64 %whole
  store ptr %chunk.next, ptr %top.at
  ret ptr %result
fail:
  ret ptr null
}}

define internal void @irad.tape.release(ptr %arena) noinline nounwind {{
entry:
  %held.at = getelementptr i8, ptr %arena, i64 24
  %held = load ptr, ptr %held.at
  br label %holding
holding:
  %record = phi ptr [ %held, %entry ], [ %next, %drop ]
  %none = icmp eq ptr %record, null
  br i1 %none, label %dropped, label %drop
drop:
  %object.at = getelementptr i8, ptr %record, i64 8
  %object = load ptr, ptr %object.at
  %function.at = getelementptr i8, ptr %record, i64 16
  %function = load ptr, ptr %function.at
  %next = load ptr, ptr %record
  call void %function(ptr %object)
  br label %holding
dropped:
  store ptr null, ptr %held.at
  %chunks = load ptr, ptr %arena
  %single = icmp eq ptr %chunks, null
  br i1 %single, label %give, label %free
free:
  %chunk = phi ptr [ %chunks, %dropped ], [ %before, %free ]
  %before = load ptr, ptr %chunk
  call void @free(ptr %chunk)
  %last = icmp eq ptr %before, null
  br i1 %last, label %join, label %free
join:
  %total.at = getelementptr i8, ptr %arena, i64 16
  %total = load i64, ptr %total.at
  call void @free(ptr %arena)
  %bytes = add i64 %total, 64
  %fresh = call ptr @malloc(i64 %bytes)
  %failed = icmp eq ptr %fresh, null
  br i1 %failed, label %done, label %renew
renew:
  store ptr null, ptr %fresh
  %fresh.total = getelementptr i8, ptr %fresh, i64 16
  store i64 %total, ptr %fresh.total
  %fresh.held = getelementptr i8, ptr %fresh, i64 24
  store ptr null, ptr %fresh.held
  br label %give
give:
  %kept = phi ptr [ %arena, %dropped ], [ %fresh, %renew ]
  %other = atomicrmw xchg ptr @{_POOL}, ptr %kept acq_rel
  %alone = icmp eq ptr %other, null
  br i1 %alone, label %done, label %spare
spare:
  call void @free(ptr %other)
  br label %done
done:
  ret void
}}
"""


def lower(text: str) -> str:
    """``text`` with every abstract tape operation replaced by the arena's code."""
    if OPEN not in text:
        return text
    module = read(text)
    for function in list(module.functions.values()):
        if any(i.callee in _OPERATIONS for i in function.instructions()):
            _Lowering(function).run()
    for name in _OPERATIONS:
        module.functions.pop(name, None)
    _add_runtime(module)
    return verify(module, "lower-tape")


def _add_runtime(module: Module) -> None:
    runtime = read(_RUNTIME)
    module.globals |= runtime.globals
    for name, function in runtime.functions.items():
        module.functions.setdefault(name, function)


class _Lowering:
    """Lowers the tape operations of one function.

    A reservation is a call whose result LLVM knows to overlap nothing else, which is worth more than saving the call.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self._failed: Block | None = None
        self._opens = any(i.callee == OPEN for i in function.instructions())

    def run(self) -> None:
        for i in [i for i in self.function.instructions() if i.callee in _OPERATIONS]:
            match i.callee:
                case "irad.tape.open":
                    self._open(i)
                case "irad.tape.close":
                    Builder.before(i).call("irad.tape.release", T.VOID, [i.operands[0]])
                    i.erase()
                case "irad.tape.reserve":
                    b = Builder.before(i)
                    i.replace_all_uses_with(self._reserve(b, i.operands[0], i.operands[1], i.operands[2]))
                    i.erase()
                case "irad.tape.check":
                    self._branch(Builder.before(i), i.operands[1], self._fail(i.operands[0]))
                    i.erase()
                case _:
                    self._hold(i)

    def _open(self, i: Instruction) -> None:
        b = Builder.before(i)
        arena = b.call("irad.tape.acquire", T.PTR, [], "tape.arena")
        i.replace_all_uses_with(arena)
        self._branch(b, b.icmp("eq", arena, const(T.PTR, 0)), self._return_error())
        i.erase()

    def _reserve(self, b: Builder, arena: Value, size: Value, align: Value) -> Value:
        """Emit a reservation; ``b`` is behind it afterwards."""
        result = b.call("irad.tape.take", T.PTR, [arena, size, align], "reserved")
        following = self._branch(b, b.icmp("eq", result, const(T.PTR, 0)), self._fail(arena))
        b.block, b.index = following.block, following.index
        return result

    def _hold(self, i: Instruction) -> None:
        b = Builder.before(i)
        arena, held, function = i.arguments
        record = self._reserve(b, arena, const(T.I64, 24), const(T.I64, 8))
        at = b.offset(arena, 24)
        b.store(b.load(T.PTR, at), record)
        b.store(held, b.offset(record, 8))
        b.store(function, b.offset(record, 16))
        b.store(record, at)
        i.erase()

    def _split(self, b: Builder) -> Block:
        """Move what stands behind ``b`` into a new block, and leave ``b``'s block without a terminator."""
        block = b.block
        following = self.function.add_block(f"{block.name}.cont")
        for instruction in block.instructions[b.index:]:
            following.append(instruction)
        del block.instructions[b.index:]
        for successor in following.successors:
            for phi in successor.phis:
                phi.blocks = [following if source is block else source for source in phi.blocks]
        return following

    def _branch(self, b: Builder, condition: Value, target: Block) -> Builder:
        """Branch to ``target`` where ``condition`` holds; the rest goes on in a new block."""
        following = self._split(b)
        Builder(b.block).cond_br(condition, target, following)
        return Builder(following, 0)

    def _return_error(self) -> Block:
        if self._failed is None:
            self._failed = self.function.add_block("tape.failed")
            b = Builder(self._failed)
            returns = self.function.type.returns
            if returns is T.I32:
                b.ret(const(T.I32, OUT_OF_MEMORY))
            elif not self._opens:  # who calls it sees that no frame came back
                b.ret(None if returns is T.VOID else const(returns, "poison"))
            else:
                b.call("llvm.trap", T.VOID, [])
                b.unreachable()
        return self._failed

    def _fail(self, arena: Value) -> Block:
        """The block that closes the tape, if it is the function's own, and returns the error."""
        if not self._opens:
            return self._return_error()
        block = self.function.add_block("tape.full")
        b = Builder(block)
        b.call("irad.tape.release", T.VOID, [arena])
        b.br(self._return_error())
        return block
