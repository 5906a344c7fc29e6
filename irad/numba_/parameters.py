"""How a function is called, and the ``out`` that a derivative takes behind its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from numba.core import types

from irad.errors import ArgumentTypeError
from irad.numba_.glue import Glue, Typed
from irad.numba_.specialise import Subject
from irad.numba_.sweep import arrays

OUT = "out"


def signature(function: Any) -> inspect.Signature:
    """The parameters of a function; those of a derivative without its ``out``."""
    found = getattr(function, "_irad_signature", None)
    return found if found is not None else inspect.signature(function.py_func)


def with_out(own: inspect.Signature) -> inspect.Signature:
    """A signature with ``out`` behind it, unless it has a parameter of that name."""
    if OUT in own.parameters:
        return own
    out = inspect.Parameter(OUT, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)
    return own.replace(parameters=[*own.parameters.values(), out])


def apart(values: Sequence[Any], count: int) -> tuple[tuple[Any, ...], Any]:
    """The arguments of a function of ``count`` parameters among types or values, and the ``out`` behind them, if there is one."""
    return tuple(values[:count]), values[count] if len(values) > count else None


def given_out(subject: Subject, returned: Sequence[Any], out: Any) -> Any:
    """The type of the array to fill; None if there is none.

    Raises
    ------
    ArgumentTypeError
        The derivative, of the types ``returned``, cannot be written into it.
    """
    if out is None or isinstance(out, (types.NoneType, types.Omitted)):
        return None
    wanted = returned[0] if len(returned) == 1 else None
    if not isinstance(wanted, types.Array):
        raise ArgumentTypeError(f"{subject}: the derivative is no single array, so that `out` cannot be given. Leave it out.")
    fits = isinstance(out, types.Array) and (out.dtype, out.ndim, out.layout) == (wanted.dtype, wanted.ndim, wanted.layout)
    if not fits or not out.mutable:
        raise ArgumentTypeError(f"{subject}: `out` is {types.unliteral(out)}, and must be a writable array of {wanted.dtype} with "
                                f"{wanted.ndim} dimension{'' if wanted.ndim == 1 else 's'} in {wanted.layout} order.")
    return wanted


def check_shape(glue: Glue, out: Typed, shape: Sequence[Any]) -> None:
    """Raise where ``out`` has another shape than the derivative."""
    for extent, own in zip(shape, glue.shape(*out), strict=True):
        glue.raise_if(glue.builder.icmp_signed("!=", extent, own), ValueError, "`out` has another shape than the derivative.")


def forbid_overlap(glue: Glue, subject: Subject, out: Typed, points: Sequence[Typed]) -> None:
    """Raise where ``out`` shares memory with an argument: it is filled while the function still reads them."""
    extent = glue.extent(*out)
    for name, point in zip(signature(subject.function).parameters, points, strict=True):
        for _, array, _ in arrays(glue, point, point):
            glue.raise_if(glue.overlap(extent, glue.extent(*array)), ArgumentTypeError,
                          f"{subject}: `out` shares memory with argument '{name}' of {subject.place}. Pass an array of its own.")


def deliver(glue: Glue, found: Typed, out: Typed, *, result: bool) -> Typed:
    """Copy what was found into ``out``, which the caller gets in its place. Nothing may fail behind that where it was kept as a
    ``result``: it is released here."""
    check_shape(glue, out, glue.shape(*found))
    glue.copy(*found, *out)
    if result:
        glue.context.nrt.decref(glue.builder, *found)
    return borrowed(glue, out)


def borrowed(glue: Glue, out: Typed) -> Typed:
    """The array that the caller has given, as a result."""
    glue.context.nrt.incref(glue.builder, *out)
    glue.keep(*out, result=True)
    return out
