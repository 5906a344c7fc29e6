"""The operators: what users call. Each is a function and a decorator, bare or with options; all are sugar over `irad.autodiff`."""

from __future__ import annotations

from typing import Any

from irad.argnums import Argnums
from irad.autodiff import Gradient, Jvp, Slope, ValueAndGradient, Vjp
from irad.derivative import Form, differentiated


def _operator(function: Any, form: Form) -> Any:
    """The derivative of ``function``; without one, the decorator that makes it."""
    if function is None:
        return lambda decorated: differentiated(decorated, form)
    return differentiated(function, form)


def gradient(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False) -> Any:
    """Gradient of a function that returns a float, compiled.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float. A Python function is jitted first. Left out, ``gradient(argnums=…)`` is a decorator.
    argnums : int, str, or tuple of them
        The arguments to differentiate with respect to, by index (negative from the end) or name.
    has_aux : bool
        The function returns ``(y, aux)``, of which only the float ``y`` is differentiated.

    Returns
    -------
    Derivative
        Called as ``function`` is. Returns the gradient, shaped and typed like the argument; a tuple of them for a tuple ``argnums``;
        ``(gradient, aux)`` with ``has_aux``.

    Raises
    ------
    ValueError
        ``argnums`` is out of range, unknown, or names an argument twice.
    ArgumentTypeError
        At the call: the argument is an integer, a boolean or an object.
    OutputTypeError
        At the call: the function does not return one float.

    Notes
    -----
    One reverse sweep: a small constant times the cost of ``function``, whatever the size of the argument. Side effects of
    ``function`` happen once; the gradient is with respect to the values on entry.

    Examples
    --------
    >>> import irad, numpy as np
    >>> from numba import njit
    >>> @njit
    ... def energy(x):
    ...     total = 0.0
    ...     for i in range(x.size):
    ...         total += x[i] ** 2
    ...     return total
    >>> irad.gradient(energy)(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    return _operator(function, Gradient(argnums, has_aux))


def value_and_gradient(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False) -> Any:
    """Value and gradient of a function that returns a float, by one sweep.

    Parameters and errors are those of `gradient`.

    Returns
    -------
    Derivative
        Called as ``function`` is. Returns ``(y, gradient)``, what ``scipy.optimize.minimize(…, jac=True)`` takes;
        ``((y, aux), gradient)`` with ``has_aux``.

    Examples
    --------
    >>> import irad
    >>> irad.value_and_gradient(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _operator(function, ValueAndGradient(argnums, has_aux))


def derivative(function: Any = None, argnums: Argnums = 0) -> Any:
    """Derivative with respect to a scalar argument, compiled.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, an array of floats, or a tuple of them.
    argnums : int, str, or tuple of them
        The float arguments to differentiate with respect to.

    Returns
    -------
    Derivative
        Called as ``function`` is. Returns dy/dx with the structure of y; a tuple of them for a tuple ``argnums``.

    Raises
    ------
    ArgumentTypeError
        At the call: the argument is no float.

    Notes
    -----
    One forward sweep for each argument asked for, each about twice the cost of ``function``.

    Examples
    --------
    >>> import irad
    >>> irad.derivative(lambda x: x**3)(2.0)
    12.0
    """
    return _operator(function, Slope(argnums))


def jvp(function: Any = None) -> Any:
    """Directional derivative, compiled: the Jacobian times a tangent.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, an array of floats, or a tuple of them.

    Returns
    -------
    Derivative
        Called as ``(primals, tangents) -> (y, y_dot)``: two tuples with one entry for each argument of ``function``, None as the tangent
        of a constant. ``y_dot`` has the structure and shape of ``y``.

    Raises
    ------
    ArgumentTypeError
        At the call: a tangent's shape or dtype differs from its primal's.

    Notes
    -----
    One forward sweep, about twice the cost of ``function``. Side effects of ``function`` happen once; tangents are never written.

    Examples
    --------
    >>> import irad
    >>> irad.jvp(lambda x, y: x * y)((2.0, 3.0), (1.0, None))
    (6.0, 3.0)
    """
    return _operator(function, Jvp())


def vjp(function: Any = None, argnums: Argnums = 0) -> Any:
    """Product of a cotangent with the Jacobian, compiled.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, an array of floats, or a tuple of them.
    argnums : int, str, or tuple of them
        The arguments to differentiate with respect to.

    Returns
    -------
    Derivative
        Called as ``(primals, cotangent) -> (y, x_bar)``: the tuple of all arguments, and a value with the structure of ``y`` (None for
        what has no part). ``x_bar`` is what `gradient` would return.

    Raises
    ------
    ArgumentTypeError
        At the call: the cotangent's shape or dtype differs from the output's.

    Notes
    -----
    One reverse sweep: a small constant times the cost of ``function``.

    Examples
    --------
    >>> import irad
    >>> irad.vjp(lambda x, y: x * y, argnums=(0, 1))((2.0, 3.0), 1.0)
    (6.0, (3.0, 2.0))
    """
    return _operator(function, Vjp(argnums))


grad = gradient
value_and_grad = value_and_gradient

