"""The operators inside njit: ``irad.gradient(f)(x)`` is resolved while the caller is compiled.

Numba wants the signatures of an overload and its implementation to be the same to the letter: no annotations here.
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.extending import overload

from irad import operators


def constant(type_: Any) -> Any:
    """The value that an option was written as."""
    if isinstance(type_, types.Omitted):
        return type_.value
    if isinstance(type_, types.Literal):
        return type_.literal_value
    if isinstance(type_, types.BaseTuple):
        return tuple(map(constant, type_))
    if isinstance(type_, types.Type):
        raise TypeError(f"an option of an irad operator is {type_}; inside njit, options must be written as constants")
    return type_


@overload(operators.gradient, prefer_literal=True)
def _gradient(function, argnums=0, has_aux=False):  # type: ignore[no-untyped-def]
    found = operators.gradient(function, constant(argnums), has_aux=constant(has_aux))
    return lambda function, argnums=0, has_aux=False: found


@overload(operators.value_and_gradient, prefer_literal=True)
def _value_and_gradient(function, argnums=0, has_aux=False):  # type: ignore[no-untyped-def]
    found = operators.value_and_gradient(function, constant(argnums), has_aux=constant(has_aux))
    return lambda function, argnums=0, has_aux=False: found


@overload(operators.derivative, prefer_literal=True)
def _derivative(function, argnums=0):  # type: ignore[no-untyped-def]
    found = operators.derivative(function, constant(argnums))
    return lambda function, argnums=0: found


@overload(operators.jvp)
def _jvp(function):  # type: ignore[no-untyped-def]
    found = operators.jvp(function)
    return lambda function: found


@overload(operators.vjp, prefer_literal=True)
def _vjp(function, argnums=0):  # type: ignore[no-untyped-def]
    found = operators.vjp(function, constant(argnums))
    return lambda function, argnums=0: found
