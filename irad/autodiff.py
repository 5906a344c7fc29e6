"""The primitive: one sweep over a function, its arguments annotated and their shadows the caller's.

The annotations are named tuples, and the modes classes of them, so that Numba knows them as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from irad.derivative import Derivative, differentiated
from irad.forms.primitive import Primitive
from irad_passes.request import Activity, Mode


class Forward(NamedTuple):
    """Forward mode, for `autodiff`: tangents travel with the values."""


class Reverse(NamedTuple):
    """Reverse mode, for `autodiff`: adjoints travel back."""


class Const(NamedTuple):
    """An argument of `autodiff` that takes no part."""

    value: Any


class Active(NamedTuple):
    """An argument of `autodiff` in reverse mode whose adjoint is returned."""

    value: Any


class Duplicated(NamedTuple):
    """An argument of `autodiff` with its shadow: the tangent in forward mode; in reverse mode the array that the adjoint is added to."""

    value: Any
    shadow: Any


MODES = {Forward: Mode.FORWARD, Reverse: Mode.REVERSE}
ACTIVITIES = {Const: Activity.CONST, Active: Activity.ACTIVE, Duplicated: Activity.DUPLICATED}


def autodiff(mode: type[Forward] | type[Reverse], function: Any, *args: Any, seed: Any = None) -> Any:
    """One sweep over a function, with shadows that are yours: what all operators are made of.

    Parameters
    ----------
    mode : irad.Forward or irad.Reverse
        The mode.
    function : njit function or Python function
        What is differentiated. It may return a float, arrays and tuples, or nothing, where it fills arrays.
    *args : Const, Active or Duplicated
        The arguments of ``function``. ``Const(a)`` takes no part. ``Active(a)``, in reverse mode: its adjoint is returned.
        ``Duplicated(a, shadow)``: in forward mode, ``shadow`` is the tangent of ``a``; in reverse mode ``a`` is an array, and its adjoint
        is added to ``shadow``.
    seed : optional
        Reverse mode: the cotangent of what ``function`` returns, with its structure; 1 if it is left out.

    Returns
    -------
    tuple
        Forward: ``(y, y_dot)``. Reverse: ``(y, adjoints)``, a tuple with one entry for each Active argument.

    Raises
    ------
    ArgumentTypeError
        An argument cannot take part like that; a shadow has another type or shape, or shares memory.
    OutputTypeError
        Reverse mode, without a seed: ``function`` returns floats, and not just one.

    Notes
    -----
    Shadows are updated in place as ``function`` updates the arrays they belong to. What it overwrites loses its old tangent or adjoint: the
    shadow of an output array comes in as the cotangent of the output, and is zero afterwards; in forward mode it leaves as the output's
    tangent.

    Examples
    --------
    A function that fills an array. The adjoint of ``x`` is that of ``out`` through the function:

    >>> import irad, numpy as np
    >>> from numba import njit
    >>> @njit
    ... def squares(x, out):
    ...     for i in range(x.size):
    ...         out[i] = x[i] ** 2
    >>> x, out = np.array([1.0, 2.0]), np.empty(2)
    >>> x_bar, out_bar = np.zeros(2), np.array([1.0, 10.0])
    >>> irad.autodiff(irad.Reverse, squares, irad.Duplicated(x, x_bar), irad.Duplicated(out, out_bar))
    (None, ())
    >>> x_bar, out_bar, out
    (array([ 2., 40.]), array([0., 0.]), array([1., 4.]))
    """
    derivative = made(mode, function, [type(argument) for argument in args], seeded=seed is not None)
    values = [value for argument in args for value in argument]
    return derivative(*values) if seed is None else derivative(*values, seed)


def made(mode: Any, function: Any, annotations: Sequence[Any], *, seeded: bool) -> Derivative:
    """The derivative for arguments that are annotated by these classes."""
    if mode not in MODES:
        raise TypeError(f"autodiff: the mode is irad.Forward or irad.Reverse, not {mode!r}.")
    for place, annotation in enumerate(annotations):
        if annotation not in ACTIVITIES:
            name = getattr(annotation, "__name__", str(annotation))
            raise TypeError(f"autodiff: argument {place} is {name}. Say how it takes part: irad.Const(a), irad.Active(a) or "
                            f"irad.Duplicated(a, shadow).")
    return differentiated(function, Primitive(MODES[mode], tuple(ACTIVITIES[annotation] for annotation in annotations), seeded))
