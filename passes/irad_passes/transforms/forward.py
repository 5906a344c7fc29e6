"""Forward mode: a tangent beside every active value, computed where the value is computed."""

from __future__ import annotations

from collections.abc import Sequence

from irad_passes.analysis.activity import COPIES, carries, writes_active
from irad_passes.analysis.cfg import cfg
from irad_passes.errors import Unsupported, no_derivative
from irad_passes.ir import types as T
from irad_passes.ir.access import alignment
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Function, Instruction, Value, const, global_ref
from irad_passes.request import Activity as ParameterActivity
from irad_passes.rules.calls import Defined
from irad_passes.rules.emit import SCALED, emit, literal
from irad_passes.rules.memory import Fill, Free, RefCount, Transfer, rule_of
from irad_passes.rules.table import ScalarRule
from irad_passes.transforms.lanes import check_lanes, spread, times, wide
from irad_passes.transforms.shadow import Shadows, zero_fill
from irad_passes.transforms.variants import Work


def emit_forward(work: Work) -> None:
    """Make the function its own derivative; one that is called is added to the module."""
    Forward(work).run()
    if work.request.inner:
        export(work, work.function, work.request.name)


def export(work: Work, function: Function, name: str) -> None:
    """Add a derivative of a function that is called to the module."""
    function.name, function.prefix, function.suffix = name, "internal", "nounwind"
    work.module.functions[name] = function


