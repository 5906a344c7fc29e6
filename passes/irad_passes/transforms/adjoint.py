"""The adjoint of single instructions: what an instruction's adjoint adds to the adjoints of its operands, and to shadow memory."""

from __future__ import annotations

from collections.abc import Iterable

from irad_passes.analysis.activity import carries, writes_active
from irad_passes.analysis.memory import UNKNOWN
from irad_passes.errors import Unsupported, no_derivative
from irad_passes.ir import types as T
from irad_passes.ir.access import alignment
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Block, Constant, Instruction, Value, const
from irad_passes.rules.calls import Defined
from irad_passes.rules.memory import Fill, Transfer, rule_of, transfer
from irad_passes.rules.table import ScalarRule
from irad_passes.transforms.calls import Calls
from irad_passes.transforms.forward import scaled, zero
from irad_passes.transforms.gather import Gather
from irad_passes.transforms.lanes import check_lanes, times, wide
from irad_passes.transforms.shadow import Shadows, zero_fill
from irad_passes.transforms.tape import Lookup
from irad_passes.transforms.variants import Work

FLAGS = ("reassoc", "nsz", "arcp", "contract")
"""The order in which adjoints are added up, and the sign of one that is zero, is nobody's semantics; nor is the last digit of a quotient:
what is divided by one number is multiplied with its reciprocal."""


