"""Bring a module into the form that the analyses expect: LLVM's own loop canonicalisation, then one successful return."""

from __future__ import annotations

import re

import llvmlite.binding as llvm

from irad_passes.errors import ParseError
from irad_passes.ir.model import Function, Module
from irad_passes.ir.read import read

_LOCATION = re.compile(r"!dbg (!\d+)")
_GONE = ("llvm.lifetime.start", "llvm.lifetime.end", "llvm.experimental.noalias.scope.decl", "llvm.assume", "llvm.dbg.")

_COPY = "llvm.launder.invariant.group."
"""Returns its operand."""


def canonical_module(text: str, function: str) -> Module:
    """Read ``text`` with the loops of all functions in simplified, closed form, and what asks to be inlined inlined."""
    llvm.initialize_native_target()
    try:
        module = llvm.parse_assembly(text)
    except RuntimeError as error:
        raise ParseError(f"not LLVM IR: {error}") from error
    machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(opt=0)
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(0))
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()  # an inner derivative's helpers
    passes.add_loop_simplify_pass()
    passes.add_lcssa_pass()
    passes.run(module, builder)
    result = read(str(module))
    if function in result.functions:
        strip(result.functions[function])
    return result


def strip(function: Function) -> None:
    """Drop what says nothing about values and would be wrong about the derivative: lifetimes, alias scopes, debug records.

    ``extra["location"]`` keeps the number of an instruction's debug location, for `irad_passes.report`.
    """
    for i in list(function.instructions()):
        if i.opcode.startswith("#dbg") or (i.callee or "").startswith(_GONE):
            i.erase()
        elif (i.callee or "").startswith(_COPY):
            i.replace_all_uses_with(i.operands[0])
            i.erase()
        else:
            if found := _LOCATION.search(i.suffix):
                i.extra["location"] = found[1]
            i.suffix = ""
            if i.opcode == "call":
                i.flags = tuple(flag for flag in i.flags if flag not in ("tail", "musttail", "notail"))
