"""Functions whose calls of another one may run at once (`rules.calls.Parallel`): derivatives whose calls may, too.

In forward mode the derivative calls that of the other function, each call with its own status. In reverse mode each call keeps what its
adjoint needs on a tape of its own. Adjoints of calls that may add to the same floats run in lanes, one behind the other in each, and
the lanes at once: where only neighbours meet, each second lane, then the others; elsewhere each lane adds to copies, which are added up
afterwards. What the calls add to the adjoint of a float that all of them were given is added up in the order of their numbers. So no
order of additions depends on the threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from irad_passes.analysis.cfg import dominators
from irad_passes.analysis.loops import loop_forest
from irad_passes.ir import types as T
from irad_passes.ir.model import const, global_ref
from irad_passes.ir.read import read
from irad_passes.request import Activity, Mode
from irad_passes.rules.memory import CHILD, FORK, PARALLEL, RESERVE, transfer
from irad_passes.transforms.calls import FORWARD, REVERSE, passed
from irad_passes.transforms.teams import WORD, Team
from irad_passes.transforms.variants import Work

_ONE = ".irad.parallel.one"
"""Behind the name of a function: one of its calls that may run at once. All of them: `PARALLEL`."""
_LANES = 16
"""How many lanes there are at most, where each has copies."""
_WORTH, _WORTH_NESTED = 2, 64
"""How many elements of copies one iteration is worth; and one with loops in it."""


def emit_parallel(work: Work, found: Team, unique: str) -> None:
    """Add the derivative to the module, with calls that may run at once. ``unique``: a name that no other module has."""
    writer = _Writer(work, found, unique)
    text = writer.forward_mode() if work.request.mode is Mode.FORWARD else writer.augmented() + writer.adjoint()
    work.module.functions |= read(text).functions


@dataclass(frozen=True)
class _Field:
    """A parameter of a derivative: its name in the text, and its type."""

    name: str
    type: T.Type


class _Writer:
    """Writes the functions as text."""

    def __init__(self, work: Work, found: Team, unique: str) -> None:
        self.work, self.team, self.kernel, self.unique = work, found, found.kernel, unique
        self.name, self.called = work.request.name, found.kernel.request.name
        self.primals = [_Field(f"%p{k}", a.type) for k, a in enumerate(work.primals)]
        self.count = self.primals[found.rule.count].name
        self.error = None if found.rule.error is None else self.primals[found.rule.error].name
        self.copied = list(found.copied)

    def _companion(self, work: Work, position: int) -> str | None:
        """Which companion a parameter has: a shadow, or what belongs to an active float."""
        if work.shadowed[position]:
            return "%s"
        return "%d" if work.request.parameters[position].activity is Activity.ACTIVE else None

    def _with_companions(self, kinds: Sequence[str], primal: Sequence[bool] | None = None) -> list[_Field]:
        """The parameters of a derivative: of each parameter itself, if it is among ``primal``, and its companion, if it is of these."""
        fields: list[_Field] = []
        for position, own in enumerate(self.primals):
            fields += [own] if primal is None or primal[position] else []
            kind = self._companion(self.work, position)
            if kind in kinds:
                float_ = kind == "%d" and self.work.request.mode is Mode.FORWARD
                fields.append(_Field(f"{kind}{position}", own.type if float_ else T.PTR))
        return fields

    def _operands(self, kinds: Sequence[str], primal: Sequence[bool] | None = None, *, copies: bool = False) -> list[str]:
        """What the derivative of the function that is called is given, in the function that is called in parallel; with ``copies`` in
        place of the shadows that have such."""
        operands: list[str] = []
        for position, operand in enumerate(self.team.operands):
            type_ = self.kernel.primals[position].type
            if primal is None or primal[position]:
                name = "%number" if operand is None else self.primals[operand].name
                operands.append(f"{type_} {'%error.own' if primal is None and name == self.error else name}")
            kind = self._companion(self.kernel, position)
            if kind in kinds:
                forward = self.work.request.mode is Mode.FORWARD
                if kind == "%d" and not forward:
                    operands.append(f"ptr %place{position}")
                elif kind == "%d":
                    known = operand is not None and self._companion(self.work, operand) == "%d"
                    operands.append(f"{type_} {f'%d{operand}' if known else const(type_, 0.0).ref}")
                else:
                    operands.append(f"ptr %own{position}" if copies and position in self.copied else f"ptr %s{operand}")
        return operands

    # Pieces of text

    def _define(self, name: str, returns: str, fields: Sequence[_Field], body: str, *, shared: bool = False) -> str:
        parameters = ", ".join(f"{f.type} {f.name}" for f in fields)
        linkage, attributes = ("linkonce_odr", "noinline nounwind") if shared else ("internal", "nounwind")
        return f"\ndefine {linkage} {returns} {global_ref(name).ref}({parameters}) {attributes} {{\nentry:\n{body}}}\n"

    def _at_once(self, name: str, fields: Sequence[_Field], body: str) -> str:
        """The function ``body`` of a number ``%index`` and of ``fields``, and that which calls it in parallel. Both stay as they are until
        all derivatives are taken: LLVM changes no function that other modules may have too."""
        name, given = f"{self.unique}.{name}", ", ".join(f"{f.type} {f.name}" for f in [_Field("%index", T.I64), *fields])
        one = self._define(name + _ONE, "void", [_Field("%index", T.I64), *fields], body + "  ret void\n", shared=True)
        return one + self._define(f"{name}.{PARALLEL}", "void", [_Field("%count.all", T.I64), *fields], f"""  br label %test
