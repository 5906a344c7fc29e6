"""Which derivatives are wanted of the functions that are called: one for each function and way in which its parameters take part.

A derivative may need shadows of parameters that its caller thought constant, and its caller then needs more: the functions are
analysed until nobody wants more. Nothing is emitted here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from irad_passes.analysis.activity import Activity, activity
from irad_passes.analysis.cfg import SUCCESS, Cfg, abort_blocks, cfg, dominators
from irad_passes.analysis.contents import Contents
from irad_passes.analysis.loops import loop_forest
from irad_passes.analysis.memory import NOTHING, UNKNOWN, Memory, Objects, memory
from irad_passes.analysis.overwrites import Overwrites
from irad_passes.analysis.summaries import callees, summaries
from irad_passes.errors import NoDerivative, Unsupported, no_derivative
from irad_passes.ir.clone import clone
from irad_passes.ir.model import Argument, Block, Constant, Function, Instruction, Module, Value
from irad_passes.ir.types import I32
from irad_passes.request import ANYWHERE, Mode, Parameter, Request
from irad_passes.request import Activity as ParameterActivity
from irad_passes.rules.calls import Ruled
from irad_passes.rules.memory import rule_of
from irad_passes.transforms.aggregates import split_aggregates
from irad_passes.transforms.bits import reject_bits
from irad_passes.transforms.canonicalise import strip
from irad_passes.transforms.reallocate import expand_reallocations
from irad_passes.transforms.retype import retype


@dataclass(eq=False)
class Work:
    """A function that becomes a derivative, the request, and what is found out on the way.

    Attributes
    ----------
    shadowed
        For each parameter, whether the derivative takes a shadow behind it.
    primals
        The parameters, without what the derivative adds.
    own
        The front end has the derivative: it is called, not made.
    unread
        Stores that are left out of the derivative.
    calls
        The work on the functions that it calls, for each call that needs a derivative.
    """

    module: Module
    function: Function
    request: Request
    shadowed: tuple[bool, ...] = ()
    written: tuple[bool, ...] = ()
    unread: tuple[Instruction, ...] = ()
    own: bool = False
    calls: dict[Instruction, Work] = field(default_factory=dict)
    aborting: frozenset[Block] = frozenset()
    graph: Cfg = field(init=False)
    memory: Memory = field(init=False)
    contents: Contents = field(init=False)
    activity: Activity = field(init=False)
    primals: list[Argument] = field(init=False)
    overwrites: Overwrites = field(init=False)

    def afterwards(self) -> Objects:
        """Memory that the caller may write before the adjoint runs."""
        if not self.request.inner:
            return NOTHING
        ours = frozenset().union(*(self.memory.of(a) for a, p in zip(self.primals, self.request.parameters, strict=True)
                                   if p.overwritten))
        return ours | {o for objects in self.memory.pointees.values() for o in objects if o.kind in ("global", "shared")}

    def examine(self) -> None:
        """Find out what does not depend on what the callees want."""
        function, request = self.function, self.request
        self.primals = list(function.arguments)
        self.aborting = abort_blocks(function, request.status)
        self.memory = memory(function, request.rules, self.aborting, request.groups)
        self.written = tuple(not self.memory.of(a).isdisjoint(self.memory.written) for a in function.arguments)
        self.contents = Contents(function, request, self.memory)
        self.graph = cfg(function, self.aborting)
        self.overwrites = Overwrites(self.memory, self.graph, loop_forest(self.graph, dominators(self.graph)), self.afterwards())


def with_callees(module: Module, function: Function, request: Request) -> Request:
    """The request with rows for all functions that ``function`` calls, and they call."""
    found: dict[str, Function] = {}
    pending = [function]
    while pending:
        for callee in callees(pending.pop(), module, request.rules):
            if callee.name not in found:
                found[callee.name] = callee
                pending.append(callee)
    plain = {}
    for name, callee in found.items():
        plain[name] = copy = clone(callee)
        strip(copy)
        own = replace(request, parameters=(Parameter(),) * len(copy.arguments))
        expand_reallocations(copy, own)
        split_aggregates(copy)
        retype(copy, own, memory(copy, own.rules))
    return replace(request, rules=summaries(plain, request.rules)) if found else request


def constant(root: Work, name: str, prepare: Callable[[Work], None]) -> Work:
    """The work on a function as it is: nothing takes part."""
    function = clone(root.module.functions[name])
    strip(function)
    request = replace(root.request, function=name, name=name, mode=Mode.FORWARD, parameters=(Parameter(),) * len(function.arguments),
                      status=function.type.returns is I32, discarded=frozenset(), inner=True)
    work = Work(root.module, function, request)
    prepare(work)
    work.examine()
    work.activity = activity(function, request, work.memory, work.aborting)
    work.shadowed = (False,) * len(function.arguments)
    return work


class Variants:
    """The derivatives that are wanted, the outermost first.

    Parameters
    ----------
    work
        On the outermost function, prepared.
    prepare
        Brings another one there.
    """

    def __init__(self, work: Work, prepare: Callable[[Work], None]) -> None:
        self._prepare = prepare
        self._root = work
        self._memo: dict[tuple[str, bool, tuple[Parameter, ...]], Work] = {}
        self._callers: dict[Work, set[Work]] = {}
        self._pending = [work]
        self._taken: set[str] = set()

    def run(self) -> list[Work]:
        """Analyse to the fixed point, and return what is to be emitted."""
        self._root.examine()
        while self._pending:
            self._analyse(self._pending.pop())
        wanted = [self._root]
        for work in wanted:
            wanted += [callee for callee in dict.fromkeys(work.calls.values()) if callee not in wanted and not callee.own]
        for work in wanted:
            reject_calls(work)
            reject_bits(work.function, work.activity, work.memory, work.contents, work.aborting, work.request.rules)
        return wanted

    def _analyse(self, work: Work) -> None:
        calls: dict[Instruction, Work] = {}

        def shadowed(call: Instruction, parts: tuple[ParameterActivity, ...]) -> Sequence[bool]:
            calls[call] = callee = self._of(work, call, parts)
            return () if callee.own else callee.shadowed

        work.activity = activity(work.function, work.request, work.memory, work.aborting, shadowed, work.module.functions)
        work.calls = calls
        for callee in calls.values():
            self._callers.setdefault(callee, set()).add(work)
        before = work.shadowed
        work.shadowed = tuple(a.type.is_pointer and (p.activity is ParameterActivity.DUPLICATED or a in work.activity.pointers)
                              for a, p in zip(work.function.arguments, work.request.parameters, strict=True))
        if work.shadowed != before:
            self._pending += [caller for caller in self._callers.get(work, ()) if caller not in self._pending]

    def _of(self, caller: Work, call: Instruction, parts: tuple[ParameterActivity, ...]) -> Work:
        """The work on the function that ``call`` calls, started where it is new."""
        name = call.callee
        assert name is not None
        if caller.request.width > 1:
            raise Unsupported("a call that is not inlined, with several tangents at once", call)
        rule = caller.request.rules[name]
        if isinstance(rule, Ruled):
            return self._given(caller, name, rule, call)
        status = caller.request.status and _hands_on_failure(call, caller.aborting)
        parameters = self._parameters(caller, call, parts)
        key = name, status, parameters
        if key not in self._memo:
            function = clone(caller.module.functions[name])
            strip(function)
            request = replace(self._root.request, function=name, parameters=parameters, name=self._unique(name), status=status,
                              discarded=frozenset(), inner=True)
            work = self._memo[key] = Work(caller.module, function, request)
            self._prepare(work)
            work.examine()
            work.shadowed = tuple(p.activity is ParameterActivity.DUPLICATED for p in parameters)
            self._pending.append(work)
        return self._memo[key]

    def _given(self, caller: Work, name: str, rule: Ruled, call: Instruction) -> Work:
        """The work on a function whose derivative the front end has: none."""
        own, function = rule.own, self._root.module.functions[name]
        if not own.name:
            mode = self._root.request.mode.value
            raise NoDerivative(f"`{name}` has a rule of its own, but none for {mode} mode", name, call)
        inputs = {index for index, has in enumerate(own.companions) if has and index}
        if not inputs.isdisjoint(rule.summary.writes):
            raise Unsupported("a function with a rule of its own that writes its arguments; return new arrays", call)
        if any(not inputs.isdisjoint(what) for what in rule.summary.puts.values()):
            raise Unsupported("a function with a rule of its own that returns its argument, or a view of it; return a copy", call)
        parameters = tuple(Parameter(ParameterActivity.CONST if not has else ParameterActivity.DUPLICATED if a.type.is_pointer
                                     else ParameterActivity.ACTIVE) for a, has in zip(function.arguments, own.companions, strict=True))
        stays = own.kept and not any(_overwritten(caller, call, a) for index, a in enumerate(call.arguments)
                                     if index in inputs and a.type.is_pointer)
        made = own.kept if stays else own.name
        if (made, True, parameters) not in self._memo:
            request = replace(self._root.request, function=name, parameters=parameters, name=made, status=True, inner=True)
            self._memo[made, True, parameters] = work = Work(self._root.module, function, request, own=True)
            work.primals = list(function.arguments)
            work.shadowed = tuple(p.activity is ParameterActivity.DUPLICATED for p in parameters)
        return self._memo[made, True, parameters]

    def _unique(self, name: str) -> str:
        suffix = "jvp" if self._root.request.mode is Mode.FORWARD else "vjp"
        number, made = 1, f"{name}.{suffix}"
        while made in self._taken or any(made + s in self._root.module.functions for s in ("", ".forward", ".reverse")):
            number += 1
            made = f"{name}.{suffix}.{number}"
        self._taken.add(made)
        return made

    def _parameters(self, caller: Work, call: Instruction, parts: tuple[ParameterActivity, ...]) -> tuple[Parameter, ...]:
        groups = _groups([caller.memory.of(a) if a.type.is_pointer else NOTHING for a in call.arguments])
        reverse = caller.request.mode is Mode.REVERSE
        return tuple(
            Parameter(part, caller.contents.element(a, call), group, reverse and _overwritten(caller, call, a)) if a.type.is_pointer
            else Parameter(part) for a, part, group in zip(call.arguments, parts, groups, strict=True))


def reject_calls(work: Work) -> None:
    """Raise where nothing is known of an instruction that takes or can reach something active."""
    for block in work.function.blocks:
        if block not in work.aborting:
            for i in block.instructions:
                if work.activity.opaque(i, rule_of(i, work.request.rules), work.memory):
                    raise no_derivative(i)


def _overwritten(caller: Work, call: Instruction, pointer: Value) -> bool:
    """Whether memory that ``call`` is given may be written before its adjoint runs."""
    objects = caller.memory.of(pointer)
    if isinstance(pointer, Constant):
        return bool(objects)
    return bool(objects) and caller.overwrites.after(call, pointer)


def _groups(pointees: list[Objects]) -> list[int]:
    """`request.Parameter.group` of parameters that point to these objects."""
    owner: dict[object, int] = {}
    first = list(range(len(pointees)))

    def root(index: int) -> int:
        while first[index] != index:
            index = first[index]
        return index

    for index, objects in enumerate(pointees):
        for o in objects:
            other = root(owner.setdefault(o, index))
            mine = root(index)
            first[max(other, mine)] = min(other, mine)
    roots = [root(index) for index in range(len(pointees))]
    unknown = {roots[index] for index, objects in enumerate(pointees) if UNKNOWN in objects}
    return [ANYWHERE if r in unknown else r + 1 if roots.count(r) > 1 else 0 for r in roots]


def _hands_on_failure(call: Instruction, aborting: frozenset[Block]) -> bool:
    """Whether nothing but an error is left, directly behind the block of ``call``, where the status that it returns is no success."""
    branch = call.block.terminator
    condition = branch.operands[0] if branch.operands else None
    if call.type is not I32 or condition is None:
        return False
    if branch.opcode == "switch" and condition is call:
        return all(block in aborting for label, block in zip([None, *branch.operands[1:]], branch.blocks, strict=True)
                   if not isinstance(label, Constant) or label.int_value not in SUCCESS)
    if branch.opcode != "br" or not isinstance(condition, Instruction) or condition.opcode != "icmp" or condition.operands[0] is not call:
        return False
    code, predicate = condition.operands[1], condition.extra["predicate"]
    if not isinstance(code, Constant) or code.int_value not in SUCCESS or predicate not in ("eq", "ne"):
        return False
    return branch.blocks[predicate == "eq"] in aborting
