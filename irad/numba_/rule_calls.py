"""Derivatives that a function brings along, as the engine calls them (`irad_passes.transforms.calls`): LLVM functions around the njit
functions that the user wrote.

In forward mode one function runs the rule. In reverse mode the first runs the forward rule and keeps the residuals in a frame on the
tape; the second reads the cotangent from the shadow of the result, runs the backward rule and adds what it returns to the shadows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.core.compiler_lock import global_compiler_lock

from irad.errors import ArgumentTypeError, UnsupportedError
from irad.numba_ import abi, rule_values
from irad.numba_.capture import SYMBOL, Captured, compiled
from irad.numba_.glue import make_array
from irad.numba_.target import OWNED, ADDispatcher
from irad_passes.request import Mode
from irad_passes.rules.calls import Own
from irad_passes.rules.memory import HOLD, RESERVE
from irad_passes.rules.rule import Rule

POINTER, VOID, WORD = cgutils.voidptr_t, ir.VoidType(), ir.IntType(64)
ALIGN = 64
BLIND = (types.Complex, types.Record, types.List, types.ListType, types.DictType, types.Optional, types.ClassInstanceType)
"""What may hold floats that a rule does not see."""
_made: dict[tuple[str, Mode], tuple[str, Own]] = {}


def with_rules(text: str, mode: Mode) -> tuple[str, dict[str, Rule]]:
    """The module with the derivatives that functions in it bring along, and a row for each such function."""
    rows: dict[str, Rule] = {}
    while names := {name.strip('@"') for name in SYMBOL.findall(text)} & OWNED.keys() - rows.keys():
        module = llvm.parse_assembly(text)
        for name in sorted(names):
            with global_compiler_lock:
                made, rows[name] = _found(name, mode)
            if made:
                module.link_in(llvm.parse_assembly(made))
        text = str(module)
    return text, rows


def _found(name: str, mode: Mode) -> tuple[str, Own]:
    """The text of a derivative, made once, and its row. A rule may call its own function, which is a constant there while it is made."""
    if (name, mode) not in _made:
        owner, signature = OWNED[name]
        writer = Writer(owner, name, signature)
        missing = "", Own("", (True, False, *map(is_active, writer.leaves)))
        rule = owner.rule(mode)
        if rule is None:
            return missing
        _made[name, mode] = missing
        try:
            _made[name, mode] = _make(writer, mode, rule)
        finally:
            if _made[name, mode] is missing:
                del _made[name, mode]
    return _made[name, mode]


def _make(writer: Writer, mode: Mode, rule: Any) -> tuple[str, Own]:
    kept = ""
    if mode is Mode.FORWARD:
        writer.forward_mode(rule)
    else:
        forward, backward, *others = rule
        writer.reverse_mode(writer.name(mode), forward, backward)
        for other in others:  # the forward rule that need not copy its arguments
            kept = f"{writer.name(mode)}.kept"
            writer.reverse_mode(kept, other, backward)
    return writer.finished(), Own(writer.name(mode), (True, False, *map(is_active, writer.leaves)), kept)


def is_active(leaf: abi.Parameter) -> bool:
    """Whether an LLVM parameter has a companion."""
    if isinstance(leaf.numba, types.CPointer):
        return leaf.path[-1:] == ("data",) and isinstance(leaf.numba.dtype, types.Float)
    return isinstance(leaf.numba, types.Float)


def tangent_type(type_: Any) -> Any:
    """The type of the tangent of a value, for a rule: None for what is no float."""
    if isinstance(type_, types.BaseTuple):
        return types.BaseTuple.from_types([tangent_type(item) for item in type_])
    return type_ if isinstance(type_, types.Float) or rule_values.is_float_array(type_) else types.none


def check_types(owner: Any, given: Iterable[Any]) -> None:
    """Refuse what may hold floats that a rule does not see."""
    pending = list(given)
    while pending:
        type_ = pending.pop()
        if isinstance(type_, types.BaseTuple):
            pending += type_
        elif isinstance(type_, types.Array):
            pending.append(type_.dtype)
        elif isinstance(type_, BLIND):
            raise UnsupportedError(f"the rule of `{owner.py_func.__name__}` would have to take or return {type_}; rules are about floats, "
                                   f"arrays of floats, and tuples of them.")


class Writer:
    """Writes the LLVM functions of one function with a rule, for one signature."""

    def __init__(self, owner: Any, symbol: str, signature: Any) -> None:
        check_types(owner, [*signature.args, signature.return_type])
        self.owner, self.symbol, self.returns = owner, symbol, signature.return_type
        self.adds = getattr(owner, "adds", False)  # the rules get shadows as they are, null where constant, and add to them
        self.context = ADDispatcher.targetdescr.target_context.subtarget(enable_nrt=True)
        self.types = tuple(self.context.typing_context.resolve_value_type(t.value) if isinstance(t, types.Omitted) else types.unliteral(t)
                           for t in signature.args)
        self.given = signature.args
        self.leaves = abi.parameters(Captured("", symbol, signature.args, signature.return_type, ()))[2:]
        self.library = self.context.codegen().create_library(f"{symbol}.own")
        self.module = self.library.create_ir_module(f"{symbol}.own")
        self.builder: ir.IRBuilder
        self.kind = self.context.call_conv.get_function_type(signature.return_type, signature.args)

    def name(self, mode: Mode) -> str:
        return f"{self.symbol}.own.{'jvp' if mode is Mode.FORWARD else 'vjp'}"

    def finished(self) -> str:
        """The module as text."""
        self.library.add_linking_library(self.context.runtime)
        self.library.add_ir_module(self.module)
        self.library._ensure_finalized()
        return str(self.library.optimised())

    # Forward mode

    def forward_mode(self, rule: Any) -> None:
        result, primals, companions, excinfo, _ = self._function(self.name(Mode.FORWARD), [])
        scope = {"rule": rule, "filled": rule_values.filled, "settled": rule_values.settled}
        given = "tangents" if self.adds else "filled(tangents, primals)"
        exec(f"def push(primals, tangents):\n    y, tangent = rule(primals, {given})\n"
             "    return y, settled(tangent, y)\n", scope)
        together, tangents = types.BaseTuple.from_types(self.types), types.BaseTuple.from_types(list(map(tangent_type, self.types)))
        code, pair, kind = self._call(scope["push"], (together, tangents), [
            self.context.make_tuple(self.builder, together, primals),
            self.context.make_tuple(self.builder, tangents, [self._tangent(t, v) for t, v in zip(self.types, companions, strict=True)]),
        ], excinfo)
        self._check_result(kind, "the rule")
        self._return_failure(code)
        for slot, value in zip(result, cgutils.unpack_tuple(self.builder, pair), strict=True):
            self.builder.store(self.context.get_return_value(self.builder, self.returns, value), slot)
        self.builder.ret(ir.IntType(32)(0))

    # Reverse mode

    def reverse_mode(self, base: str, forward: Any, backward: Any) -> None:
        context = self.context
        result, primals, _, excinfo, (tape, place) = self._function(f"{base}.forward", [POINTER, POINTER.as_pointer()])
        builder = self.builder
        code, pair, kind = self._call(forward, self.types, primals, excinfo)
        self._check_result(kind, "the forward rule")
        self._return_failure(code)
        value, residuals = cgutils.unpack_tuple(builder, pair)
        context.nrt.incref(builder, self.returns, value)
        for type_, held in ((self.returns, value), (kind[1], residuals)):
            for _, header in context.nrt.get_meminfos(builder, type_, held):
                self._tape_call(HOLD, VOID, [tape, header, self._address("NRT_decref")])
        shadow = self._zeros(self.returns, value, tape)
        for slot, stored in zip(result, (value, shadow), strict=True):
            builder.store(context.get_return_value(builder, self.returns, stored), slot)
        flat = [v for v, leaf in zip(builder.function.args[2:], self._spread(), strict=False) if leaf is not None]
        kept = [*flat, shadow, residuals]
        layout = ir.LiteralStructType([v.type for v in kept])
        size = context.get_abi_sizeof(layout)
        frame = self._tape_call(RESERVE, POINTER, [tape, WORD(size), WORD(ALIGN)])
        fields = builder.bitcast(frame, layout.as_pointer())
        for index, v in enumerate(kept):
            builder.store(v, cgutils.gep_inbounds(builder, fields, 0, index))
        builder.store(frame, place)
        builder.ret(ir.IntType(32)(0))
        self._adjoint(f"{base}.reverse", backward, kind[1], layout)

    def _adjoint(self, name: str, backward: Any, residuals: Any, layout: Any) -> None:
        context = self.context
        active = [leaf for leaf in self.leaves if is_active(leaf)]
        pointers = [self.kind.args[0], *(ir.DoubleType().as_pointer() if isinstance(leaf.numba, types.CPointer) else
                                         context.get_value_type(leaf.numba).as_pointer() for leaf in active), POINTER]
        function = ir.Function(self.module, ir.FunctionType(VOID, pointers), name)
        self.builder = builder = ir.IRBuilder(function.append_basic_block("entry"))
        slot, companions, frame = function.args[0], list(function.args[1:-1]), function.args[-1]
        places = [p for p, leaf in zip(companions, active, strict=True) if isinstance(leaf.numba, types.Float)]
        for place in places:
            builder.store(place.type.pointee(0.0), place)
        with builder.if_then(cgutils.is_null(builder, frame)):  # the function raised
            builder.ret_void()
        fields = builder.bitcast(frame, layout.as_pointer())
        *flat, shadow, kept = [builder.load(cgutils.gep_inbounds(builder, fields, 0, k)) for k in range(len(layout.elements))]
        moved, given = [], iter(companions)
        for leaf, v in zip(self.leaves, flat, strict=True):
            companion = next(given) if is_active(leaf) else None
            moved.append(self._shadow_leaf(leaf, v, companion))
        values = self._values(moved)
        found = context.get_returned_value(builder, self.returns, builder.load(slot))
        cotangent = self._merge(self.returns, shadow, found)
        builder.store(context.get_return_value(builder, self.returns, self._merge(self.returns, found, None)), slot)
        shadows = types.BaseTuple.from_types(list(map(tangent_type, self.types)))
        tuple_ = context.make_tuple(builder, shadows, [self._tangent(t, v) for t, v in zip(self.types, values, strict=True)])
        excinfo = cgutils.alloca_once_value(builder, cgutils.get_null_value(self.kind.args[1].pointee))
        code, adjoints, _ = self._call(self._pull(backward), (residuals, self.returns, shadows), [kept, cotangent, tuple_], excinfo)
        with builder.if_then(cgutils.is_not_null(builder, code)):  # an adjoint has no way to raise
            for place in places:
                builder.store(place.type.pointee(float("nan")), place)
            self._call(self._spoil(), (shadows,), [tuple_], excinfo)
            builder.ret_void()
        for place, adjoint in zip(places, cgutils.unpack_tuple(builder, adjoints) if places else [], strict=True):
            builder.store(adjoint, place)
        builder.ret_void()

    def _pull(self, backward: Any) -> Any:
        """Run the backward rule, add to the shadows of arrays, return the adjoints of floats."""
        if self.adds:
            return backward
        lines, floats = ["def pull(residuals, cotangent, shadows):", "    bars = backward(residuals, cotangent)"], []
        scope: dict[str, Any] = {"backward": backward, "accumulate": rule_values.accumulate}
        for number, leaf in enumerate(leaf for leaf in self.leaves if is_active(leaf)):
            if isinstance(leaf.numba, types.Float):
                scope[f"real_{number}"] = leaf.numba
                floats.append(f"real_{number}(bars{_indexed((leaf.index, *leaf.path))}), ")
            else:
                at = _indexed((leaf.index, *leaf.path[:-1]))
                lines.append(f"    accumulate(shadows{at}, bars{at})")
        exec("\n".join([*lines, f"    return ({''.join(floats)})" if floats else "    return None"]) + "\n", scope)
        return scope["pull"]

    def _spoil(self) -> Any:
        scope: dict[str, Any] = {"spoil": rule_values.spoil}
        lines = ["def spoil_all(shadows):", "    pass"]
        lines += [f"    spoil(shadows{_indexed((leaf.index, *leaf.path[:-1]))})" for leaf in self.leaves
                  if is_active(leaf) and not isinstance(leaf.numba, types.Float)]
        exec("\n".join(lines) + "\n", scope)
        return scope["spoil_all"]

    # Parts

    def _spread(self) -> list[abi.Parameter | None]:
        """The leaves behind the result and the exception, each followed by None for a companion that is an argument in reverse mode too."""
        found: list[abi.Parameter | None] = [None]  # excinfo: behind the result and its shadow
        for leaf in self.leaves:
            found.append(leaf)
            if is_active(leaf) and (self._forward or not isinstance(leaf.numba, types.Float)):
                found.append(None)
        return found

    def _function(self, name: str, extra: list[Any]) -> tuple[list[Any], list[Any], list[Any], Any, list[Any]]:
        """Begin a function that takes what the primal takes with companions: the places of the results, the primals, the companions in
        their structure, the place of an exception, and the ``extra`` parameters."""
        self._forward = not extra
        result, excinfo, *own = self.kind.args
        kinds = [result, result, excinfo]
        for kind, leaf in zip(own, self.leaves, strict=True):
            kinds += [kind, kind] if is_active(leaf) and (self._forward or not isinstance(leaf.numba, types.Float)) else [kind]
        function = ir.Function(self.module, ir.FunctionType(ir.IntType(32), [*kinds, *extra]), name)
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        flat, moved = [], []
        given = iter(function.args[3:])
        for leaf in self.leaves:
            flat.append(next(given))
            companion = next(given) if is_active(leaf) and (self._forward or not isinstance(leaf.numba, types.Float)) else None
            moved.append(self._shadow_leaf(leaf, flat[-1], companion))
        return list(function.args[:2]), self._values(flat), self._values(moved), function.args[2], list(given)

    def _shadow_leaf(self, leaf: abi.Parameter, value: Any, companion: Any) -> Any:
        """A leaf of the shadow: extents are those of the primal, its memory is the companion's."""
        if companion is not None and not (isinstance(leaf.numba, types.Float) and isinstance(companion.type, ir.PointerType)):
            return self.builder.bitcast(companion, value.type) if isinstance(value.type, ir.PointerType) else companion
        return cgutils.get_null_value(value.type) if leaf.path[-1:] in (("meminfo",), ("parent",)) else value

    def _values(self, flat: list[Any]) -> list[Any]:
        """The arguments from their leaves; defaults that are taken from their values."""
        values = self.context.get_arg_packer(self.given).from_arguments(self.builder, tuple(flat))
        return [self.context.get_constant_generic(self.builder, own, type_.value) if isinstance(type_, types.Omitted) else value
                for type_, own, value in zip(self.given, self.types, values, strict=True)]

    def _tangent(self, type_: Any, value: Any) -> Any:
        """A shadow as a rule gets it."""
        if isinstance(type_, types.BaseTuple):
            items = [self._tangent(t, v) for t, v in zip(type_, cgutils.unpack_tuple(self.builder, value), strict=True)]
            return self.context.make_tuple(self.builder, tangent_type(type_), items)
        return value if tangent_type(type_) is not types.none else self.context.get_dummy_value()

    def _call(self, function: Any, given: tuple[Any, ...], values: list[Any], excinfo: Any) -> tuple[Any, Any, Any]:
        """Call an njit function: its status, its result and its result's type."""
        made = compiled(function if isinstance(function, types.Dispatcher) or hasattr(function, "py_func") else njit(function), given)
        self.library.add_linking_library(made.library)
        context, builder = self.context, self.builder
        returns, taken = made.signature.return_type, made.signature.args
        kind = context.call_conv.get_function_type(returns, taken)
        callee = cgutils.get_or_insert_function(self.module, kind, made.fndesc.llvm_func_name)
        slot = cgutils.alloca_once_value(builder, cgutils.get_null_value(kind.args[0].pointee))
        cast = [context.cast(builder, v, t, to) for v, t, to in zip(values, given, taken, strict=True)]
        code = builder.call(callee, [slot, excinfo, *context.get_arg_packer(taken).as_arguments(builder, cast)])
        if returns is types.none:  # success is -2
            code = builder.select(builder.icmp_signed("==", code, code.type(-2)), code.type(0), code)
        return code, context.get_returned_value(builder, returns, builder.load(slot)), returns

    def _return_failure(self, code: Any) -> None:
        with self.builder.if_then(cgutils.is_not_null(self.builder, code), likely=False):
            self.builder.ret(code)

    def _check_result(self, kind: Any, what: str) -> None:
        if not isinstance(kind, types.BaseTuple) or len(kind) != 2 or kind[0] != self.returns:
            raise ArgumentTypeError(f"{what} of `{self.owner.py_func.__name__}` returns {kind}: it has to return a pair, of which the "
                                    f"first is what the function returns, {self.returns}.")

    def _zeros(self, type_: Any, value: Any, tape: Any) -> Any:
        """Zeros in the structure of a result, arrays on the tape."""
        builder, context = self.builder, self.context
        if isinstance(type_, types.BaseTuple):
            return context.make_tuple(builder, type_, [
                self._zeros(t, v, tape) for t, v in zip(type_, cgutils.unpack_tuple(builder, value), strict=True)])
        if isinstance(type_, types.Float):
            return value.type(0.0)
        if not isinstance(type_, types.Array):
            return value
        if type_.layout not in "CF":
            raise UnsupportedError(f"`{self.owner.py_func.__name__}` has a rule and returns {type_}: return a contiguous array.")
        array = make_array(type_)(context, builder, value)
        size = builder.mul(array.nitems, array.itemsize)
        memory = self._tape_call(RESERVE, POINTER, [tape, size, WORD(ALIGN)])
        cgutils.memset(builder, memory, size, 0)
        array.data = builder.bitcast(memory, array.data.type)
        array.meminfo = array.parent = cgutils.get_null_value(POINTER)
        return array._getvalue()

    def _merge(self, type_: Any, value: Any, other: Any) -> Any:
        """``value`` with the floats of ``other``; with zeros where that is None."""
        if isinstance(type_, types.Float):
            return value.type(0.0) if other is None else other
        if not isinstance(type_, types.BaseTuple):
            return value
        others = [None] * len(type_) if other is None else cgutils.unpack_tuple(self.builder, other)
        return self.context.make_tuple(self.builder, type_, [
            self._merge(t, v, o) for t, v, o in zip(type_, cgutils.unpack_tuple(self.builder, value), others, strict=True)])

    def _tape_call(self, name: str, returns: Any, values: list[Any]) -> Any:
        kind = ir.FunctionType(returns, [v.type for v in values])
        return self.builder.call(cgutils.get_or_insert_function(self.module, kind, name), values)

    def _address(self, name: str) -> Any:
        return self.builder.bitcast(cgutils.get_or_insert_function(self.module, ir.FunctionType(VOID, [POINTER]), name), POINTER)


def _indexed(path: tuple[Any, ...]) -> str:
    return "".join(f"[{step}]" for step in path)
