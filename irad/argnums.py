"""Which arguments an operator is about: argnums by index or name, and how calls and their defaults meet a function's parameters."""

from __future__ import annotations

import inspect
import operator as python_operator
from typing import Any

from numba import typeof
from numba.core import types
from numba.core.errors import TypingError

from irad.errors import ArgumentTypeError, UnsupportedError
from irad.numba_.parameters import signature
from irad.numba_.specialise import Subject

Argnums = int | str | tuple[int | str, ...]


def parameters(function: Any) -> tuple[str, ...]:
    """Names of a function's parameters."""
    return tuple(signature(function).parameters)


def plain_signature(*names: str) -> inspect.Signature:
    """A signature of positional parameters."""
    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names])


def positions(operator: str, function: Any, argnums: Argnums) -> int | tuple[int, ...]:
    """``argnums`` as indices of parameters, counted from the front.

    Raises
    ------
    ValueError
        Out of range, no such name, or one argument twice.
    TypeError
        Neither indices nor names.
    """
    check_parameters(operator, function)
    if not isinstance(argnums, (tuple, list)):
        return _position(operator, function, argnums)
    found = tuple(_position(operator, function, item) for item in argnums)
    if len(set(found)) < len(found):
        raise ValueError(f"{operator}({function.__name__}): argnums {argnums!r} names an argument of `{function.__name__}` twice.")
    if not found:
        raise ValueError(f"{operator}({function.__name__}): argnums is empty. Name at least one argument of `{function.__name__}`.")
    return found


def check_parameters(operator: str, function: Any) -> None:
    """Refuse functions with ``*args``, with parameters that only have names, which Numba cannot call, and without parameters."""
    own = signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in own):
        raise UnsupportedError(f"{operator}({function.__name__}): `{function.__name__}` takes *args. Write its arguments out, or pass a "
                               f"tuple.")
    if named := [str(parameter) for parameter in own if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD)]:
        raise UnsupportedError(f"{operator}({function.__name__}): `{function.__name__}` takes {named[0]} by name only, and Numba calls "
                               f"no such function. Let it be given by position too.")
    if not own:
        raise ValueError(f"{operator}({function.__name__}): `{function.__name__}` has no arguments.")


def _position(operator: str, function: Any, item: Any) -> int:
    names = parameters(function)
    what, shown = f"{operator}({function.__name__}): argnums", ", ".join(names)
    if isinstance(item, str):
        if item not in names:
            raise ValueError(f"{what}: `{function.__name__}` has no argument '{item}'. It has: {shown}.")
        return names.index(item)
    if isinstance(item, bool) or not hasattr(item, "__index__"):
        raise TypeError(f"{what} takes indices and names of arguments, not {type(item).__name__}. `{function.__name__}` has: {shown}.")
    index = python_operator.index(item)
    if not -len(names) <= index < len(names):
        raise ValueError(f"{what}: {index} is out of range. `{function.__name__}` has {len(names)} arguments: {shown}.")
    return index % len(names)


def chosen(argnums: Any) -> tuple[int, ...]:
    """The indices, whether one was asked for or several."""
    return argnums if isinstance(argnums, tuple) else (argnums,)


def valued(arguments: tuple[Any, ...], selected: tuple[int, ...]) -> tuple[Any, ...]:
    """The types of the arguments, where a default that is differentiated has the type of its value."""
    return tuple(typeof(type_.value) if index in selected and isinstance(type_, types.Omitted) else type_
                 for index, type_ in enumerate(arguments))


def check_together(operator: str, function: Any, given: Any) -> None:
    """Refuse what is an argument by itself, in place of all."""
    if not isinstance(given, (tuple, list)):
        raise ArgumentTypeError(f"{operator}({function.__name__}): the arguments are given together, as a tuple, and this is "
                                f"{type(given).__name__}. A single one is (x,).")


def unpacked(subject: Subject, what: str, type_: Any) -> tuple[Any, ...]:
    """The member types of a tuple that was passed to ``jvp`` or ``vjp``."""
    if not isinstance(type_, types.BaseTuple):
        raise ArgumentTypeError(f"{subject}: `{what}` is {types.unliteral(type_)}, and must be a tuple with one entry for each argument of "
                                f"{subject.place}.")
    return tuple(type_)


def folded(subject: Subject, given: tuple[Any, ...]) -> tuple[Any, ...]:
    """The types of all arguments of a call with these positional ones.

    Raises
    ------
    ArgumentTypeError
        Too few or too many.
    """
    try:
        return tuple(subject.function.fold_argument_types(given, {})[1])
    except (TypeError, TypingError):
        names = ", ".join(parameters(subject.function))
        raise ArgumentTypeError(f"{subject}: `primals` has {len(given)} entries, and {subject.place} takes: {names}. Give it one entry for "
                                f"each argument.") from None