test:
  %index = phi i64 [ 0, %entry ], [ %next, %call ]
  %more = icmp ult i64 %index, %count.all
  br i1 %more, label %call, label %done
call:
  call void {global_ref(name + _ONE).ref}({given})
  %next = add i64 %index, 1
  br label %test
done:
  ret void
""", shared=True)

    def _run(self, name: str, count: str, fields: Sequence[_Field], **known: str) -> str:
        """Call that function, so many times, in parallel."""
        given = "".join(f", {f.type} {known.get(f.name[1:], f.name)}" for f in fields)
        return f"  call void {global_ref(f'{self.unique}.{name}.{PARALLEL}').ref}(i64 {count}{given})\n"

    def _call(self, name: str, operands: Sequence[str]) -> str:
        """Call a half of the derivative, and keep the status, if there is one."""
        if not self.kernel.request.status:
            return f"  call void {global_ref(name).ref}({', '.join(operands)})\n"
        own = "  %error.own = getelementptr ptr, ptr %errors, i64 %number\n" if self.error else ""
        return (f"{own}  %status = call i32 {global_ref(name).ref}({', '.join(operands)})\n"
                "  %status.at = getelementptr i32, ptr %statuses, i64 %number\n  store i32 %status, ptr %status.at\n")

    def _kept(self) -> list[_Field]:
        """What the calls leave: their statuses, and what goes with those of errors."""
        return [_Field("%statuses", T.PTR), *([_Field("%errors", T.PTR)] if self.error else [])]

    def _places(self) -> str:
        """Make room for that."""
        return (f"  %statuses = alloca i32, i64 {self.count}\n" + (f"  %errors = alloca ptr, i64 {self.count}\n" if self.error else ""))

    def _returns(self, last: str = "") -> str:
        """Return the first status that is an error, or do what is ``last`` and return."""
        handed_on = f"""  %error.at = getelementptr ptr, ptr %errors, i64 %k
  %error.found = load ptr, ptr %error.at
  store ptr %error.found, ptr {self.error}
""" if self.error else ""
        return f"""  br label %scan
scan:
  %k = phi i64 [ 0, %entry ], [ %k.next, %look ]
  %more = icmp ult i64 %k, {self.count}
  br i1 %more, label %look, label %done
