"""Solutions of equations: their derivative by the implicit function theorem, whatever found them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numba.core import types
from numba.extending import overload

from irad.custom import WithRule, transposed
from irad.derivative import jitted
from irad.operators import jacobian, jvp

__all__ = ["implicit"]


def implicit(equation: Any) -> Any:
    """Differentiate what a solver finds as the solution of an equation: a decorator for the solver.

    Parameters
    ----------
    equation : njit function or Python function
        ``equation(y, *args)`` is zero, of the shape of ``y``, at ``y = solver(*args)``; ``y`` is a float or a vector. For a fixed point of
        g it returns ``g(y, *args) - y``; for a minimum it is the gradient of what is minimised, ``irad.gradient(objective)``.

    Returns
    -------
    decorator
        From the solver, an njit function or a Python function, to a function that brings its derivative along, in both modes.

    Notes
    -----
    dy = −(∂F/∂y)⁻¹ ∂F/∂args · dargs, F being the equation. The steps of the solver are not differentiated; what it costs is the Jacobian
    of the equation by ``y`` and one solution of a linear system. Where the Jacobian is singular there is no derivative: it is inf or nan.
    The derivative is as exact as the solution. Second derivatives are those of the formula.

    References
    ----------
    A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, section 15.

    Examples
    --------
    >>> import irad
    >>> from numba import njit
    >>> @njit
    ... def square_is(y, x):
    ...     return y * y - x
    >>> @irad.implicit(square_is)
    ... @njit
    ... def root(x):
    ...     y = x
    ...     for _ in range(30):
    ...         y = 0.5 * (y + x / y)
    ...     return y
    >>> irad.gradient(root)(4.0)
    0.25
    """
    equation = jitted(equation, "implicit")
    along, matrix = jvp(equation), jacobian(equation, 0)

    def movement(tangents, primals, y):  # type: ignore[no-untyped-def]
        """How the solution moves with the arguments."""
        return solved(matrix(y, *primals), along((y,) + primals, (still(y),) + tangents)[1])  # noqa: RUF005 - njit has no stars here

    moved = njit(movement)

    def decorated(solver: Any) -> WithRule:
        found = WithRule(jitted(solver, "implicit"))

        def rule(primals, tangents):  # type: ignore[no-untyped-def]
            y = found(*primals)
            return y, moved(tangents, primals, y)

        found.defjvp(rule)
        found.defvjp(*transposed(found, moved))
        return found

    return decorated


def still(y: Any) -> Any:
    """No tangent, for njit code."""
    raise NotImplementedError("for njit functions")


@overload(still)
def _still(y):  # type: ignore[no-untyped-def]
    if isinstance(y, types.Array):
        return lambda y: np.zeros_like(y)
    return lambda y: y * 0


def solved(matrix: Any, change: Any) -> Any:
    """Minus the solution of a linear system, or of one equation, for njit code."""
    raise NotImplementedError("for njit functions")


@overload(solved)
def _solved(matrix, change):  # type: ignore[no-untyped-def]
    if isinstance(change, types.Float):
        return lambda matrix, change: -change / matrix
    return _eliminated


def _eliminated(matrix, change):  # type: ignore[no-untyped-def]
    """Gaussian elimination with the largest pivot of each column: loops, which can be differentiated."""
    a, x, n = matrix.copy(), -change, change.shape[0]
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[pivot, k]):
                pivot = i
        if pivot != k:
            for j in range(n):
                a[k, j], a[pivot, j] = a[pivot, j], a[k, j]
            x[k], x[pivot] = x[pivot], x[k]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= factor * a[k, j]
            x[i] -= factor * x[k]
    for k in range(n - 1, -1, -1):
        for j in range(k + 1, n):
            x[k] -= a[k, j] * x[j]
        x[k] /= a[k, k]
    return x
