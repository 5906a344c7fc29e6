"""Lower the abstract tape to an arena: memory that is reused from call to call, so that a gradient pays no page faults.

The arena's code is in `tape_runtime`. What else stays abstract until a derivative is executed is lowered with it.
"""

from __future__ import annotations

from irad_passes.collector import collector_paused
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Block, Function, Instruction, Module, Value, const, global_ref
from irad_passes.ir.read import read
from irad_passes.ir.verify import verify
from irad_passes.rules.emit import SCALED
from irad_passes.rules.memory import CHECK, CHILD, CLOSE, FORK, HOLD, OPEN, PARALLEL, RESERVE
from irad_passes.transforms.forward import fast_flags, zero
from irad_passes.transforms.tape_runtime import LOOP, RUNTIME

OUT_OF_MEMORY = -101
"""The status that a derivative returns when the tape cannot grow."""

_OPERATIONS = (OPEN, CLOSE, RESERVE, HOLD, CHECK, FORK, CHILD)


@collector_paused()
def lower(text: str, loop: str = LOOP) -> str:
    """``text`` with every abstract tape operation replaced by the arena's code, `SCALED` by a product and a choice, and `PARALLEL`
    defined, where it is called, as in ``loop``: LLVM text; by default one call after the other."""
    if not any(name in text for name in (OPEN, PARALLEL, SCALED)):
        return text
    module = read(text)
    for function in list(module.functions.values()):
        _multiply(function)
        if any(i.callee in _OPERATIONS for i in function.instructions()):
            _Lowering(function).run()
    for name in [name for name in module.functions if name in _OPERATIONS or name.startswith(SCALED)]:
        del module.functions[name]
    if OPEN in text:
        _add(module, RUNTIME)
    if together := [f for f in module.functions.values() if f.name.endswith(f".{PARALLEL}") and not f.is_declaration]:
        for function in together:
            module.functions |= read(_scheduled(function)).functions
        _add(module, loop)
    return verify(module, "lower-tape")


def _multiply(function: Function) -> None:
    """Make a choice between 0 and a product of each `SCALED`."""
    for i in [i for i in function.instructions() if (i.callee or "").startswith(SCALED)]:
        by, partial = i.arguments
        b, nothing = Builder.before(i, fast_flags(i)), zero(i.type)
        i.become("select", [b.fcmp("oeq", by, nothing), nothing, b.fmul(by, partial)], {})


def _scheduled(function: Function) -> str:
    """A function whose calls may run at once, as text: puts what it is given into memory, for a function that calls `PARALLEL` calls."""
    count, *fields = function.arguments
    kernel = next(i.callee for i in function.instructions() if i.opcode == "call")
    assert kernel is not None
    each = global_ref(function.name + ".each").ref
    slots = [f"  %slot{k} = getelementptr i64, ptr %data, i64 {k}\n" for k in range(len(fields))]
    stores = [f"{slot}  store {f.type} %p{k}, ptr %slot{k}\n" for k, (f, slot) in enumerate(zip(fields, slots, strict=True))]
    loads = [f"{slot}  %p{k} = load {f.type}, ptr %slot{k}\n" for k, (f, slot) in enumerate(zip(fields, slots, strict=True))]
    taken = "".join(f", {f.type} %p{k}" for k, f in enumerate(fields))
    return f"""
define internal void {global_ref(function.name).ref}({count.type} %count{taken}) nounwind {{
  %data = alloca i64, i64 {max(1, len(fields))}
{"".join(stores)}  call void @{PARALLEL}(i64 %count, ptr {each}, ptr %data)
  ret void
}}
define internal void {each}(i64 %number, ptr %data) nounwind {{
{"".join(loads)}  call void {global_ref(kernel).ref}(i64 %number{taken})
  ret void
}}
"""


def _add(module: Module, text: str) -> None:
    """Add what ``text`` defines and declares."""
    runtime = read(text)
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
                case "irad.tape.fork":
                    i.replace_all_uses_with(self._had(Builder.before(i), "irad.tape.children", *i.arguments))
                    i.erase()
                case "irad.tape.child":
                    b = Builder.before(i)
                    i.replace_all_uses_with(b.load(T.PTR, b.gep(T.PTR, i.operands[0], [i.operands[1]]), i.name))
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
        return self._had(b, "irad.tape.take", arena, size, align)

    def _had(self, b: Builder, function: str, arena: Value, *operands: Value) -> Value:
        """Emit a call that returns memory, or null where there is none; ``b`` is behind it afterwards."""
        result = b.call(function, T.PTR, [arena, *operands], "reserved")
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