look:
  %look.at = getelementptr i32, ptr %statuses, i64 %k
  %found = load i32, ptr %look.at
  %k.next = add i64 %k, 1
  %good = icmp eq i32 %found, 0
  br i1 %good, label %scan, label %failed
failed:
{handed_on}  ret i32 %found
done:
{last}  ret i32 0
"""

    # The functions

    def forward_mode(self) -> str:
        """The derivative in forward mode."""
        parameters = fields = self._with_companions(("%s", "%d"))
        one = "  %number = add i64 %index, 0\n" + self._call(self.called, self._operands(("%s", "%d")))
        if not self.kernel.request.status:
            body = self._run(self.name, self.count, fields) + "  ret void\n"
            return self._define(self.name, "void", parameters, body) + self._at_once(self.name, fields, one)
        fields = [*parameters, *self._kept()]
        body = self._places() + self._run(self.name, self.count, fields) + self._returns()
        return self._define(self.name, "i32", parameters, body) + self._at_once(self.name, fields, one)

    def augmented(self) -> str:
        """The half of the derivative that runs first. Its frame: how many calls there are, and lanes, and bytes in what is copied; then
        the frames of the calls."""
        name = self.name + FORWARD
        parameters = self._with_companions(("%s",))
        fields = [*parameters, *self._kept(), _Field("%tapes", T.PTR), _Field("%frames", T.PTR)]
        fixed = 2 + len(self.copied)
        body = self._places() + f"""  %words = add i64 {self.count}, {fixed}
  %bytes = mul i64 %words, {WORD}
  %frame = call ptr @{RESERVE}(ptr %tape, i64 %bytes, i64 {WORD})
  %tapes = call ptr @{FORK}(ptr %tape, i64 {self.count})
  store i64 {self.count}, ptr %frame
  %frames = getelementptr i64, ptr %frame, i64 {fixed}
""" + self._plan() + self._run(name, self.count, fields) + self._returns("  store ptr %frame, ptr %place\n")
        each = f"""  %number = add i64 %index, 0
  %tape = call ptr @{CHILD}(ptr %tapes, i64 %number)
  %place = getelementptr ptr, ptr %frames, i64 %number
""" + self._call(self.called + FORWARD, [*self._operands(("%s",)), "ptr %tape", "ptr %place"])
        whole = self._define(name, "i32", [*parameters, _Field("%tape", T.PTR), _Field("%place", T.PTR)], body)
        return whole + self._at_once(name, fields, each)

    def _plan(self) -> str:
        """Decide how many lanes there are: as many as calls, or fewer where copies would cost more than the calls."""
        text, total, rule = "", "0", self.team.rule
        for k, position in enumerate(self.copied):
            operand = self.team.operands[position]
            assert operand is not None
            items, size = (self.primals[p].name for p in rule.sizes[operand])
            text += f"""  %items{k} = add i64 {total}, {items}
  %bytes{k} = mul i64 {items}, {size}
  %bytes{k}.at = getelementptr i64, ptr %frame, i64 {2 + k}
  store i64 %bytes{k}, ptr %bytes{k}.at
"""
            total = f"%items{k}"
        lanes = self.count
        if self.copied:
            start, stop = self.primals[rule.start].name, self.primals[rule.stop].name
            nested = any(loop.depth > 1 for loop in loop_forest(self.kernel.graph, dominators(self.kernel.graph)).loops)
            text += f"""  %length = sub i64 {stop}, {start}
  %worth = mul i64 %length, {_WORTH_NESTED if nested else _WORTH}
  %none = icmp eq i64 {total}, 0
  %divisor = select i1 %none, i64 1, i64 {total}
  %copies = udiv i64 %worth, %divisor
  %few = icmp ult i64 %copies, {_LANES - 1}
  %copies.few = select i1 %few, i64 %copies, i64 {_LANES - 1}
  %lanes.wanted = add i64 %copies.few, 1
  %lanes.some = icmp ult i64 %lanes.wanted, {self.count}
  %lanes = select i1 %lanes.some, i64 %lanes.wanted, i64 {self.count}
