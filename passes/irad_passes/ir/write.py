"""Print the model as LLVM's text, for llvmlite to parse."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from irad_passes.ir.model import BINARY, CASTS, TAILS, Argument, Function, Instruction, Mention, Module, Value, quoted
from irad_passes.ir.types import VOID


def write(module: Module) -> str:
    """The text of ``module``: header, globals, functions, trailer, each in the order of the model."""
    parts = [*module.header, "", *module.globals.values(), ""]
    for function in module.functions.values():
        _function(function, parts)
    parts += module.trailer
    return "\n".join(parts) + "\n"


def function_text(function: Function) -> str:
    """The text of one function."""
    lines: list[str] = []
    _function(function, lines)
    return "\n".join(lines)


def instruction_text(instruction: Instruction) -> str:
    """The text of one instruction, without indentation."""
    text = WRITERS.get(instruction.opcode, _other)(instruction)
    return f"{instruction.ref} = {text}" if instruction.type is not VOID else text


def _function(function: Function, lines: list[str]) -> None:
    arguments = [_argument(a) for a in function.arguments]
    if function.type.variadic:
        arguments.append("...")
    head = _words("declare" if function.is_declaration else "define", function.prefix, function.type.returns.text,
                  f"@{quoted(function.name)}({', '.join(arguments)})", function.suffix)
    if function.is_declaration:
        lines += (head, "")
        return
    lines.append(head + " {")
    for block in function.blocks:
        lines.append(quoted(block.name) + ":")
        lines += ["  " + instruction_text(i) for i in block.instructions]
    lines += ("}", "")


def _argument(argument: Argument) -> str:
    return _words(argument.type.text, argument.attributes, argument.ref if argument.name else "")


def _words(*words: str) -> str:
    """The words that are not empty, with blanks between them."""
    return " ".join(filter(None, words))


def _typed(values: list[Value]) -> str:
    return ", ".join([f"{v.type.text} {v.ref}" for v in values])


def _flags(instruction: Instruction) -> str:
    """The flags, each with a blank before it."""
    return " " + " ".join(instruction.flags) if instruction.flags else ""


def _operation(i: Instruction) -> str:
    """The common form: opcode, flags, typed operands."""
    return f"{i.opcode}{_flags(i)} {_typed(i.operands)}{i.suffix}"


def _binary(i: Instruction) -> str:
    left, right = i.operands
    return f"{i.opcode}{_flags(i)} {i.type.text} {left.ref}, {right.ref}{i.suffix}"


def _cast(i: Instruction) -> str:
    return f"{i.opcode}{_flags(i)} {_typed(i.operands)} to {i.type.text}{i.suffix}"


def _compare(i: Instruction) -> str:
    left, right = i.operands
    return f"{i.opcode}{_flags(i)} {i.extra['predicate']} {left.type.text} {left.ref}, {right.ref}{i.suffix}"


def _phi(i: Instruction) -> str:
    edges = ", ".join([f"[ {v.ref}, {b.ref} ]" for v, b in zip(i.operands, i.blocks, strict=True)])
    return f"phi{_flags(i)} {i.type.text} {edges}{i.suffix}"


def _member(i: Instruction) -> str:
    indices = cast("tuple[int, ...]", i.extra["indices"])
    return f"{i.opcode} {_typed(i.operands)}, {', '.join(map(str, indices))}{i.suffix}"


def _alloca(i: Instruction) -> str:
    space = i.extra.get("addrspace")
    count = f", {_typed(i.operands)}" if i.operands else ""
    return f"alloca{_flags(i)} {i.extra['allocated']}{count}{_align(i)}{'' if space is None else f', addrspace({space})'}{i.suffix}"


def _align(i: Instruction) -> str:
    align = i.extra.get("align")
    return "" if align is None else f", align {align}"


def _memory(i: Instruction) -> str:
    extra = i.extra
    words = [i.opcode]
    if i.opcode in ("load", "store") and "ordering" in extra:
        words.append("atomic")
    words += i.flags
    if extra.get("volatile"):
        words.append("volatile")
    if i.opcode == "load":
        words.append(f"{i.type.text},")
    if "operation" in extra:
        words.append(str(extra["operation"]))
    if i.operands:
        words.append(_typed(i.operands))
    if "syncscope" in extra:
        words.append(f"syncscope({extra['syncscope']})")
    words += [str(extra[key]) for key in ("ordering", "failure_ordering") if key in extra]
    return " ".join(words) + _align(i) + i.suffix


def _gep(i: Instruction) -> str:
    return f"getelementptr{_flags(i)} {i.extra['source_type']}, {_typed(i.operands)}{i.suffix}"


def _call(i: Instruction) -> str:
    extra = i.extra
    *arguments, callee = i.operands
    attributes = cast("tuple[str, ...]", extra.get("argument_attributes") or ("",) * len(arguments))
    tail = [f for f in i.flags if f in TAILS]
    flags = [f for f in i.flags if f not in TAILS]
    text = ", ".join([f"{v.type.text} {a} {v.ref}" if a else f"{v.type.text} {v.ref}"
                      for v, a in zip(arguments, attributes, strict=True)])
    head = _words(*tail, i.opcode, *flags, str(extra.get("return_attributes", "")), str(extra.get("function_type", i.type)))
    text = f"{head} {callee.ref}({text})"
    bundles = extra.get("bundles")
    between = f" {bundles.ref}" if isinstance(bundles, Mention) and not bundles.is_stale else ""
    if i.opcode == "call":
        attributes_, comma, attachments = i.suffix.partition(", !")
        return text + (attributes_ + between + comma + attachments if between else i.suffix)
    normal, unwind = i.blocks
    return _words(text, str(extra.get("function_attributes", "")) + between, f"to label {normal.ref} unwind label {unwind.ref}") + i.suffix


def _va_arg(i: Instruction) -> str:
    return f"va_arg {_typed(i.operands)}, {i.type.text}{i.suffix}"


def _ret(i: Instruction) -> str:
    return f"ret {_typed(i.operands) or 'void'}{i.suffix}"


def _br(i: Instruction) -> str:
    targets = ", ".join([f"label {b.ref}" for b in i.blocks])
    return f"br {_typed(i.operands)}, {targets}{i.suffix}" if i.operands else f"br {targets}{i.suffix}"


def _switch(i: Instruction) -> str:
    value, *cases = i.operands
    default, *targets = i.blocks
    lines = [f"    {_typed([c])}, label {b.ref}\n" for c, b in zip(cases, targets, strict=True)]
    return f"switch {_typed([value])}, label {default.ref} [\n{''.join(lines)}  ]{i.suffix}"


def _indirectbr(i: Instruction) -> str:
    return f"indirectbr {_typed(i.operands)}, [{', '.join([f'label {b.ref}' for b in i.blocks])}]{i.suffix}"


def _other(i: Instruction) -> str:
    """Debug records, what was read as a template, and operations of the common form."""
    template = i.extra.get("template")
    if template is not None:
        references = (v.ref for v in (*i.operands, *i.blocks))
        return _words(i.opcode, str(template).format(*references)) + i.suffix
    if i.opcode[0] == "#":
        return f"{i.opcode}({', '.join([v.ref for v in i.operands])}){i.suffix}"
    return _operation(i) if i.operands else i.opcode + i.suffix


WRITERS: dict[str, Callable[[Instruction], str]] = {
    **dict.fromkeys(BINARY, _binary),
    **dict.fromkeys(CASTS, _cast),
    **dict.fromkeys(("icmp", "fcmp"), _compare),
    **dict.fromkeys(("load", "store", "fence", "cmpxchg", "atomicrmw"), _memory),
    **dict.fromkeys(("extractvalue", "insertvalue"), _member),
    **dict.fromkeys(("call", "invoke"), _call),
    "phi": _phi, "alloca": _alloca, "getelementptr": _gep, "va_arg": _va_arg, "ret": _ret, "br": _br, "switch": _switch,
    "indirectbr": _indirectbr,
}
