"""From LLVM text to the LLVM text of its derivative: `PASSES` in their order, the module verified behind each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from irad_passes.analysis.memory import memory
from irad_passes.collector import collector_paused
from irad_passes.errors import Unsupported
from irad_passes.ir.clone import clone
from irad_passes.ir.model import Function
from irad_passes.ir.types import I32, FloatType
from irad_passes.ir.verify import verify, verify_structure
from irad_passes.request import Activity, Answer, Mode, Request
from irad_passes.rules.calls import Spread
from irad_passes.transforms.aggregates import split_aggregates
from irad_passes.transforms.approximate import mark_approximate
from irad_passes.transforms.canonicalise import canonical_module
from irad_passes.transforms.devirtualise import devirtualise
from irad_passes.transforms.finish import finish
from irad_passes.transforms.forward import Forward, emit_forward
from irad_passes.transforms.hoist import move_accesses
from irad_passes.transforms.lower_tape import lower
from irad_passes.transforms.parallel import emit_parallel
from irad_passes.transforms.peel import peel_last
from irad_passes.transforms.reallocate import expand_reallocations
from irad_passes.transforms.returns import merge_returns, split_returns
from irad_passes.transforms.retype import retype
from irad_passes.transforms.reverse import Reverse, emit_reverse
from irad_passes.transforms.signs import fold_sign_tests
from irad_passes.transforms.teams import team, together
from irad_passes.transforms.unread import unread_stores
from irad_passes.transforms.variants import Variants, Work, constant, with_callees

__all__ = ["PASSES", "differentiate", "lower"]


@dataclass(frozen=True, slots=True)
class Pass:
    """One step: valid IR in, valid IR out."""

    name: str
    run: Callable[[Work], None]


def _split_returns(work: Work) -> None:
    if work.request.status:
        split_returns(work.function)
    else:
        merge_returns(work.function, status=False)


def _retype(work: Work) -> None:
    retype(work.function, work.request, memory(work.function, work.request.rules, groups=work.request.groups))


def _hoist_loads(work: Work) -> None:
    move_accesses(work.function, memory(work.function, work.request.rules, groups=work.request.groups))


def _prepare(work: Work) -> None:
    """Take a function that is called to where ``derive`` begins."""
    for step in PASSES:
        if step.name == "derive":
            return
        step.run(work)


def sweep_of(work: Work) -> Forward | Reverse:
    """The sweep that is asked for, analysed with all that it calls, not yet emitted."""
    _wanted(work)
    return Forward(work) if work.request.mode is Mode.FORWARD else Reverse(work)


def _wanted(work: Work) -> list[Work]:
    found = Variants(work, _prepare).run()
    work.unread = unread_stores(work.function, work.request, work.memory)
    return found


def _derive(work: Work) -> None:
    for wanted in _wanted(work):
        mark_approximate(wanted)
        if (found := team(wanted)) is not None:
            emit_parallel(wanted, found, work.request.name)
        else:
            (emit_forward if work.request.mode is Mode.FORWARD else emit_reverse)(wanted)


def _drop_unread(work: Work) -> None:
    for store in work.unread:
        store.erase()


def _finish(work: Work) -> None:
    finish(work.module, work.function, work.request.name)


def _at_once(work: Work) -> None:
    """Functions that the derivative calls as they are, and whose calls may run at once: let them."""
    for name, rule in work.request.rules.items():
        if isinstance(rule, Spread) and not rule.parallel.apart and name in work.module.functions:
            whole, kernel = (constant(work, callee, _prepare) for callee in (name, rule.parallel.kernel))
            whole.calls = {i: kernel for i in whole.function.instructions() if i.callee == rule.parallel.kernel}
            if (found := team(whole)) is not None:
                emit_parallel(whole, found, work.request.name)


PASSES = (
    Pass("split-returns", _split_returns),
    Pass("reallocate", lambda work: expand_reallocations(work.function, work.request)),
    Pass("split-aggregates", lambda work: split_aggregates(work.function)),
    Pass("retype", _retype),
    Pass("hoist-loads", _hoist_loads),
    Pass("peel-last", lambda work: peel_last(work.function, work.request.rules)),
    Pass("fold-sign-tests", lambda work: fold_sign_tests(work.function, work.request.rules)),
    Pass("derive", _derive),
    Pass("drop-unread", _drop_unread),
    Pass("finish", _finish),
    Pass("at-once", _at_once),
)
"""What happens to a module that `transforms.canonicalise` has read; `lower` takes the tape out of the result, for execution."""


@collector_paused()
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
    ValueError
        The request does not fit the function's type.
    NoDerivative, Unsupported, ParseError, VerificationError
        See `errors`.
    """
    work = begin(text, request)
    module = work.module
    for step in PASSES:
        step.run(work)
        if step is not PASSES[-1]:
            verify_structure(module, step.name)
    return Answer(verify(module, PASSES[-1].name), request.name, work.shadowed, work.written)


def begin(text: str, request: Request) -> Work:
    """Read ``text`` and see that the request fits it."""
    module = canonical_module(text, request.function)
    function = module.functions.get(request.function)
    if function is None or function.is_declaration:
        raise ValueError(f"the module does not define {request.function}")
    _check(function, request)
    devirtualise(module, request.rules)
    if request.mode is Mode.FORWARD:
        request = replace(request, rules={**together(module), **request.rules})
    inside = with_callees(module, function, request)
    if request.function in inside.rules and request.function not in request.rules:  # it calls itself: keep what is called
        function = module.functions[request.name] = clone(function)
    return Work(module, function, inside)


def _check(function: Function, request: Request) -> None:
    """Refuse a request that does not fit the type of the function."""
    name, arguments = request.function, function.arguments
    if len(arguments) != len(request.parameters):
        raise ValueError(f"{name} has {len(arguments)} parameters, the request has {len(request.parameters)}")
    for argument, parameter in zip(arguments, request.parameters, strict=True):
        if parameter.activity is Activity.ACTIVE and not isinstance(argument.type, FloatType):
            raise ValueError(f"parameter {argument.ref} of {name} is {argument.type}: only a float can be active")
        if parameter.activity is Activity.DUPLICATED and not argument.type.is_pointer:
            raise ValueError(f"parameter {argument.ref} of {name} is {argument.type}: only a pointer can be duplicated")
    if request.width < 1:
        raise ValueError(f"width {request.width}: it is 1 or more")
    if any(i.opcode in ("invoke", "callbr", "landingpad") for i in function.instructions()):
        raise Unsupported(f"{name} catches exceptions: compile it without them")
    if request.status and function.type.returns is not I32:
        raise ValueError(f"{name} returns {function.type.returns}: a status is an i32")