"""
            lanes = "%lanes"
        return text + f"  %lanes.at = getelementptr i64, ptr %frame, i64 1\n  store i64 {lanes}, ptr %lanes.at\n"

    def adjoint(self) -> str:
        """The half of the derivative that runs last."""
        name, wanted, copies = self.name + REVERSE, passed(self.work), range(len(self.copied))
        parameters = self._with_companions(("%s", "%d"), wanted)
        floats = [k for k in range(len(self.team.operands)) if self._companion(self.kernel, k) == "%d"]
        known = {f.name for f in parameters}
        fields = [*(f for f in parameters if f.name[:2] != "%d"), _Field("%frames", T.PTR), _Field("%count", T.I64),
                  _Field("%lanes", T.I64), *(_Field(f"%places{k}", T.PTR) for k in floats)]
        fields += [_Field("%memory", T.PTR), _Field("%all", T.I64), *(_Field(f"%before{k}", T.I64) for k in copies)] if self.copied else []
        fields += [_Field("%phase", T.I64)] if self.team.neighbours else []
        self.count = "%count"
        body = "  %count = load i64, ptr %frame\n  %lanes.at = getelementptr i64, ptr %frame, i64 1\n"
        body += f"  %frames = getelementptr i64, ptr %frame, i64 {2 + len(self.copied)}\n"
        body += self._copies() if self.copied else "  %lanes = load i64, ptr %lanes.at\n"
        body += "".join(f"  %places{k} = alloca {self.kernel.primals[k].type}, i64 %count\n" for k in floats)
        if self.team.neighbours:
            body += "  %rounded = add i64 %lanes, 1\n  %evens = lshr i64 %rounded, 1\n  %odds = lshr i64 %lanes, 1\n"
            body += self._run(name, "%evens", fields, phase="0") + self._run(name, "%odds", fields, phase="1")
        else:
            body += self._run(name, "%lanes", fields)
        body += (self._together() if self.copied else "  br label %added\nadded:\n") + self._sums(floats, known)
        return self._define(name, "void", [*parameters, _Field("%frame", T.PTR)], body) + self._at_once(name, fields, self._lane(floats))

    def _copies(self) -> str:
        """Get memory for the copies; where there is none, one lane is left."""
        text, before = "  %lanes.planned = load i64, ptr %lanes.at\n", "0"
        for k in range(len(self.copied)):
            text += f"""  %bytes{k}.at = getelementptr i64, ptr %frame, i64 {2 + k}
  %bytes{k} = load i64, ptr %bytes{k}.at
  %before{k} = add i64 {before}, 0
  %odd{k} = add i64 %bytes{k}, 63
  %round{k} = and i64 %odd{k}, -64
  %after{k} = add i64 %before{k}, %round{k}
"""
            before = f"%after{k}"
        return text + f"""  %all = add i64 {before}, 0
  %several = icmp ugt i64 %lanes.planned, 1
  %copies.wanted = add i64 %lanes.planned, -1
  %copies = select i1 %several, i64 %copies.wanted, i64 0
  %memory.size = mul i64 %copies, %all
  %memory = call ptr @malloc(i64 %memory.size)
  %missing = icmp eq ptr %memory, null
  %cleared = select i1 %missing, i64 0, i64 %memory.size
  call void @llvm.memset.p0.i64(ptr %memory, i8 0, i64 %cleared, i1 false)
  %single = and i1 %missing, %several
  %lanes = select i1 %single, i64 1, i64 %lanes.planned
"""

    def _together(self) -> str:
        """Add the copies to the shadows, and release them."""
        adds = ""
        for k, position in enumerate(self.copied):
            type_ = self.team.copied[position]
            adds += f"""  %copy{k} = getelementptr i8, ptr %copy, i64 %before{k}
  call void @{transfer(T.size_of(type_), [(0, type_)])}(ptr %copy{k}, ptr %s{self.team.operands[position]}, i64 %bytes{k})
