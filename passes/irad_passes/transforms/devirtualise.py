"""Calls through pointers: where all functions that a pointer may point to are known, a function that chooses between them is called."""

from __future__ import annotations

from collections.abc import Mapping

from irad_passes.analysis.memory import Memory, global_names, memory
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Constant, Function, Instruction, Module, Value, global_ref, unquoted
from irad_passes.rules.table import Rule


def devirtualise(module: Module, rules: Mapping[str, Rule]) -> None:
    """Rewrite the indirect calls in all functions of the module, as far as they are understood."""
    for function in list(module.functions.values()):
        indirect = [i for i in function.instructions() if i.opcode == "call" and isinstance(i.operands[-1], Instruction)]
        if not indirect:
            continue
        found = memory(function, rules)
        for i in indirect:
            names = _targets(module, found, i.operands[-1])
            functions = [f for name in names if (f := module.functions.get(name)) is not None and _fits(i, f)]
            if functions and len(functions) == len(names):
                i.become("call", [*i.operands, global_ref(_chooser(module, i, functions).name)], {})


def _targets(module: Module, found: Memory, pointer: Value) -> list[str]:
    """Names of the globals that a pointer may point to, one that is no function where there may be others."""
    names: set[str] = set()
    for o in found.of(pointer):
        names.add(o.site.global_name or "" if isinstance(o.site, Constant) else "")
    if isinstance(pointer, Instruction) and pointer.opcode == "load":  # from a table
        for o in found.of(pointer.operands[0]):
            name = o.site.global_name if isinstance(o.site, Constant) else None
            text = module.globals.get(name or "", "")
            names |= set(map(unquoted, global_names(text.split("=", 1)[1]))) if " constant " in text else {""} if name else set()
    return sorted(names)


def _fits(i: Instruction, function: Function) -> bool:
    return (not function.is_declaration and i.type is function.type.returns
            and [a.type for a in i.arguments] == [a.type for a in function.arguments])


def _chooser(module: Module, i: Instruction, functions: list[Function]) -> Function:
    """A function of the arguments of ``i`` and a pointer, which is to one of ``functions``, that calls that one."""
    number = sum(name.startswith("irad.choose") for name in module.functions)
    arguments = [Argument(a.type, f"argument.{k}") for k, a in enumerate(i.arguments)]
    pointer = Argument(T.PTR, "function")
    types = tuple(a.type for a in (*arguments, pointer))
    chooser = Function(f"irad.choose.{number}", T.function(i.type, types), [*arguments, pointer], prefix="internal")
    module.functions[chooser.name] = chooser
    b = Builder(chooser.add_block("entry"))
    for k, function in enumerate(functions):
        if function is not functions[-1]:
            call, other = chooser.add_block(f"call.{k}"), chooser.add_block(f"other.{k}")
            b.cond_br(b.icmp("eq", pointer, global_ref(function.name)), call, other)
            b = Builder(call)
        result = b.call(function.name, i.type, list(arguments), "result")
        b.ret(None if i.type is T.VOID else result)
        if function is not functions[-1]:
            b = Builder(other)
    return chooser