class Adjoints:
    """Holds the adjoint variables of one function and emits the adjoints of its instructions."""

    def __init__(self, work: Work, shadows: Shadows, start: Block) -> None:
        self.calls = Calls(work, shadows, start)
        self.function = work.function
        self.request = work.request
        self.memory = work.memory
        self.activity = work.activity
        self.shadows = shadows
        self.width = work.request.width
        self.moved = work.contents.moved
        self.gathers: dict[Instruction, Gather] = {}
        self._unchanged: set[Instruction] = set()
        self._variables: dict[Value, Instruction] = {}
        self._local: dict[Value, Value] = {}
        self._locality: dict[Value, bool] = {}
        self._start = start

    # Which instructions have an adjoint, and what it reads

    def work(self, block: Block) -> list[Instruction]:
        """The instructions of ``block`` that have an adjoint, phis left out."""
        return [i for i in block.body if self.has_work(i)]

    def has_work(self, i: Instruction) -> bool:
        """Whether ``i`` is active: makes an active value, or writes active memory."""
        if i in self.activity.values or i in self.calls:
            return True
        if i.opcode == "store":
            return writes_active(i, self.activity.values, self.activity.objects, self.memory)
        rule = rule_of(i, self.request.rules)
        if isinstance(rule, Defined):
            return i in self.calls
        if isinstance(rule, (Fill, Transfer)):
            return self.activity.touches(self.memory.of(i.operands[0]))
        return self.activity.opaque(i, rule, self.memory)

    def needs(self, i: Instruction) -> Iterable[Value]:
        """Values of the forward sweep that the adjoint of ``i`` reads."""
        rule = rule_of(i, self.request.rules)
        if i in self.calls:
            yield from self.calls.needs(i)
        elif isinstance(rule, ScalarRule):
            for index in rule.operands(i):
                if i.operands[index] in self.activity.values:
                    for key in rule.needs(index):
                        yield i if isinstance(key, str) else i.operands[key]
        elif isinstance(rule, Fill):
            yield from (self.shadows.of(i.operands[0]), i.operands[2])
        elif isinstance(rule, Transfer):
            yield from (self.shadows.of(i.operands[0]), i.operands[2])
            if self._source_active(i):
                yield self.shadows.of(i.operands[1])
        elif i.opcode == "load":
            yield self.shadows.of(i.operands[0])
        elif i.opcode == "store":
            yield self.shadows.of(i.operands[1])
        elif i.opcode == "select":
            yield i.operands[0]
        elif i.opcode in ("extractelement", "insertelement"):
            yield i.operands[-1]

    def is_scalar(self, i: Instruction) -> bool:
        """Whether the adjoint of ``i`` needs values for nothing but partial derivatives."""
        return i not in self.calls and isinstance(rule_of(i, self.request.rules), ScalarRule)

    # Adjoint variables

    def add(self, b: Builder, value: Value, amount: Value) -> None:
        """Add ``amount`` to the adjoint of ``value``."""
        if value not in self.activity.values:
            return
        if self._is_local(value):
            old = self._local.get(value)
            self._local[value] = amount if old is None else self._sum(b, old, amount)
            return
        variable = self.variable(value)
        b.store(self._sum(b, b.load(self.type_of(value), variable, f"{value.name}.bar"), amount), variable)

    def take(self, b: Builder, value: Value) -> Value | None:
        """The adjoint of ``value``, all contributions in; it is zero afterwards. None where there were none."""
        if self._is_local(value):
            return self._local.pop(value, None)
        if value not in self._variables and not self._may_get_some(value):
            return None
        variable = self.variable(value)
        adjoint = b.load(self.type_of(value), variable, f"{value.name}.bar")
        b.store(self.zero(value), variable)
        return adjoint

    def type_of(self, value: Value) -> T.Type:
        """The type of the adjoint of ``value``."""
        return wide(value.type, self.width)

    def zero(self, value: Value) -> Value:
        """An adjoint of ``value`` that is zero."""
        return zero(self.type_of(value))

    def variable(self, value: Value) -> Instruction:
        """The stack slot that holds the adjoint of ``value``; zeroed where the reverse sweep's variables are."""
        if value not in self._variables:
            b = Builder(self._start, next((k for k, i in enumerate(self._start.instructions) if i.opcode != "phi"), 0))
            variable = b.alloca(self.type_of(value), f"{value.name}.adjoint")
            b.store(self.zero(value), variable)
            self._variables[value] = variable
        return self._variables[value]

    def _is_local(self, value: Value) -> bool:
        """Whether all contributions come from the block that makes ``value``, so that no variable is needed."""
        if value not in self._locality:
            self._locality[value] = isinstance(value, Instruction) and all(
                (user.parent is value.parent and user.opcode != "phi") or not self._contributes(user) for user in value.users)
        return self._locality[value]

    def _may_get_some(self, value: Value) -> bool:
        return isinstance(value, Argument) or any(self._contributes(user) for user in value.users)

    def _contributes(self, user: Instruction) -> bool:
        return user in self.activity.values or user.opcode in ("store", "ret") or user in self.calls

    def _sum(self, b: Builder, x: Value, y: Value) -> Value:
        if x.type.is_float:
            return b.fadd(x, y)
        total: Value = x
        fields = x.type.elements if isinstance(x.type, T.StructType) else (x.type.element,) * x.type.count if isinstance(
            x.type, T.ArrayType) else ()
        for index, field in enumerate(fields):
            if carries(field):
                parts = [b.insert(Instruction("extractvalue", field, [v], extra={"indices": (index,)}), "part") for v in (x, y)]
                total = b.insert(Instruction("insertvalue", x.type, [total, self._sum(b, *parts)], extra={"indices": (index,)}), "sum")
        return total

    # Emission

    def emit(self, b: Builder, i: Instruction, lookup: Lookup) -> None:
        """Emit the adjoint of ``i``."""
        rule = rule_of(i, self.request.rules)
        if i.opcode != "store" or carries(i.operands[0].type):
            check_lanes(i, self.width)
        if i in self.calls:
            seed = (self.take(b, i) or zero(i.type)) if carries(i.type) else None
            for operand, amount in self.calls.emit(b, i, seed, lookup):
                self.add(b, operand, amount)
        elif i.opcode == "store":
            self._store(b, i, lookup)
        elif isinstance(rule, (Fill, Transfer)):
            self._block_operation(b, i, rule, lookup)
        elif i.type is T.VOID or self.activity.opaque(i, rule, self.memory):
            raise no_derivative(i)
        else:
            adjoint = self.take(b, i)
            if adjoint is not None:
                self._value(b, i, adjoint, rule, lookup)

    def _value(self, b: Builder, i: Instruction, adjoint: Value, rule: object, lookup: Lookup) -> None:
        if isinstance(rule, ScalarRule):
            self._scalar(b, i, adjoint, rule, lookup)
            return
        match i.opcode:
            case "load" if i in self._unchanged:
                pass
            case "load" if i in self.gathers:
                self.gathers[i].add(b, i, adjoint)
            case "load":
                pointer = lookup(self.shadows.of(i.operands[0]))
                align = alignment(i)
                b.store(self._sum(b, b.load(adjoint.type, pointer, f"{i.name}.shadow", align=align), adjoint), pointer, align=align)
            case "select":
                condition, x, y = i.operands
                for value, pair in ((x, (adjoint, self.zero(i))), (y, (self.zero(i), adjoint))):
                    if value in self.activity.values:
                        self.add(b, value, b.select(lookup(condition), *pair))
            case "fpext" | "fptrunc":
                back = "fptrunc" if i.opcode == "fpext" else "fpext"
                self.add(b, i.operands[0], b.cast(back, adjoint, self.type_of(i.operands[0])))
            case "freeze":
                self.add(b, i.operands[0], adjoint)
            case "extractvalue":
                whole = self.zero(i.operands[0])
                self.add(b, i.operands[0], b.insert(Instruction("insertvalue", whole.type, [whole, adjoint], extra=dict(i.extra)), "part"))
            case "insertvalue":
                part = i.operands[1]
                if part in self.activity.values:
                    self.add(b, part, b.insert(Instruction("extractvalue", self.type_of(part), [adjoint], extra=dict(i.extra)), "part"))
                rest: list[Value] = [adjoint, self.zero(part)]
                if i.operands[0] in self.activity.values:
                    self.add(b, i.operands[0], b.insert(Instruction("insertvalue", adjoint.type, rest, extra=dict(i.extra)), "rest"))
            case "extractelement":
                whole = zero(i.operands[0].type)
                lane = lookup(i.operands[1])
                self.add(b, i.operands[0], b.insert(Instruction("insertelement", whole.type, [whole, adjoint, lane]), "part"))
            case "insertelement":
                lane = lookup(i.operands[2])
                if i.operands[1] in self.activity.values:
                    self.add(b, i.operands[1], b.insert(Instruction("extractelement", i.operands[1].type, [adjoint, lane]), "part"))
                self.add(b, i.operands[0],
                         b.insert(Instruction("insertelement", i.type, [adjoint, zero(i.operands[1].type), lane]), "rest"))
            case _:
                raise no_derivative(i)

    def _scalar(self, b: Builder, i: Instruction, adjoint: Value, rule: ScalarRule, lookup: Lookup) -> None:
        for index in rule.operands(i):
            operand = i.operands[index]
            if operand not in self.activity.values:
                continue
            wanted = rule.needs(index)
            operands: list[Value | None] = [lookup(v) if k in wanted or isinstance(v, Constant) else None
                                            for k, v in enumerate(i.arguments if i.opcode == "call" else i.operands)]
            term = scaled(b, rule, index, operands, lookup(i) if "ans" in wanted else None, adjoint)
            if term is not None:
                self.add(b, operand, term)

    def _store(self, b: Builder, i: Instruction, lookup: Lookup) -> None:
        value, pointer = i.operands[0], lookup(self.shadows.of(i.operands[1]))
        if not carries(value.type):
            zero_store(b, value.type, pointer, self.width, alignment(i))
            return
        adjoint = b.load(self.type_of(value), pointer, f"{value.name or 'stored'}.shadow", align=alignment(i))
        if (load := self._added_to(i)) is not None:
            self._unchanged.add(load)
        else:
            b.store(self.zero(value), pointer, align=alignment(i))
        self.add(b, value, adjoint)

    def _added_to(self, store: Instruction) -> Instruction | None:
        """The load to which ``store`` adds something in place, where nothing else sees what is loaded, nor the sum. Its adjoint is that of
        the sum: the shadow stays as it is, unless another store takes the adjoint in between."""
        total, pointer = store.operands
        if not isinstance(total, Instruction) or total.opcode not in ("fadd", "fsub") or total.parent is not store.parent:
            return None
        for load in [] if total.users != [store] else total.operands[:1 if total.opcode == "fsub" else 2]:
            if (isinstance(load, Instruction) and load.opcode == "load" and load.operands[0] is pointer and load.block is store.block
                    and load.users == [total] and load in self.activity.values):
                body = store.block.instructions
                between = body[body.index(load) + 1:body.index(store)]
                return None if any(self._may_take(i, pointer) for i in between) else load
        return None

    def _may_take(self, i: Instruction, pointer: Value) -> bool:
        """Whether the adjoint of ``i`` may do more to the shadow behind ``pointer`` than add to it."""
        if i.opcode != "store":
            return i.opcode == "call" and self.has_work(i) and not self.is_scalar(i)
        ours, theirs = self.memory.of(pointer), self.memory.of(i.operands[1])
        return not ours or not theirs or UNKNOWN in ours | theirs or not ours.isdisjoint(theirs)

    def _block_operation(self, b: Builder, i: Instruction, rule: Fill | Transfer, lookup: Lookup) -> None:
        target, size = lookup(self.shadows.of(i.operands[0])), lookup(i.operands[2])
        if size.type is not T.I64:
            size = b.cast("zext", size, T.I64)
        size = times(b, size, self.width)
        if isinstance(rule, Fill) or not self._source_active(i):
            zero_fill(b, target, size)
            return
        moved = self.moved(i)
        if moved is None:
            raise Unsupported("a block copy of memory of which it is not known where it holds floats; copy element by element", i)
        if self.width > 1 and any(moved.size != T.size_of(type_) for _, type_ in moved.cells):
            raise Unsupported("a block copy of records, with several adjoints at once", i)
        if moved.cells:  # an array of floats is one in the shadow, too
            b.call(transfer(moved.size, moved.cells), T.VOID, [target, lookup(self.shadows.of(i.operands[1])), size])

    def _source_active(self, i: Instruction) -> bool:
        return self.activity.touches(self.memory.of(i.operands[1]))


def zero_store(b: Builder, type_: T.Type, pointer: Value, width: int, align: int) -> None:
    """Store as many zeros in the shadow as there are lanes."""
    if width == 1:
        b.store(zero(type_), pointer, align=align)
    else:
        zero_fill(b, pointer, const(T.I64, T.size_of(type_) * width))
