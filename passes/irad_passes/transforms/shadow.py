"""Give every pointer that needs one a shadow pointer, made where the pointer is made.

The shadow of a piece of memory has its layout; what it holds where the memory holds an active float is the tangent or the
adjoint. Both modes start from here. Integers in shadow memory are never read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from irad_passes.analysis.cfg import cfg
from irad_passes.analysis.memory import Object
from irad_passes.errors import Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Constant, Instruction, Value, const, global_ref
from irad_passes.request import Activity as ParameterActivity
from irad_passes.request import Mode
from irad_passes.rules.memory import CLEAR, HEADER, RESERVE, Allocation, rule_of
from irad_passes.transforms.lanes import constant_offset, shadow_address, times, wide
from irad_passes.transforms.variants import Work

_SCRATCH = "irad.scratch."
"""Starts the names of globals that stand in for the shadows of constant ones: what is added to them is never read."""


@dataclass(frozen=True, slots=True)
class Header:
    """Memory on the tape that stands for the header of an allocation: ``offset`` of the address of the data in it, the ``size`` of the
    ``data``, which are elsewhere, and where that is."""

    offset: int
    size: Value
    data: Value | None = None


class Shadows:
    """The shadow pointers of one function, and its new parameter list.

    Reverse mode gives it ``handle``, for the open tape, and ``headers``: reservations that stand for an allocation with a header.
    """

    def __init__(self, work: Work) -> None:
        self.module = work.module
        self.function = work.function
        self.request = work.request
        self.activity = work.activity
        self.shadowed = work.shadowed
        self.memory = work.memory
        self.width = work.request.width
        self.map: dict[Value, Value] = {}
        self.companion: dict[Value, Argument] = {}
        self.headers: dict[Instruction, Header] = {}
        self.handle: Callable[[], Value]
        self._scratch: dict[str, str] = {}
        self._parameters()

    def _parameters(self) -> None:
        """Put each parameter's companion behind it (see `Request`) and drop attributes that no longer hold."""
        function, parameters = self.function, []
        for argument, parameter, shadowed in zip(function.arguments, self.request.parameters, self.shadowed, strict=True):
            argument.attributes = ""
            parameters.append(argument)
            if shadowed:
                self.map[argument] = self._add(parameters, argument, T.PTR, ".shadow")
                if self.request.mode is Mode.REVERSE and not parameter.group and not self.request.inner:
                    self.companion[argument].attributes = "noalias"
            elif parameter.activity is ParameterActivity.ACTIVE:
                forward = self.request.mode is Mode.FORWARD
                self._add(parameters, argument, wide(argument.type, self.width) if forward else T.PTR, ".dot" if forward else ".bar")
        function.arguments = parameters
        function.type = T.function(function.type.returns, tuple(a.type for a in parameters))

    def _add(self, parameters: list[Argument], argument: Argument, type_: T.Type, suffix: str) -> Argument:
        companion = Argument(type_, self.function.unique(argument.name + suffix))
        parameters.append(companion)
        self.companion[argument] = companion
        return companion

    def build(self) -> None:
        """Insert the shadow of every pointer in `Activity.pointers`, and mirror stores of pointers."""
        phis: list[tuple[Instruction, Instruction]] = []
        for block in cfg(self.function).order:
            for i in list(block.instructions):
                if i in self.activity.pointers:
                    shadow = self._make(i)
                    self.map[i] = shadow
                    if i.opcode == "phi":
                        assert isinstance(shadow, Instruction)
                        phis.append((i, shadow))
                elif i in self.activity.mirrored:
                    self._mirror(i)
        for phi, shadow in phis:
            for value, source in zip(phi.operands, phi.blocks, strict=True):
                shadow.add_incoming(self.of(value), source)

    def _mirror(self, i: Instruction) -> None:
        """Repeat a write on the shadow."""
        count = len(i.arguments) if i.opcode == "call" else len(i.operands)
        operands = [self.of(v) if v.type.is_pointer and k < count else v for k, v in enumerate(i.operands)]
        b = Builder.behind(i)
        if i.opcode == "call":
            operands[2] = times(b, operands[2], self.width)
        b.insert(Instruction(i.opcode, i.type, operands, extra=dict(i.extra)))

    def of(self, pointer: Value) -> Value:
        """The shadow of ``pointer``."""
        if isinstance(pointer, Constant) and pointer not in self.map:
            self.map[pointer] = self._constant(pointer)
        return self.map[pointer]

    def or_null(self, pointer: Value) -> Value:
        """The shadow of ``pointer``; null where it has none."""
        return self.map.get(pointer) or const(T.PTR, 0)

    def _lanes(self, address: Instruction) -> int:
        """By what offsets are multiplied in the shadow of what ``address`` points into: 1 in the headers of allocations, of which nothing
        is read or written but the address of the data."""
        objects = self.memory.of(address)
        headers = {o: offset for o in objects if (offset := self._data_offset(o)) is not None}
        if self.width == 1 or not headers:
            return self.width
        single = len(address.operands) == 2
        if single and constant_offset(address) not in headers.values():
            return self.width
        if not single or len(headers) < len(objects):
            raise Unsupported("an address in the header of an allocation or in other memory, with several tangents at once", address)
        return 1

    def _data_offset(self, o: Object) -> int | None:
        """Where the address of the data is in the header of an allocation; None for other memory."""
        rule = rule_of(o.site, self.request.rules) if o.kind == "allocation" and isinstance(o.site, Instruction) else None
        return rule.data_offset if isinstance(rule, Allocation) else None

    def _lanes_of(self, type_: str) -> str:
        """The type of the shadow of a global."""
        return type_ if self.width == 1 else f"[{self.width} x {type_}]"

    def _make(self, i: Instruction) -> Value:
        b, name = Builder.behind(i), i.name + ".shadow"
        match i.opcode:
            case "getelementptr":
                return shadow_address(b, i, self.of(i.operands[0]), self._lanes(i), name)
            case "phi":
                return b.insert(Instruction("phi", i.type), name)
            case "select":
                return b.select(i.operands[0], self.of(i.operands[1]), self.of(i.operands[2]), name)
            case "load":
                return b.load(i.type, self.of(i.operands[0]), name)
            case "freeze" | "addrspacecast" | "bitcast":
                return b.insert(Instruction(i.opcode, i.type, [self.of(i.operands[0])]), name)
            case "alloca":
                allocated = i.extra["allocated"]
                assert isinstance(allocated, T.Type)
                lanes = {"allocated": allocated if self.width == 1 else T.array(self.width, allocated)}
                shadow = b.insert(Instruction("alloca", i.type, i.operands, extra=dict(i.extra) | lanes), name)
                size: Value = const(T.I64, T.size_of(allocated) * self.width)
                if i.operands:
                    count = i.operands[0] if i.operands[0].type is T.I64 else b.cast("zext", i.operands[0], T.I64)
                    size = b.mul(size, count)
                zero_fill(b, shadow, size)
                return shadow
            case "call":
                rule = rule_of(i, self.request.rules)
                if isinstance(rule, Allocation):
                    return self._allocation(b, i, rule, name)
        raise Unsupported(f"cannot follow the pointer that `{i.callee or i.opcode}` returns: it may reach active memory", i)

    def _allocation(self, b: Builder, i: Instruction, rule: Allocation, name: str) -> Value:
        if self.request.mode is Mode.REVERSE:
            return self._on_tape(i, rule, name)
        if self.width > 1 and rule.destructor is not None and self.memory.inside(self.memory.inside(self.memory.of(i))):
            raise Unsupported("a container of references, with several tangents at once", i)  # the destructor looks for them elsewhere
        checks = [user for user in i.users if user.opcode == "icmp"]
        operands = list(i.operands)
        operands[rule.size] = size = times(b, i.operands[rule.size], self.width)
        shadow = b.insert(Instruction("call", T.PTR, operands, extra=dict(i.extra)), name)
        if i.callee == RESERVE:
            if not any(o.site is i for o in self.activity.objects):  # else it is written before it is read
                zero_fill(b, shadow, size)
            return shadow
        if rule.data_offset is not None:
            b.call(CLEAR, T.VOID, [shadow, const(T.I64, rule.data_offset), size])
        elif checks:
            zero_fill(b, shadow, b.select(b.icmp("eq", shadow, const(T.PTR, 0)), const(size.type, 0), size))
        else:
            zero_fill(b, shadow, size)
        if checks:  # the primal's own test for a failed allocation covers both
            null = const(T.PTR, 0)
            both = b.select(b.icmp("eq", shadow, null), null, i)
            for user in checks:
                user.set_operand(user.operands.index(i), both)
        return shadow

    def _on_tape(self, i: Instruction, rule: Allocation, name: str) -> Value:
        """The shadow of an allocation in reverse mode: zeroed memory from the tape, behind a header if the primal has one."""
        handle = self.handle()  # first: it may be opened in front of ``i``
        b = Builder.behind(i)
        size, header = i.operands[rule.size], self.headers.get(i)
        if size.type is not T.I64:
            size = b.cast("zext", size, T.I64)
        lanes = self.width
        if i.callee != RESERVE and rule.data_offset is not None:
            header, size, lanes = Header(rule.data_offset, size), const(T.I64, HEADER), 1
        shadow = self._reserve(b, handle, times(b, size, lanes), name)
        if header is not None:
            data = self._reserve(b, handle, times(b, header.size, self.width), f"{name}.data")
            b.store(data, b.offset(shadow, header.offset * lanes))
            if header.data is not None:
                self.map[header.data] = data
        return shadow

    def _reserve(self, b: Builder, handle: Value, size: Value, name: str) -> Value:
        made = b.call(RESERVE, T.PTR, [handle, size, const(T.I64, HEADER)], name)
        zero_fill(b, made, size)
        return made

    def _constant(self, pointer: Constant) -> Value:
        """The shadow of null is null, that of a function the function; a constant global that meets an active pointer gets scratch memory
        of its own."""
        name = pointer.global_name
        if name in self.module.functions or ("@" not in pointer.text and not pointer.text.startswith("inttoptr")):
            return pointer
        if name is None or name not in self.module.globals:
            raise Unsupported(f"the constant address {pointer.text} meets active memory; copy the data into an array first")
        if name not in self._scratch:
            words = self.module.globals[name].split("=", 1)[1]
            keyword = "constant" if " constant " in words else "global"
            if keyword == "global" and not name.startswith(_SCRATCH):
                raise Unsupported(f"active values meet the global variable {pointer.text}; pass it as an argument")
            shadow = _SCRATCH + name.removeprefix(_SCRATCH)
            while shadow in self.module.globals:  # an inner derivative's
                shadow += ".shadow"
            self._scratch[name] = shadow
            initialiser = words.split(f" {keyword} ", 1)[1]
            self.module.globals[shadow] = (f"{global_ref(shadow).text} = internal global "
                                           f"{self._lanes_of(type_prefix(initialiser))} zeroinitializer, align 64")
        return global_ref(self._scratch[name])


def type_prefix(text: str) -> str:
    """The type at the start of ``text``: up to its matching bracket, or its first word."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "[{<(") - (character in "]})>")
        if depth == 0 and (character in "]}>" or (character == " " and position)):
            return text[: position + 1].strip()
    return text


def zero_fill(b: Builder, pointer: Value, size: Value) -> None:
    """Emit a memset to zero."""
    b.call("llvm.memset.p0.i64", T.VOID, [pointer, const(T.I8, 0), size, const(T.I1, 0)])