class Forward:
    """Emits the tangents of one function, in place."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.aborting = work.aborting
        self._position = 0
        self.function = work.function
        self.request = work.request
        self.memory = work.memory
        self.activity = work.activity
        self.shadows = shadows = Shadows(work)
        self.width = work.request.width
        self.tangents: dict[Value, Value] = {
            argument: companion for argument, companion in shadows.companion.items() if not argument.type.is_pointer}

    def run(self) -> None:
        """Insert all tangents; phis last get their operands."""
        order = cfg(self.function).order
        work = [(block, list(block.instructions)) for block in order]
        self.shadows.build()
        phis: list[tuple[Instruction, Instruction]] = []
        for block, instructions in work:
            self._position = 0
            for i in instructions:
                while block.instructions[self._position] is not i:
                    self._position += 1
                if i.opcode == "phi" and i in self.activity.values:
                    check_lanes(i, self.width)
                    tangent = Instruction("phi", wide(i.type, self.width), name=self.function.unique(i.name + ".dot"))
                    block.insert(self._position + 1, tangent)
                    self.tangents[i] = tangent
                    phis.append((i, tangent))
                else:
                    self._visit(i)
        for phi, tangent in phis:
            for value, source in zip(phi.operands, phi.blocks, strict=True):
                tangent.add_incoming(self.tangent(value), source)

    def _behind(self, i: Instruction, flags: tuple[str, ...] = ()) -> Builder:
        """A builder behind ``i``, which is at ``_position``: long blocks are not searched."""
        return Builder(i.block, self._position + 1, flags)

    def tangent(self, value: Value) -> Value:
        """The tangent of ``value``; zero where it is inactive."""
        return self.tangents.get(value) or zero(wide(value.type, self.width))

    def _visit(self, i: Instruction) -> None:
        active = i in self.activity.values
        rule = rule_of(i, self.request.rules)
        if i in self.activity.mirrored or (i.block in self.aborting and not isinstance(rule, (RefCount, Free))):
            return
        if active:
            check_lanes(i, self.width)
        if isinstance(rule, (RefCount, Free)):
            self._reference(i, rule.operand if isinstance(rule, RefCount) else 0)
        elif isinstance(rule, (Fill, Transfer)):
            self._block_operation(i, rule)
        elif isinstance(rule, Defined):
            if i in self.work.calls:
                self._call(i, self.work.calls[i])
        elif i.opcode == "store":
            self._store(i)
        elif i.opcode == "ret":
            self._ret(i)
        elif active and isinstance(rule, ScalarRule):
            self.tangents[i] = self._scalar(i, rule)
        elif active and i.opcode == "load":
            self.tangents[i] = self._behind(i).load(wide(i.type, self.width), self.shadows.of(i.operands[0]), i.name + ".dot",
                                                      align=alignment(i))
        elif active and i.opcode == "select":
            x, y = (self.tangent(v) for v in i.operands[1:])
            self.tangents[i] = self._behind(i).select(i.operands[0], x, y, i.name + ".dot")
        elif active and holds_pointers(i.type):
            raise Unsupported("a value of a struct that holds both pointers and active floats", i)
        elif active and i.opcode in COPIES:
            operands = [self.tangent(v) if carries(v.type) else v for v in i.operands]
            copy = Instruction(i.opcode, wide(i.type, self.width), operands, extra=dict(i.extra))
            self.tangents[i] = self._behind(i).insert(copy, i.name + ".dot")
        elif active or self.activity.opaque(i, rule, self.memory):
            raise no_derivative(i)

    def _scalar(self, i: Instruction, rule: ScalarRule) -> Value:
        b = self._behind(i, (*fast_flags(i), *self.request.function_flags))
        total: Value | None = None
        for index in rule.operands(i):
            tangent = self.tangents.get(i.operands[index])
            if tangent is None:
                continue
            term = scaled(b, rule, index, i.operands, i, tangent)
            if term is not None:
                total = term if total is None else b.fadd(total, term)
        if total is None:
            return self.tangent(i)
        if isinstance(total, Instruction) and total not in self.tangents.values():
            total.name = self.function.unique(i.name + ".dot")
        return total

    def _store(self, i: Instruction) -> None:
        value, pointer = i.operands
        if writes_active(i, self.activity.values, self.activity.objects, self.memory):
            b, shadow = self._behind(i), self.shadows.of(pointer)
            if self.width > 1 and isinstance(value.type, T.IntType):  # as many zeros as there are lanes
                zero_fill(b, shadow, const(T.I64, T.size_of(value.type) * self.width))
                return
            check_lanes(i, self.width)
            b.store(self.tangent(value), shadow, align=alignment(i))

    def _block_operation(self, i: Instruction, rule: Fill | Transfer) -> None:
        target = i.operands[0]
        if not self.activity.touches(self.memory.of(target)):
            return
        b = self._behind(i)
        if isinstance(rule, Transfer) and self.activity.touches(self.memory.of(i.operands[1])):
            size = times(b, i.operands[2], self.width)
            operands = [self.shadows.of(target), self.shadows.of(i.operands[1]), size, *i.operands[3:]]
            b.insert(Instruction("call", i.type, operands), i.name)
        else:
            zero_fill(b, self.shadows.of(target), times(b, i.operands[2], self.width))

    def _reference(self, i: Instruction, operand: int) -> None:
        """What happens to a reference, or to an allocation that is freed, happens to its shadow."""
        header = i.operands[operand]
        if header in self.activity.pointers:
            operands = list(i.operands)
            operands[operand] = self.shadows.of(header)
            self._behind(i).insert(Instruction("call", i.type, operands), i.name)

    def _call(self, i: Instruction, callee: Work) -> None:
        """Call the derivative in place of the function."""
        operands: list[Value] = []
        for operand, parameter, shadowed in zip(i.arguments, callee.request.parameters, callee.shadowed, strict=True):
            operands.append(operand)
            if shadowed:
                operands.append(self.shadows.or_null(operand) if callee.own else self.shadows.of(operand))
            elif parameter.activity is ParameterActivity.ACTIVE:
                operands.append(self.tangent(operand))
        if not carries(i.type):
            i.become("call", [*operands, global_ref(callee.request.name)], {})
            return
        both = Builder.before(i).call(callee.request.name, T.struct((i.type, i.type)), operands, f"{i.name}.both")
        i.become("extractvalue", [both], {"indices": (0,)})
        self._position += 1
        self.tangents[i] = self._behind(i).insert(Instruction("extractvalue", i.type, [both], extra={"indices": (1,)}), f"{i.name}.dot")

    def _ret(self, i: Instruction) -> None:
        if self.request.status or not i.operands or not carries(i.operands[0].type):
            return
        value = i.operands[0]
        b = Builder.before(i)
        pair = T.struct((value.type, wide(value.type, self.width)))
        first = b.insert(Instruction("insertvalue", pair, [const(pair, "undef"), value], extra={"indices": (0,)}))
        both = b.insert(Instruction("insertvalue", pair, [first, self.tangent(value)], extra={"indices": (1,)}))
        i.set_operand(0, both)
        self.function.type = T.function(pair, self.function.type.parameters)


def holds_pointers(type_: T.Type) -> bool:
    """Whether values of this type hold pointers among other things."""
    match type_:
        case T.ArrayType(element=element):
            return holds_pointers(element) or element.is_pointer
        case T.StructType(elements=elements):
            return any(holds_pointers(e) or e.is_pointer for e in elements)
    return False


def zero(type_: T.Type) -> Value:
    """The zero of a float, vector or aggregate type."""
    if type_.is_float:
        return const(type_, 0.0)
    if isinstance(type_, T.IntType):
        return const(type_, 0)
    return const(type_, "zeroinitializer")


def fast_flags(i: Instruction) -> tuple[str, ...]:
    """The fast-math flags of the primal instruction that its derivative may share: never nnan or ninf. See `Request.function_flags`."""
    allowed = {"reassoc", "nsz", "arcp", "contract"}
    if "fast" in i.flags:
        return ("reassoc", "nsz", "arcp", "contract")
    return tuple(f for f in i.flags if f in allowed)


def scaled(b: Builder, rule: ScalarRule, index: int, operands: Sequence[Value | None], ans: Value | None,
           by: Value) -> Value | None:
    """``partial * by`` for one operand of a rule; None where it is identically zero.

    Strong zero: where the partial may be inf or nan (``rule.singular``), ``by == 0`` gives exactly 0. In the derivative of such a
    product, it is still the first factor that wins.
    """
    partial = rule.partial(index, b, operands, ans)
    if isinstance(partial, (int, float)):
        if partial == 0:
            return None
        if partial == 1:
            return by
        return b.fneg(by) if partial == -1 else b.fmul(by, const(by.type, float(partial)))
    factor = spread(b, partial, by.type)
    if not rule.singular or literal(by):
        return b.fmul(by, factor)
    return emit(b, SCALED, [factor, by] if rule.name == SCALED and index else [by, factor])

