"""The operators inside njit: ``irad.gradient(f)(x)`` is resolved while the caller is compiled.

Numba wants the signatures of an overload and its implementation to be the same to the letter: no annotations here.
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.extending import overload

from irad import autodiff, operators


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
def _gradient(function, argnums=0, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.gradient(function, constant(argnums), has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, vector_math=None: found


@overload(operators.value_and_gradient, prefer_literal=True)
def _value_and_gradient(function, argnums=0, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.value_and_gradient(function, constant(argnums), has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, vector_math=None: found


@overload(operators.derivative, prefer_literal=True)
def _derivative(function, argnums=0, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.derivative(function, constant(argnums), vector_math=constant(vector_math))
    return lambda function, argnums=0, vector_math=None: found


@overload(operators.jvp, prefer_literal=True)
def _jvp(function, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.jvp(function, has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, has_aux=False, vector_math=None: found


@overload(operators.vjp, prefer_literal=True)
def _vjp(function, argnums=0, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.vjp(function, constant(argnums), has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, vector_math=None: found


@overload(operators.jacobian, prefer_literal=True)
def _jacobian(function, argnums=0, has_aux=False, mode="auto", chunk=None, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.jacobian(function, constant(argnums), has_aux=constant(has_aux), mode=constant(mode), chunk=constant(chunk),
                               vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, mode="auto", chunk=None, vector_math=None: found


@overload(operators.jacfwd, prefer_literal=True)
def _jacfwd(function, argnums=0, has_aux=False, chunk=None, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.jacfwd(function, constant(argnums), has_aux=constant(has_aux), chunk=constant(chunk),
                             vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, chunk=None, vector_math=None: found


@overload(operators.jacrev, prefer_literal=True)
def _jacrev(function, argnums=0, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.jacrev(function, constant(argnums), has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, vector_math=None: found


@overload(operators.hessian, prefer_literal=True)
def _hessian(function, argnums=0, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.hessian(function, constant(argnums), has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, vector_math=None: found


@overload(operators.hessian_diagonal, prefer_literal=True)
def _hessian_diagonal(function, argnums=0, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.hessian_diagonal(function, constant(argnums), has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, vector_math=None: found


@overload(operators.hvp, prefer_literal=True)
def _hvp(function, argnums=0, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.hvp(function, constant(argnums), has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, vector_math=None: found


@overload(operators.gauss_newton, prefer_literal=True)
def _gauss_newton(function, argnums=0, has_aux=False, vector_math=None):  # type: ignore[no-untyped-def]
    found = operators.gauss_newton(function, constant(argnums), has_aux=constant(has_aux), vector_math=constant(vector_math))
    return lambda function, argnums=0, has_aux=False, vector_math=None: found


MOST = 24
"""How many arguments `autodiff` takes inside njit, where Numba has no keyword behind ``*args``."""


def _autodiff(mode, function, given, seed):  # type: ignore[no-untyped-def]
    """The implementation for arguments of these types, whose parameters are those of the overload."""
    taken = [type_ for type_ in given if not isinstance(type_, types.Omitted) and type_ is not None]
    classes = [getattr(type_, "instance_class", type_) for type_ in taken]
    seeded = not (seed is None or isinstance(seed, (types.NoneType, types.Omitted)))
    derivative = autodiff.made(getattr(mode, "instance_class", mode), function, classes, seeded=seeded)
    values = [f"a{place}.{field}" for place, class_ in enumerate(classes) for field in class_._fields]
    scope = {"derivative": derivative}
    exec(f"def implementation({PARAMETERS}):\n    return derivative({', '.join(values + ['seed'] * seeded)})\n", scope)
    return scope["implementation"]


PARAMETERS = ", ".join(["mode", "function", *(f"a{place}=None" for place in range(MOST)), "seed=None"])
_scope: dict[str, Any] = {"resolve": _autodiff}
exec(f"def _overload({PARAMETERS}):\n"
     f"    return resolve(mode, function, [{', '.join(f'a{place}' for place in range(MOST))}], seed)\n", _scope)
overload(autodiff.autodiff)(_scope["_overload"])
