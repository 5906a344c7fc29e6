"""Read the instructions, each opcode by its grammar."""

from __future__ import annotations

from collections.abc import Callable

from irad_passes.ir import types as T
from irad_passes.ir.model import BINARY, CASTS, TAILS, Block, Mention, Value
from irad_passes.ir.scope import Scope
from irad_passes.ir.types import FunctionType, StructType, VectorType

ORDERINGS = frozenset({"unordered", "monotonic", "acquire", "release", "acq_rel", "seq_cst"})
PADS = frozenset({"catchswitch", "catchpad", "cleanuppad"})


def _unary(scope: Scope, opcode: str) -> None:
    flags = scope.flags()
    value = scope.typed()
    scope.emit(opcode, T.VOID if opcode == "resume" else value.type, [value], flags)


def _binary(scope: Scope, opcode: str) -> None:
    flags = scope.flags()
    type_ = scope.type()
    left = scope.value(type_)
    scope.expect(",")
    scope.emit(opcode, type_, [left, scope.value(type_)], flags)


def _cast(scope: Scope, opcode: str) -> None:
    flags = scope.flags()
    value = scope.typed()
    scope.expect("to")
    scope.emit(opcode, scope.type(), [value], flags)


def _compare(scope: Scope, opcode: str) -> None:
    flags = scope.flags()
    predicate = scope.tokens[scope.at]
    scope.at += 1
    type_ = scope.type()
    left = scope.value(type_)
    scope.expect(",")
    result = T.vector(type_.count, T.I1, type_.scalable) if isinstance(type_, VectorType) else T.I1
    scope.emit(opcode, result, [left, scope.value(type_)], flags, extra={"predicate": predicate})


def _phi(scope: Scope, opcode: str) -> None:
    flags = scope.flags()
    type_ = scope.type()
    values: list[Value] = []
    blocks: list[Block] = []
    while True:
        scope.expect("[")
        values.append(scope.value(type_))
        scope.expect(",")
        blocks.append(scope.block_ref())
        scope.expect("]")
        if not scope.more():
            break
    scope.emit(opcode, type_, values, flags, blocks)


def _select(scope: Scope, opcode: str) -> None:
    flags = scope.flags()
    operands = scope.operands(3)
    scope.emit(opcode, operands[1].type, operands, flags)


def _element(scope: Scope, opcode: str) -> None:
    operands = scope.operands(2 if opcode == "extractelement" else 3)
    type_ = operands[0].type
    if opcode == "extractelement":
        type_ = type_.scalar
    elif opcode == "shufflevector":
        mask = operands[2].type
        if not isinstance(mask, VectorType):
            raise scope.error(f"mask of type {mask}")
        type_ = T.vector(mask.count, type_.scalar, mask.scalable)
    scope.emit(opcode, type_, operands)


def _member(scope: Scope, opcode: str) -> None:
    operands = scope.operands(1 if opcode == "extractvalue" else 2)
    indices: list[int] = []
    while scope.more():
        indices.append(scope.integer())
    type_ = operands[0].type
    if opcode == "extractvalue":
        for index in indices:
            if isinstance(type_, StructType) and index < len(type_.elements):
                type_ = type_.elements[index]
            elif isinstance(type_, T.ArrayType):
                type_ = type_.element
            else:
                raise scope.error(f"no element {index} in {type_}")
    scope.emit(opcode, type_, operands, extra={"indices": tuple(indices)})


def _alloca(scope: Scope, opcode: str) -> None:
    flags = scope.flags()
    extra: dict[str, object] = {"allocated": scope.type()}
    operands: list[Value] = []
    type_ = T.PTR
    while scope.more():
        if scope.accept("align"):
            extra["align"] = scope.integer()
        elif scope.accept("addrspace"):
            scope.expect("(")
            space = extra["addrspace"] = scope.integer()
            scope.expect(")")
            type_ = T.plain(f"ptr addrspace({space})") if space else T.PTR
        else:
            operands.append(scope.typed())
    scope.emit(opcode, type_, operands, flags, extra=extra)


