"""Trip counts against an interpreter that runs the loop and the instructions that compute the count."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from irad_passes.analysis.cfg import Cfg, cfg, dominators
from irad_passes.analysis.expr import Expr, as_expr, emit, leaf
from irad_passes.analysis.loops import Loop, LoopForest, loop_forest
from irad_passes.analysis.scev import affine, backedge_count, induction
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Block, Constant, Function, Instruction, Value
from irad_passes.ir.read import read
from irad_passes.ir.types import IntType


class UndefinedBehaviour(Exception):
    """A branch on poison."""


class OutOfFuel(Exception):
    """More steps than any loop of this file needs."""


@dataclass
class Interpreter:
    """Runs integer code; poison is None. Counts how often each block ran, and remembers all numbers that a value had."""

    values: dict[Value, int | None]
    visits: dict[Block, int] = field(default_factory=dict)
    history: dict[Value, list[int | None]] = field(default_factory=dict)

    def run(self, function: Function, fuel: int = 20_000) -> None:
        previous, block = None, function.entry
        while fuel:
            fuel -= 1
            self.visits[block] = self.visits.get(block, 0) + 1
            if previous is not None:
                self.values |= {p: value_of(p.incoming(previous), self.values) for p in block.phis}
            for i in block.body:
                self.values[i] = execute(i, [value_of(o, self.values) for o in i.operands])
                self.history.setdefault(i, []).append(self.values[i])
            if block.terminator.opcode == "ret":
                return
            target = 0
            if block.terminator.operands:
                condition = value_of(block.terminator.operands[0], self.values)
                if condition is None:
                    raise UndefinedBehaviour
                target = 0 if condition else 1
            previous, block = block, block.terminator.blocks[target]
        raise OutOfFuel


def value_of(value: Value, values: dict[Value, int | None]) -> int | None:
    """The value as an unsigned number."""
    if isinstance(value, Constant):
        assert value.int_value is not None
        return value.int_value & ((1 << bits(value)) - 1)
    return values[value]


def bits(value: Value) -> int:
    assert isinstance(value.type, IntType)
    return value.type.bits


def signed(number: int, width: int) -> int:
    return number - (1 << width) if number >> (width - 1) else number


ARITHMETIC = {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "udiv": lambda x, y: x // y,
              "or": lambda x, y: x | y, "xor": lambda x, y: x ^ y, "and": lambda x, y: x & y, "lshr": lambda x, y: x >> y,
              "shl": lambda x, y: x << y}
PREDICATES = {"eq": lambda x, y: x == y, "ne": lambda x, y: x != y, "lt": lambda x, y: x < y, "le": lambda x, y: x <= y,
              "gt": lambda x, y: x > y, "ge": lambda x, y: x >= y}


def execute(i: Instruction, operands: list[int | None]) -> int | None:
    if i.opcode == "freeze":
        return 0 if operands[0] is None else operands[0]
    if i.opcode == "select":
        return None if operands[0] is None else operands[1 if operands[0] else 2]
    if None in operands:
        return None
    known = [o for o in operands if o is not None]
    width = bits(i.operands[0])
    if i.opcode == "icmp":
        predicate = str(i.extra["predicate"])
        if predicate[0] == "s" or "samesign" in i.flags:
            as_signed = [signed(o, width) for o in known]
            if "samesign" in i.flags and (as_signed[0] < 0) != (as_signed[1] < 0):
                return None
            known = as_signed if predicate[0] == "s" else known
        return int(PREDICATES[predicate[-2:]](*known))
    if i.opcode in ("sext", "zext", "trunc"):
        number = signed(known[0], width) if i.opcode == "sext" else known[0]
        return None if "nneg" in i.flags and signed(number, width) < 0 else number & ((1 << bits(i)) - 1)
    if "disjoint" in i.flags and known[0] & known[1]:
        return None
    result = ARITHMETIC[i.opcode](*known)
    exact_signed = ARITHMETIC[i.opcode](*(signed(o, width) for o in known)) if i.opcode in ("add", "sub", "mul") else 0
    if ("nuw" in i.flags and not 0 <= result < 1 << width) or ("nsw" in i.flags and not -1 << width <= 2 * exact_signed < 1 << width):
        return None
    return int(result) & ((1 << width) - 1)


def analysed(text: str) -> tuple[Function, Cfg, LoopForest]:
    function = next(f for f in read(text).functions.values() if f.blocks)
    g = cfg(function)
    return function, g, loop_forest(g, dominators(g))


def check_counts(text: str, inputs: Sequence[tuple[int, ...]], counted: Sequence[str] | None = None) -> int:
    """Compare the counts of all loops with what happens on ``inputs``; how many loops there are with a count."""
    function, g, forest = analysed(text)
    counts = {loop: count for loop in forest.loops if (count := backedge_count(loop, g)) is not None}
    if counted is not None:
        assert [loop.header.name for loop in counts] == list(counted), text
    emitted = {loop: emitted_count(loop, count) for loop, count in counts.items()}
    for numbers in inputs if emitted else []:
        run = Interpreter({a: n & ((1 << bits(a)) - 1) for a, n in zip(function.arguments, numbers, strict=True)})
        try:
            run.run(function)
            defined = True
        except UndefinedBehaviour:
            defined = False
        for loop, value in emitted.items():
            happened = run.visits.get(loop.header, 0)
            said = sum((count or 0) + 1 for count in run.history.get(value, []))
            # Where it is undefined, an error return could have ended the loop just before: what ran must fit into the count.
            assert happened == said if defined else happened <= said, f"{text}\n{numbers}: {happened} iterations, not {said}"
    return len(emitted)


def emitted_count(loop: Loop, count: Expr) -> Value:
    """Compute ``count`` in the preheader."""
    assert loop.preheader is not None
    builder = Builder.before(loop.preheader.terminator)
    return builder.insert(Instruction("freeze", T.I64, [emit(count, builder)]), "count")


ROTATED = """define i64 @f(i8 %start, i8 %bound, i4 %small) {{
entry:
  %wide = zext i4 %small to i8
  %wide.signed = sext i4 %small to i8
  br label %loop
loop:
  %i = phi i8 [ %start, %entry ], [ %next, %loop ]
  %next = {increment}
  {test}
  br i1 %c, label {targets}
exit:
  ret i64 0
}}"""
HEADER_TESTED = """define i64 @f(i8 %start, i8 %bound, i4 %small) {{
entry:
  %wide = zext i4 %small to i8
  %wide.signed = sext i4 %small to i8
  br label %head
head:
  %i = phi i8 [ %next, %loop ], [ %start, %entry ]
  %next = {increment}
  {test}
  br i1 %c, label {targets}
loop:
  br label %head
exit:
  ret i64 0
}}"""
EDGES = [0, 1, 2, 3, 5, 8, 63, 100, 124, 125, 126, 127, 128, 129, 130, 131, 132, 200, 251, 252, 253, 254, 255]

INVERSE = {"eq": "ne", "ne": "eq", "slt": "sge", "sge": "slt", "sgt": "sle", "sle": "sgt",
           "ult": "uge", "uge": "ult", "ugt": "ule", "ule": "ugt"}
SWAPPED = {"eq": "eq", "ne": "ne"} | {a + b + c: a + ("g" if b == "l" else "l") + c for a in "su" for b in "lg" for c in "te"}


def random_loop(rng: random.Random) -> str:
    """One of some 100,000 loops over an i8."""
    step = rng.choice([1, -1, 1, -1, 1, -1, 2, -2, 3, -3, 7])
    flags = rng.choice(["", "nsw ", "nuw ", "nuw nsw "])
    increment = rng.choice([f"add {flags}i8 %i, {step}", f"add {flags}i8 {step}, %i", f"sub {flags}i8 %i, {-step}"])
    tested, test, kind = rng.choice(["%i", "%next"]), [], "i8"
    if rng.random() < 0.2:
        test.append(f"%shifted = {rng.choice(['add', 'add nsw', 'add nuw', 'sub nsw'])} i8 {tested}, {rng.choice([1, -1, 4])}")
        tested = "%shifted"
    bound = rng.choice(["%bound", "%bound", "%bound", "%wide", "%wide.signed", str(rng.choice(EDGES) - 128)])
    if rng.random() < 0.4:
        cast, kind = rng.choice([("sext", "i64"), ("zext", "i64"), ("zext nneg", "i64"), ("sext", "i16"), ("trunc", "i5")])
        test.append(f"%t = {cast} i8 {tested} to {kind}")
        if bound.startswith("%"):
            test.append(f"%b = {rng.choice(['sext', 'zext', cast]) if cast != 'trunc' else cast} i8 {bound} to {kind}")
            bound = "%b"
        elif kind == "i5":
            bound = str(rng.randint(-16, 15))
        tested = "%t"
    # Mostly a comparison that a step brings nearer to failing, in one of the ways to write it.
    predicate = rng.choice(["ne", "slt", "sle", "ult", "ule"] if step > 0 else ["ne", "sgt", "sge", "ugt", "uge"])
    predicate = rng.choice([*[predicate] * 4, *INVERSE])
    stay, leave = "%loop, label %exit", "%exit, label %loop"
    if rng.random() < 0.4:
        predicate, stay, leave = INVERSE[predicate], leave, stay
    change = rng.choice(["", "", "", "xor i1 %test, true", "freeze i1 %test", "and i1 %test, true"])
    swap = rng.random() < 0.4
    left, right, predicate = (bound, tested, SWAPPED[predicate]) if swap else (tested, bound, predicate)
    test.append(f"%{'test' if change else 'c'} = icmp {predicate} {kind} {left}, {right}")
    if change:
        test.append(f"%c = {change}")
    template = rng.choice([ROTATED, HEADER_TESTED])
    targets = leave if change.startswith("xor") else stay
    return template.format(increment=increment, test="\n  ".join(test), targets=targets)


@pytest.mark.parametrize("seed", range(30))
def test_counts_of_random_loops_are_exact(seed: int) -> None:
    rng = random.Random(seed)
    counted = 0
    for _ in range(60):
        inputs = [(rng.choice(EDGES), rng.choice(EDGES), rng.randrange(16)) for _ in range(25)]
        counted += check_counts(random_loop(rng), inputs)
    assert counted >= 3


UP = """define i64 @f(i64 %n) {
entry:
  %empty = icmp slt i64 %n, 1
  br i1 %empty, label %exit, label %loop.preheader
loop.preheader:
  br label %loop
loop:
  %i = phi i64 [ %next, %loop ], [ 0, %loop.preheader ]
  %next = add nuw nsw i64 %i, 1
  %exitcond.not = icmp eq i64 %n, %next
  br i1 %exitcond.not, label %exit.loopexit, label %loop
exit.loopexit:
  br label %exit
exit:
  ret i64 0
}"""
FROM_ONE = UP.replace("slt i64 %n, 1", "slt i64 %n, 2").replace("[ 0,", "[ 1,").replace("nuw nsw", "nuw")
TESTED_BEFORE = """define i64 @f(i64 %n) {
entry:
  %length = add i64 %n, -3
  %empty = icmp slt i64 %length, 1
  br i1 %empty, label %exit, label %loop.preheader
loop.preheader:
  %last = add i64 %n, -2
  br label %loop
loop:
  %i = phi i64 [ %next, %loop ], [ 2, %loop.preheader ]
  %next = add nuw i64 %i, 1
  %exitcond.not = icmp eq i64 %i, %last
  br i1 %exitcond.not, label %exit.loopexit, label %loop
exit.loopexit:
  br label %exit
exit:
  ret i64 0
}"""
DOWN = """define i64 @f(i64 %n) {
entry:
  %empty = icmp slt i64 %n, 1
  br i1 %empty, label %exit, label %loop.preheader
loop.preheader:
  br label %loop
loop:
  %i = phi i64 [ %next, %loop ], [ %n, %loop.preheader ]
  %next = add i64 %i, -1
  %more = icmp samesign ugt i64 %i, 1
  br i1 %more, label %loop, label %exit.loopexit
exit.loopexit:
  br label %exit
exit:
  ret i64 0
}"""
EVERY_SECOND = """define i64 @f(i64 %n) {
entry:
  %length = add i64 %n, -1
  %odd = and i64 %length, 1
  %half = lshr i64 %length, 1
  %count = add nuw nsw i64 %half, %odd
  %empty = icmp slt i64 %length, 1
  br i1 %empty, label %exit, label %loop.preheader
loop.preheader:
  br label %loop
loop:
  %left = phi i64 [ %left.next, %loop ], [ %count, %loop.preheader ]
  %i = phi i64 [ %next, %loop ], [ 1, %loop.preheader ]
  %left.next = add nsw i64 %left, -1
  %next = add i64 %i, 2
  %more = icmp samesign ugt i64 %left, 1
  br i1 %more, label %loop, label %exit.loopexit
exit.loopexit:
  br label %exit
exit:
  ret i64 0
}"""
BY_THREE = """define i64 @f(i64 %n) {
entry:
  %more.first = icmp sgt i64 %n, 0
  br i1 %more.first, label %loop.preheader, label %exit
loop.preheader:
  br label %loop
loop:
  %i = phi i64 [ %next, %loop ], [ 0, %loop.preheader ]
  %next = add nuw nsw i64 %i, 3
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit.loopexit
exit.loopexit:
  br label %exit
exit:
  ret i64 0
}"""
HUNDRED = """define i64 @f(i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %next = add nuw nsw i64 %i, 1
  %exitcond.not = icmp eq i64 %next, 100
  br i1 %exitcond.not, label %exit, label %loop
exit:
  ret i64 0
}"""
NARROW = """define i64 @f(i32 %m) {
entry:
  %empty = icmp slt i32 %m, 1
  br i1 %empty, label %exit, label %loop.preheader
loop.preheader:
  %wide.trip.count = zext nneg i32 %m to i64
  br label %loop
loop:
  %i = phi i64 [ 0, %loop.preheader ], [ %next, %loop ]
  %next = add nuw nsw i64 %i, 1
  %exitcond.not = icmp eq i64 %next, %wide.trip.count
  br i1 %exitcond.not, label %exit.loopexit, label %loop
exit.loopexit:
  br label %exit
exit:
  ret i64 0
}"""
TRIANGLE = """define i64 @f(i64 %n) {
entry:
  %empty = icmp slt i64 %n, 1
  br i1 %empty, label %exit, label %outer.preheader
outer.preheader:
  br label %outer
outer.latch.loopexit:
  br label %outer.latch
outer.latch:
  %outer.done = icmp eq i64 %n, %i.next
  br i1 %outer.done, label %exit.loopexit, label %outer
inner:
  %j = phi i64 [ %j.next, %inner ], [ 0, %inner.preheader ]
  %j.next = add nuw nsw i64 %j, 1
  %inner.done = icmp eq i64 %j.next, %i
  br i1 %inner.done, label %outer.latch.loopexit, label %inner
exit.loopexit:
  br label %exit
exit:
  ret i64 0
outer:
  %i = phi i64 [ %i.next, %outer.latch ], [ 0, %outer.preheader ]
  %i.next = add nuw nsw i64 %i, 1
  %inner.empty = icmp eq i64 %i, 0
  br i1 %inner.empty, label %outer.latch, label %inner.preheader
inner.preheader:
  br label %inner
}"""
TRIANGLE_TO_I = """define i64 @f(i64 %n) {
entry:
  %empty = icmp slt i64 %n, 1
  br i1 %empty, label %exit, label %inner.preheader.preheader
inner.preheader.preheader:
  br label %inner.preheader
outer.latch:
  %i.next = add nuw nsw i64 %i, 1
  %iv.next = add nuw i64 %iv, 1
  %outer.done = icmp eq i64 %n, %i.next
  br i1 %outer.done, label %exit.loopexit, label %inner.preheader
inner:
  %j = phi i64 [ %j.next, %inner ], [ 0, %inner.preheader ]
  %j.next = add nuw nsw i64 %j, 1
  %inner.done = icmp eq i64 %j.next, %iv
  br i1 %inner.done, label %outer.latch, label %inner
exit.loopexit:
  br label %exit
exit:
  ret i64 0
inner.preheader:
  %iv = phi i64 [ %iv.next, %outer.latch ], [ 1, %inner.preheader.preheader ]
  %i = phi i64 [ %i.next, %outer.latch ], [ 0, %inner.preheader.preheader ]
  br label %inner
}"""
TRIANGLE_FROM_I = """define i64 @f(i64 %n) {
entry:
  %empty = icmp slt i64 %n, 1
  br i1 %empty, label %exit, label %outer.preheader
outer.preheader:
  br label %outer
outer.latch.loopexit:
  br label %outer.latch
outer.latch:
  %outer.done = icmp eq i64 %n, %i.next
  br i1 %outer.done, label %exit.loopexit, label %outer
inner:
  %j = phi i64 [ %j.next, %inner ], [ %i.next, %inner.preheader ]
  %j.next = add i64 %j, 1
  %inner.done = icmp eq i64 %j.next, %n
  br i1 %inner.done, label %outer.latch.loopexit, label %inner
exit.loopexit:
  br label %exit
exit:
  ret i64 0
outer:
  %i = phi i64 [ %i.next, %outer.latch ], [ 0, %outer.preheader ]
  %i.next = add nuw nsw i64 %i, 1
  %inner.some = icmp sgt i64 %n, %i.next
  br i1 %inner.some, label %inner.preheader, label %outer.latch
inner.preheader:
  br label %inner
}"""
DATA_DEPENDENT = """define i64 @f(i64 %n) {
entry:
  br label %loop
loop:
  %x = phi i64 [ %n, %entry ], [ %half, %loop ]
  %half = lshr i64 %x, 1
  %more = icmp ugt i64 %half, 3
  br i1 %more, label %loop, label %exit
exit:
  ret i64 0
}"""
TWO_EXITS = """define i64 @f(i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
  %next = add nuw nsw i64 %i, 1
  %found = icmp eq i64 %i, 7
  br i1 %found, label %exit, label %latch
latch:
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret i64 0
}"""
BOTH_CONDITIONS = """define i64 @f(i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %x = phi i64 [ %n, %entry ], [ %half, %loop ]
  %next = add nuw nsw i64 %i, 1
  %half = lshr i64 %x, 1
  %first = icmp slt i64 %next, %n
  %second = icmp ugt i64 %half, 3
  %more = select i1 %first, i1 %second, i1 false
  br i1 %more, label %loop, label %exit
exit:
  ret i64 0
}"""
SIZES = [(n,) for n in (*range(-3, 30), 100)]


@pytest.mark.parametrize(("text", "counted"), [
    (UP, ["loop"]), (FROM_ONE, ["loop"]), (TESTED_BEFORE, ["loop"]), (DOWN, ["loop"]), (EVERY_SECOND, ["loop"]), (BY_THREE, ["loop"]),
    (HUNDRED, ["loop"]), (NARROW, ["loop"]), (TRIANGLE, ["outer", "inner"]), (TRIANGLE_TO_I, ["inner.preheader", "inner"]),
    (TRIANGLE_FROM_I, ["outer", "inner"]), (DATA_DEPENDENT, []), (TWO_EXITS, []), (BOTH_CONDITIONS, [])])
def test_counts_of_what_numba_makes_of_range(text: str, counted: list[str]) -> None:
    check_counts(text, SIZES, counted)


@pytest.mark.parametrize(("text", "count"), [
    (UP, "n - 1"), (FROM_ONE, "n - 2"), (TESTED_BEFORE, "last - 2"), (EVERY_SECOND, "umax(count, 1) - 1"), (HUNDRED, "99"),
    (DOWN, "umax(n, 1) - 1"), (BY_THREE, "udiv(smax(n, 3) - 1, 3)")])
def test_counts_are_simple(text: str, count: str) -> None:
    _, g, forest = analysed(text)
    found = backedge_count(forest.loops[0], g)
    assert found is not None and str(found) == count


LINE = """define i64 @f(i64 %a, i64 %b) {
entry:
  br label %loop
loop:
  %i = phi i64 [ %a, %entry ], [ %next, %loop ]
STEP
  %c = icmp slt i64 %i, %b
  br i1 %c, label %loop, label %exit
exit:
  ret i64 %next
}"""


@pytest.mark.parametrize(("lines", "step", "nsw", "nuw"), [
    ("%next = add nuw nsw i64 %i, 1", 1, True, True),
    ("%next = add nsw i64 4, %i", 4, True, False),
    ("%x = add nsw i64 %i, 1\n%next = sub nuw nsw i64 %x, 3", -2, True, False),
    ("%next = sub nuw i64 %i, 3", -3, False, True),
    ("%next = add nuw i64 %i, -3", -3, False, False),
    ("%next = or disjoint i64 %i, 8", 8, True, True)])
def test_inductions(lines: str, step: int, nsw: bool, nuw: bool) -> None:
    function, _, forest = analysed(LINE.replace("STEP", lines))
    (loop,) = forest.loops
    found = induction(loop.header.phis[0], loop)
    assert found is not None
    assert (found.start, found.step.number, found.nsw, found.nuw) == (function.arguments[0], step, nsw, nuw)
    assert found.increment.name == "next"


def test_an_induction_may_have_an_invariant_step() -> None:
    function, g, forest = analysed(LINE.replace("STEP", "%next = sub nsw i64 %i, %b"))
    (loop,) = forest.loops
    found = induction(loop.header.phis[0], loop)
    assert found is not None and found.step == leaf(function.arguments[1]) * -1
    assert backedge_count(loop, g) is None


@pytest.mark.parametrize("lines", ["%next = mul i64 %i, 3", "%next = or i64 %i, 8", "%next = add i64 %i, %i", "%next = sub i64 8, %i",
                                   "%next = add i64 %a, 1"])
def test_what_is_no_induction(lines: str) -> None:
    _, _, forest = analysed(LINE.replace("STEP", lines))
    (loop,) = forest.loops
    assert induction(loop.header.phis[0], loop) is None


def test_indices_are_affine_in_the_counters() -> None:
    text = TRIANGLE_FROM_I.replace("(i64 %n)", "(i64 %n, i64 %m)").replace(
        "  %j.next =", "  %row = mul i64 %i, %m\n  %index = add i64 %row, %j\n  %twice = shl i64 %index, 1\n"
        "  %odd = or disjoint i64 %twice, 1\n  %square = mul i64 %j, %j\n  %j.next =")
    function, _, forest = analysed(text)
    outer, inner = forest.loops
    named = {i.name: i for i in function.instructions()}
    m = leaf(function.arguments[1])
    whole = affine(named["index"], outer, forest)
    assert whole is not None and whole.start == as_expr(1) and whole.coefficients == {outer: m + 1, inner: as_expr(1)}
    odd = affine(named["odd"], outer, forest)
    assert odd is not None and odd.start == as_expr(3) and odd.coefficients == {outer: m * 2 + 2, inner: as_expr(2)}
    row = affine(named["index"], inner, forest)
    assert row is not None and row.coefficients == {inner: as_expr(1)}
    assert row.start == leaf(named["i"]) * m + leaf(named["i.next"]) or row.start == leaf(named["row"]) + leaf(named["i.next"])
    assert affine(named["square"], outer, forest) is None


def test_expressions_fold_and_compare() -> None:
    _, _, forest = analysed(UP)
    x, y = (leaf(v) for v in (forest.loops[0].header.phis[0], forest.loops[0].header.body[0]))
    assert (x + 3) - (x + 1) == as_expr(2) and x + y == y + x and hash(x + y) == hash(y + x)
    assert (x + y) * 2 - y == x * 2 + y and x - y != y - x and x * 0 == as_expr(0)
    assert (x + (1 << 63) + (1 << 63)) == x
    assert str(x * -2 + y + 5) == "-2 i + next + 5"


def test_a_bound_at_the_end_of_the_range_counts_all_that_ran() -> None:
    text = LINE.replace("STEP", "%next = add nsw i64 %i, 1").replace("slt", "sle")
    top = (1 << 63) - 1
    check_counts(text, [(top - 4, top), (top, top), (3, top - top), (-2, 5)], ["loop"])


def test_what_is_added_before_the_test_may_wrap() -> None:
    text = LINE.replace("STEP", "%next = add nsw i64 %i, 2\n  %j = add FLAGS i64 %i, 4").replace("slt i64 %i", "slt i64 %j")
    top = (1 << 63) - 1
    check_counts(text.replace("FLAGS", "nsw"), [(top - 9, top - 2), (0, 9), (0, -9)], ["loop"])
    check_counts(text.replace("FLAGS", ""), [], [])
