"""From LLVM text to the LLVM text of its derivative: the passes in their order, the module verified behind each."""

from __future__ import annotations

from irad_passes.analysis.activity import activity
from irad_passes.analysis.cfg import abort_blocks
from irad_passes.analysis.memory import is_argument, memory
from irad_passes.ir import types as T
from irad_passes.ir.model import Argument, Constant, Function, Instruction, Module
from irad_passes.ir.read import read
from irad_passes.ir.verify import verify
from irad_passes.ir.write import write
from irad_passes.request import Answer, Mode, Request
from irad_passes.rules.memory import DEFINITIONS
from irad_passes.transforms.adjoint import Adjoints
from irad_passes.transforms.canonicalise import canonical_module
from irad_passes.transforms.forward import Forward
from irad_passes.transforms.hoist import hoist_loads
from irad_passes.transforms.lower_tape import lower
from irad_passes.transforms.returns import merge_returns, split_returns
from irad_passes.transforms.retype import retype
from irad_passes.transforms.reverse import Reverse
from irad_passes.transforms.shadow import Shadows


def differentiate(text: str, request: Request) -> Answer:
    """The derivative of one function of a module.

    Parameters
    ----------
    text : str
        LLVM IR. Not modified; the derivative comes in a module that also holds what it calls.
    request : Request
        What to differentiate, how.

    Raises
    ------
    NoDerivative, Unsupported, ParseError, VerificationError
        See `errors`.
    """
    module = canonical_module(text, request.function)
    function = module.functions[request.function]
    if len(function.arguments) != len(request.parameters):
        raise ValueError(f"{request.function} has {len(function.arguments)} parameters, the request has {len(request.parameters)}")
    if request.status:
        split_returns(function)
    else:
        merge_returns(function, status=False)
    pointers = memory(function, request.rules)
    floats = retype(function, request, pointers)
    hoist_loads(function, pointers)
    aborting = abort_blocks(function, request.status)
    active = activity(function, request, pointers, aborting)
    written = tuple(any(is_argument(o) and o.site is a for o in pointers.written) for a in function.arguments)
    shadows = Shadows(module, function, request, active)
    if request.mode is Mode.FORWARD:
        Forward(function, request, pointers, active, shadows, aborting).run()
    else:
        adjoints = Adjoints(function, request, pointers, active, shadows, floats.of)
        Reverse(function, request, pointers, adjoints, aborting).run()
    _rename(module, function, request.name)
    finish(module, request.name)
    verify(module, request.mode.value)
    return Answer(write(module), request.name, tuple(shadows.shadowed), written)


def _rename(module: Module, function: Function, name: str) -> None:
    """Make the derivative the only new function: exported under its name, with attributes that are true of it."""
    del module.functions[function.name]
    function.name = name
    function.prefix = ""
    function.suffix = "mustprogress nounwind"
    module.functions[name] = function


def finish(module: Module, *roots: str) -> None:
    """Drop the functions that ``roots`` do not call; add the definitions and declarations that are missing."""
    kept: dict[str, Function] = {}
    declared: dict[str, Function] = {}
    pending = list(roots)
    while pending:
        name = pending.pop()
        if name in kept:
            continue
        if name not in module.functions and name in DEFINITIONS:
            module.functions |= read(DEFINITIONS[name]).functions
        function = module.functions.get(name) or declared.get(name)
        if function is None:
            continue
        kept[name] = function
        for i in function.instructions():
            if i.callee is not None and i.callee not in module.functions and i.callee not in DEFINITIONS:
                declared.setdefault(i.callee, _declaration(i))
            pending += [n for o in i.operands if isinstance(o, Constant) for n in _names(o)]
    unseen = {n: f for n, f in module.functions.items() if any("@" + n in text or f'@"{n}"' in text for text in module.globals.values())}
    module.functions = unseen | kept


def _names(value: Constant) -> list[str]:
    name = value.global_name
    return [] if name is None else [name]


def _declaration(i: Instruction) -> Function:
    assert i.callee is not None
    types = tuple(o.type for o in i.arguments)
    arguments = [Argument(type_, "") for type_ in types]
    return Function(i.callee, T.function(i.type, types), arguments)


__all__ = ["differentiate", "lower"]