def _memory(scope: Scope, opcode: str) -> None:
    """Loads, stores and the atomic instructions."""
    extra: dict[str, object] = {}
    scope.accept("atomic")
    flags = scope.flags()
    if scope.accept("volatile"):
        extra["volatile"] = True
    if opcode == "load":
        type_ = scope.type()
        scope.expect(",")
        operands = scope.operands(1)
    elif opcode == "store":
        type_, operands = T.VOID, scope.operands(2)
    elif opcode == "atomicrmw":
        extra["operation"] = scope.tokens[scope.at]
        scope.at += 1
        operands = scope.operands(2)
        type_ = operands[1].type
    elif opcode == "cmpxchg":
        operands = scope.operands(3)
        type_ = T.struct((operands[1].type, T.I1))
    else:
        type_, operands = T.VOID, []
    if scope.accept("syncscope"):
        begin = scope.at
        scope.group()
        extra["syncscope"] = scope.text(begin + 1, scope.at - 1)
    for key in ("ordering", "failure_ordering"):
        if scope.tokens[scope.at] in ORDERINGS:
            extra[key] = scope.tokens[scope.at]
            scope.at += 1
    if scope.more():
        scope.expect("align")
        extra["align"] = scope.integer()
    scope.emit(opcode, type_, operands, flags, extra=extra)


def _gep(scope: Scope, opcode: str) -> None:
    flags = scope.flags()
    source = scope.type()
    operands: list[Value] = []
    while scope.more():
        operands.append(scope.typed())
    type_ = operands[0].type
    for index in operands:
        if isinstance(index.type, VectorType):
            type_ = T.vector(index.type.count, type_.scalar, index.type.scalable)
    scope.emit(opcode, type_, operands, flags, extra={"source_type": source})


def _call(scope: Scope, opcode: str) -> None:
    """Calls, from the word before ``call`` on, and invokes."""
    flags: tuple[str, ...] = ()
    if scope.tokens[scope.at] in TAILS:
        flags = (scope.tokens[scope.at],)
        scope.at += 1
        scope.expect("call")
    flags += scope.flags()
    extra: dict[str, object] = {}
    attributes = scope.attributes(before_type=True)
    if attributes:
        extra["return_attributes"] = attributes
    type_ = scope.type()
    if isinstance(type_, FunctionType):
        extra["function_type"] = type_
        type_ = type_.returns
    callee = scope.value(T.PTR)
    operands, each = _arguments(scope)
    if any(each):
        extra["argument_attributes"] = tuple(each)
    operands.append(callee)
    if scope.tokens[scope.at]:
        _behind_arguments(scope, extra)
    if opcode == "call":
        suffix = extra.pop("function_attributes", "")
        suffix = f" {suffix}{scope.rest()}" if suffix else scope.rest()
        scope.emit(opcode, type_, operands, flags, extra=extra, suffix=suffix)
    else:
        scope.expect("to")
        normal = scope.label()
        scope.expect("unwind")
        scope.emit(opcode, type_, operands, flags, [normal, scope.label()], extra)


def _arguments(scope: Scope) -> tuple[list[Value], list[str]]:
    """The values in the parentheses, and the attributes of each."""
    operands: list[Value] = []
    attributes: list[str] = []
    scope.expect("(")
    while not scope.accept(")"):
        if operands:
            scope.expect(",")
        type_ = scope.type()
        attributes.append("" if type_ is T.METADATA else scope.attributes(before_type=False))
        operands.append(scope.value(type_))
    return operands, attributes


