"""Make the derivative a module of its own: exported under its name, with all that it calls and nothing else."""

from __future__ import annotations

from irad_passes.ir import types as T
from irad_passes.ir.model import Argument, Constant, Function, Instruction, Module
from irad_passes.ir.read import read
from irad_passes.rules.emit import SCALED
from irad_passes.rules.memory import HOLD, definition


def finish(module: Module, function: Function, name: str) -> None:
    """Rename the function, with attributes that are true of a derivative; drop what it does not call, declare what is missing."""
    module.functions = {key: other for key, other in module.functions.items() if other is not function}
    function.name = name
    function.prefix = ""
    function.suffix = "mustprogress nounwind"
    module.functions[name] = function
    _collect(module, name)


def _collect(module: Module, root: str) -> None:
    """Leave the functions that ``root`` calls, and those that globals name."""
    kept: dict[str, Function] = {}
    declared: dict[str, Function] = {}
    pending = [root]
    while pending:
        name = pending.pop()
        if name in kept:
            continue
        if name not in module.functions and (text := definition(name)) is not None:
            module.functions |= read(text).functions
        function = module.functions.get(name) or declared.get(name)
        if function is None:
            continue
        kept[name] = function
        for i in function.instructions():
            if i.callee is not None and i.callee not in module.functions and definition(i.callee) is None:
                declared.setdefault(i.callee, _declaration(i))
            if i.callee == HOLD:  # names what gives the reference back, which the primal need not call itself
                release = i.operands[2]
                assert isinstance(release, Constant) and release.global_name is not None
                declared.setdefault(release.global_name, Function(release.global_name, T.function(T.VOID, (T.PTR,)), [Argument(T.PTR, "")]))
            pending += [o.global_name for o in i.operands if isinstance(o, Constant) and o.global_name is not None]
    named = {n: f for n, f in module.functions.items() if any("@" + n in text or f'@"{n}"' in text for text in module.globals.values())}
    module.functions = named | kept


def _declaration(i: Instruction) -> Function:
    """A declaration that fits a call."""
    assert i.callee is not None
    types = tuple(o.type for o in i.arguments)
    pure = "memory(none) nofree nosync nounwind speculatable willreturn" if i.callee.startswith(SCALED) else ""
    return Function(i.callee, T.function(i.type, types), [Argument(type_, "") for type_ in types], suffix=pure)