"""
        return f"""  br label %copying
copying:
  %lane = phi i64 [ 1, %entry ], [ %lane.next, %adding ]
  %lane.more = icmp ult i64 %lane, %lanes
  br i1 %lane.more, label %adding, label %added
adding:
  %lane.next = add i64 %lane, 1
  %lane.before = add i64 %lane, -1
  %lane.offset = mul i64 %lane.before, %all
  %copy = getelementptr i8, ptr %memory, i64 %lane.offset
{adds}  br label %copying
added:
  call void @free(ptr %memory)
"""

    def _lane(self, floats: Sequence[int]) -> str:
        """The adjoints of one lane, one after the other."""
        text = "  %lane = add i64 %index, 0\n"
        if self.team.neighbours:
            text = "  %twice = shl i64 %index, 1\n  %lane = add i64 %twice, %phase\n"
        if self.copied:
            text += """  %first.lane = icmp eq i64 %lane, 0
  %lane.before = add i64 %lane, -1
  %lane.offset = mul i64 %lane.before, %all
  %copy = getelementptr i8, ptr %memory, i64 %lane.offset
"""
        for k, position in enumerate(self.copied):
            text += f"""  %copy{k} = getelementptr i8, ptr %copy, i64 %before{k}
  %own{position} = select i1 %first.lane, ptr %s{self.team.operands[position]}, ptr %copy{k}
"""
        operands = [*self._operands(("%s", "%d"), passed(self.kernel), copies=True), "ptr %frame"]
        places = "".join(f"  %place{k} = getelementptr {self.kernel.primals[k].type}, ptr %places{k}, i64 %number\n" for k in floats)
        return text + f"""  %lane.next = add i64 %lane, 1
  %low = mul i64 %lane, %count
  %high = mul i64 %lane.next, %count
  %begin = udiv i64 %low, %lanes
  %end = udiv i64 %high, %lanes
  br label %calls
calls:
  %number = phi i64 [ %begin, %entry ], [ %number.next, %call ]
  %more = icmp ult i64 %number, %end
  br i1 %more, label %call, label %done
call:
{places}  %frame.at = getelementptr ptr, ptr %frames, i64 %number
  %frame = load ptr, ptr %frame.at
  call void {global_ref(self.called + REVERSE).ref}({", ".join(operands)})
  %number.next = add i64 %number, 1
  br label %calls
done:
"""

    def _sums(self, floats: Sequence[int], known: set[str]) -> str:
        """Add up what the calls say of the floats that they were given, and return."""
        targets = [k for k in range(len(self.primals)) if f"%d{k}" in known]
        phis, adds, ends = "", "", ""
        for target in targets:
            type_ = self.primals[target].type
            total = f"%sum{target}"
            phis += f"  {total} = phi {type_} [ 0.0, %added ], [ {total}.next, %add ]\n"
            ends += f"  store {type_} {total}, ptr %d{target}\n"
            parts = [k for k in floats if self.team.operands[k] == target]
            for k in parts:
                adds += f"  %from{k} = getelementptr {type_}, ptr %places{k}, i64 %k\n  %part{k} = load {type_}, ptr %from{k}\n"
            for at, k in enumerate(parts):
                after = f"{total}.next" if at == len(parts) - 1 else f"{total}.{k}"
                adds += f"  {after} = fadd {type_} {total if at == 0 else f'{total}.{parts[at - 1]}'}, %part{k}\n"
            if not parts:
                adds += f"  {total}.next = fadd {type_} {total}, 0.0\n"
        if not targets:
            return "  ret void\n"
        return f"""  br label %sum
sum:
  %k = phi i64 [ 0, %added ], [ %k.next, %add ]
{phis}  %more = icmp ult i64 %k, %count
  br i1 %more, label %add, label %done
add:
  %k.next = add i64 %k, 1
{adds}  br label %sum
done:
{ends}  ret void
"""