def _behind_arguments(scope: Scope, extra: dict[str, object]) -> None:
    """Function attributes and operand bundles."""
    begin = scope.at
    while scope.tokens[scope.at] not in ("", "[", ",", "to"):
        if scope.tokens[scope.at] == "(":
            scope.group()
        else:
            scope.at += 1
    if scope.at > begin:
        extra["function_attributes"] = scope.text(begin, scope.at)
    if scope.tokens[scope.at] == "[":
        begin = scope.at
        scope.group()
        template, values, _ = scope.template(begin, scope.at)
        extra["bundles"] = Mention(T.TOKEN, template, tuple(values))


def _va_arg(scope: Scope, opcode: str) -> None:
    operands = scope.operands(1)
    scope.expect(",")
    scope.emit(opcode, scope.type(), operands)



def _ret(scope: Scope, opcode: str) -> None:
    type_ = scope.type()
    scope.emit(opcode, T.VOID, [] if type_ is T.VOID else [scope.value(type_)])


def _br(scope: Scope, opcode: str) -> None:
    if scope.accept("label"):
        scope.emit(opcode, T.VOID, [], blocks=[scope.block_ref()])
        return
    condition = scope.typed()
    scope.expect(",")
    then = scope.label()
    scope.expect(",")
    scope.emit(opcode, T.VOID, [condition], blocks=[then, scope.label()])


def _switch(scope: Scope, opcode: str) -> None:
    operands = scope.operands(1)
    scope.expect(",")
    blocks = [scope.label()]
    scope.expect("[")
    while not scope.accept("]"):
        operands.append(scope.typed())
        scope.expect(",")
        blocks.append(scope.label())
    scope.emit(opcode, T.VOID, operands, blocks=blocks)


def _indirectbr(scope: Scope, opcode: str) -> None:
    operands = scope.operands(1)
    scope.expect(",")
    scope.expect("[")
    blocks: list[Block] = []
    while not scope.accept("]"):
        if blocks:
            scope.expect(",")
        blocks.append(scope.label())
    scope.emit(opcode, T.VOID, operands, blocks=blocks)


def _unreachable(scope: Scope, opcode: str) -> None:
    scope.emit(opcode, T.VOID, [])



def _debug_record(scope: Scope, opcode: str) -> None:
    scope.expect("(")
    operands: list[Value] = []
    while not scope.accept(")"):
        if operands:
            scope.expect(",")
        operands.append(scope.metadata_operand())
    scope.emit(opcode, T.VOID, operands)


def read_verbatim(scope: Scope, opcode: str) -> None:
    """An instruction of which only the references are understood. Its type is the first one that is named."""
    begin, end = scope.at, len(scope.tokens) - 1
    type_ = T.TOKEN if opcode in PADS else T.VOID
    if scope.result and type_ is T.VOID:
        while not scope.at_type():
            scope.at += 1
        type_ = scope.type()
        if isinstance(type_, FunctionType):
            type_ = type_.returns
    template, values, blocks = scope.template(begin, end)
    scope.emit(opcode, type_, values, blocks=blocks, extra={"template": template}, suffix="")


READERS: dict[str, Callable[[Scope, str], None]] = {
    **dict.fromkeys(BINARY, _binary),
    **dict.fromkeys(("fneg", "freeze", "resume"), _unary),
    **dict.fromkeys(CASTS, _cast),
    **dict.fromkeys(("icmp", "fcmp"), _compare),
    **dict.fromkeys(("load", "store", "fence", "cmpxchg", "atomicrmw"), _memory),
    **dict.fromkeys(("extractelement", "insertelement", "shufflevector"), _element),
    **dict.fromkeys(("extractvalue", "insertvalue"), _member),
    **dict.fromkeys(("call", "invoke"), _call),
    "phi": _phi, "select": _select, "alloca": _alloca, "getelementptr": _gep,
    "va_arg": _va_arg, "ret": _ret, "br": _br, "switch": _switch,
    "indirectbr": _indirectbr, "unreachable": _unreachable,
    **dict.fromkeys(("#dbg_value", "#dbg_declare", "#dbg_assign", "#dbg_label", "#dbg_declare_value"), _debug_record),
}
