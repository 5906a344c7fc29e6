"""From a function, argument types and the choice of what takes part, to a `Sweep`: captures, asks the engine, and asks again
where an array turns out to need a shadow and is not contiguous.

A specialisation is made once for each function, types, mode and choice.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from numba.core import types
from numba.core.errors import NumbaError

from irad.errors import IradError, UnsupportedError, public
from irad.numba_ import abi, capture, lines, link, parfors, runtime, within
from irad.numba_.records import has_floats
from irad.numba_.rule_calls import with_rules
from irad.numba_.sweep import HIDDEN, Sweep, contiguous_type
from irad_passes.errors import NoDerivative, PassError, Unsupported
from irad_passes.request import CLOSED, Activity, Answer, Approximate, Mode, Parameter, Request
from irad_passes.rules.memory import PARALLEL

APPROXIMATE = {None: Approximate.DERIVATIVE, True: Approximate.EVERYWHERE, False: Approximate.NOWHERE}
SUFFIX = {Mode.FORWARD: "jvp", Mode.REVERSE: "vjp"}


@dataclass(frozen=True)
class Subject:
    """An operator and the function it differentiates: what messages speak of.

    ``shared``: arguments that the function writes may share memory with others. ``vector_math``: whether vector functions of
    libmvec may take the place of libm's, in all that is computed; None: in what only the derivative needs.
    """

    operator: str
    function: Any
    shared: bool = False
    vector_math: bool | None = None

    @property
    def name(self) -> str:
        return str(self.function.py_func.__name__)

    @property
    def place(self) -> str:
        """The function, and where it is."""
        code = self.function.py_func.__code__
        return f"`{self.name}` ({code.co_filename}:{code.co_firstlineno})"

    def __str__(self) -> str:
        return f"{self.operator}({self.name})"


def captured(function: Any, arguments: tuple[Any, ...], shadowed: frozenset[int]) -> Any:
    """The function as LLVM text, for these types, with the arrays of the arguments in ``shadowed`` contiguous."""
    return capture.capture(function, fitting(arguments, shadowed))


def fitting(arguments: tuple[Any, ...], shadowed: frozenset[int]) -> tuple[Any, ...]:
    """The types with those in ``shadowed`` contiguous."""
    return tuple(contiguous_type(type_) if index in shadowed else type_ for index, type_ in enumerate(arguments))


def specialise(subject: Subject, arguments: tuple[Any, ...], mode: Mode, selected: frozenset[int], *, function: Any = None,
               valued: bool = True, width: int = 1) -> Sweep:
    """Differentiate a function for arguments of these Numba types with respect to those in ``selected``.

    ``function`` is what is differentiated, where it is not the subject itself. ``valued``: somebody looks at its result. ``width``: how
    many tangents travel together, where the engine can take so many; else it is one.

    Raises
    ------
    NoDerivativeError, UnsupportedError, InternalError
        As the engine found it.
    """
    function = function or subject.function
    function = getattr(function, "_irad_called", function)
    if subject.shared:
        function = getattr(function, "_irad_shared", function)
    memo: dict[Any, Sweep] = function.__dict__.setdefault("_irad_sweeps", {})
    key = (arguments, mode, selected, valued, width, subject.shared, subject.vector_math)
    if key not in memo:
        memo[key] = _specialise(subject, function, arguments, mode, selected, valued, width)
    return memo[key]


def _specialise(subject: Subject, function: Any, arguments: tuple[Any, ...], mode: Mode, selected: frozenset[int],
                valued: bool, width: int) -> Sweep:
    from irad_passes import pipeline  # not before something is compiled: it takes as long as a quarter of irad's import

    shadowed = selected
    while True:
        found = captured(function, arguments, frozenset() if subject.shared else shadowed)
        leaves, activities, request = asked(found, mode, selected, valued, width, subject.shared)
        request = replace(request, approximate=APPROXIMATE[subject.vector_math],
                          name=request.name + {None: "", True: ".vector", False: ".scalar"}[subject.vector_math])
        text, rows = with_rules(found.text, mode)
        try:
            answer = pipeline.differentiate(text, replace(request, rules={**request.rules, **rows}))
        except PassError as error:
            if width > 1 and isinstance(error, Unsupported):
                return specialise(subject, arguments, mode, selected, function=function)
            raise _explained(error, subject, function, found) from None
        parts = [leaf for at, leaf in enumerate(leaves) if answer.shadowed[HIDDEN + at]]
        for leaf in parts:
            _check_shadow(subject, found.argument_names[leaf.index], within.holder(found.arguments[leaf.index], leaf.path))
        needed = frozenset(leaf.index for leaf in parts)
        if subject.shared:
            return Sweep(subject.place, mode, found.argument_names, found.arguments, found.returns, leaves, activities, answer, width, True)
        if needed <= shadowed or fitting(arguments, needed) == arguments:
            spread = partial(in_parallel, function, found, request, answer) if found.parallel and width == 1 else None
            by_blas = partial(with_blas, found, request, answer) if found.by_blas and width == 1 else None
            used = tuple(fit if index in shadowed and isinstance(fit, (types.Array, types.BaseTuple)) else own
                         for index, (fit, own) in enumerate(zip(fitting(arguments, shadowed), found.arguments, strict=True)))
            return Sweep(subject.place, mode, found.argument_names, used, found.returns, leaves, activities, answer, width,
                         parallel=spread, by_blas=by_blas)
        shadowed |= needed


def in_parallel(function: Any, found: capture.Captured, request: Request, answer: Answer) -> Answer | None:
    """The derivative with the parallel loops of the function as parallel loops; None where it has none that are known to be safe."""
    try:
        with warnings.catch_warnings():  # Numba's, about loops that it does not make parallel: the function's own compilation shows them
            warnings.simplefilter("ignore")
            kept = capture.capture(function, found.arguments, parallel=True)
    except (parfors.InOrder, NumbaError):  # where a loop cannot be parallel, the function has a derivative all the same
        return None
    text, rows = with_rules(kept.text, request.mode)
    loops = parfors.rows(text)
    if not loops and (request.mode is Mode.REVERSE or PARALLEL not in text):
        return None
    result = _if_possible(text, replace(request, function=kept.name, rules={**request.rules, **rows, **loops}))
    if result is None or result.shadowed != answer.shadowed or result.written[HIDDEN:] != answer.written[HIDDEN:]:
        return None
    return result if PARALLEL in result.text else None


def with_blas(found: capture.Captured, request: Request, answer: Answer) -> Answer | None:
    """The derivative with products of matrices by BLAS; None where the engine cannot have it."""
    assert found.by_blas is not None
    text, rows = with_rules(found.by_blas(), request.mode)
    result = _if_possible(text, replace(request, rules={**request.rules, **rows}))
    return None if result is None or result.shadowed != answer.shadowed or result.written != answer.written else result


def _if_possible(text: str, request: Request) -> Answer | None:
    """The derivative of another form of the function; None where the engine refuses that one."""
    from irad_passes import pipeline

    try:
        return pipeline.differentiate(text, request)
    except (NoDerivative, Unsupported):
        return None


def asked(found: capture.Captured, mode: Mode, selected: frozenset[int], valued: bool = True, width: int = 1,
          shared: bool = False) -> tuple[tuple[abi.Parameter, ...], tuple[Activity, ...], Request]:
    """The LLVM parameters behind the `HIDDEN` ones, how they take part, and the request to the engine that says so.

    ``shared``: arrays of what is the same for LLVM may share memory.
    """
    result, _, *leaves = abi.parameters(found)
    activities = tuple(_activity(leaf, selected) for leaf in leaves)
    elements = list(dict.fromkeys(leaf.floats for leaf in leaves if leaf.element)) if shared else []
    groups = [CLOSED if isinstance(within.holder(found.arguments[leaf.index], leaf.path), within.CONTAINERS)
              else elements.index(leaf.floats) + 1 if leaf.floats in elements else 0 for leaf in leaves]
    variant = f"{width if width > 1 else ''}{'' if valued else '.gradient'}{'.shared' if shared else ''}"
    request = Request(found.name, mode, (Parameter(Activity.DUPLICATED, result.element), Parameter(), *(
        Parameter(activity, leaf.element, group, factor=leaf.factor)
        for activity, leaf, group in zip(activities, leaves, groups, strict=True))),
        f"{found.name}.{SUFFIX[mode]}{variant}.{'_'.join(map(str, sorted(selected)))}.{link.PROCESS:x}",
        rules=runtime.RULES, discarded=frozenset() if valued else frozenset({0}), width=width)
    return tuple(leaves), activities, request


def _activity(leaf: abi.Parameter, selected: frozenset[int]) -> Activity:
    """How an LLVM parameter takes part."""
    if leaf.index not in selected:
        return Activity.CONST
    pointed = isinstance(leaf.numba, types.CPointer) and leaf.path[-1:] == ("data",)  # a string's data are of no type
    if has_floats(leaf.numba.dtype if pointed else leaf.numba if isinstance(leaf.numba, types.Record) else types.none):
        return Activity.DUPLICATED
    return Activity.ACTIVE if isinstance(leaf.numba, types.Float) else Activity.CONST


def _explained(error: PassError, subject: Subject, function: Any, found: Any) -> IradError:
    """The public error for the engine's, with the line of Python where it is known."""
    if error.instruction is None or error.instruction.parent is None or error.instruction.parent.parent is None:
        return public(error, str(subject), subject.place)
    within = error.instruction.parent.parent
    callee, opcode = error.instruction.callee or "", error.instruction.opcode
    ordinal = 0
    for instruction in (i for block in within.blocks for i in block.instructions):
        if instruction is error.instruction:
            break
        ordinal += instruction.callee == callee if callee else instruction.opcode == opcode
    line = lines.source_line(function, found.arguments, callee=callee, opcode=opcode, ordinal=ordinal, within=within.name)
    return public(error, str(subject), str(line), line.line)


def _check_shadow(subject: Subject, name: str, type_: Any) -> None:
    """Refuse to make a shadow of memory that is not an array's or a record's."""
    if not isinstance(type_, (types.Array, types.Record, types.Number, types.Boolean, types.NoneType, types.Omitted)):
        raise UnsupportedError(f"{subject}: active values pass through argument '{name}', of type {type_}, in {subject.place}. irad "
                               f"differentiates through arrays, floats and tuples of them: pass those, and make lists and objects in "
                               f"the function.")
