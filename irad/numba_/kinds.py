"""Which Numba types can be differentiated: the checks behind `ArgumentTypeError` and `OutputTypeError`, and their words."""

from __future__ import annotations

from typing import Any

from numba.core import types

from irad.errors import ArgumentTypeError, OutputTypeError, UnsupportedError
from irad.numba_.records import has_floats, has_records
from irad.numba_.specialise import Subject


def check_argument(subject: Subject, index: int, name: str, type_: Any) -> None:
    """Refuse to differentiate with respect to an argument without floats."""
    shown = types.unliteral(type_)
    if has_floats(type_):
        if (member := _foreign_member(type_)) is not None:
            raise ArgumentTypeError(f"{subject}: argument {index} ('{name}') of {subject.place} is {shown}: a gradient has no place for "
                                    f"the {member} in it. Pass that as an argument of its own.")
        return
    what = f"{subject}: argument {index} ('{name}') is {shown}, not differentiable"
    if isinstance(shown, types.Array):
        advice = "pass it as an array of floats, `.astype(float)`"
    elif isinstance(shown, (types.Integer, types.Boolean)):
        advice = "pass 2.0, not 2" if isinstance(shown, types.Integer) else "pass a float"
    elif isinstance(shown, types.ClassInstanceType):
        advice = "pass its fields, and make the object in the function"
    elif isinstance(shown, (types.List, types.ListType, types.DictType)):
        advice = "pass an array or a tuple, and make the container in the function"
    else:
        advice = "pass a float, a complex number, an array of them, or a tuple of those"
    raise ArgumentTypeError(f"{what}; {advice}, or choose another argument of {subject.place} with argnums.")


def _foreign_member(type_: Any) -> Any:
    """The type of what is in a tuple, or in one in it, and neither a number nor an array."""
    if isinstance(type_, types.BaseTuple):
        return next(filter(None, map(_foreign_member, type_)), None)
    plain = (types.Array, types.Number, types.Boolean, types.Record, types.NoneType, types.Omitted)
    return None if isinstance(types.unliteral(type_), plain) else types.unliteral(type_)


def differentiated_output(subject: Subject, returns: Any, *, has_aux: bool, output: str = "output") -> Any:
    """The type of what is differentiated: of the first of the pair that a function ``has_aux`` returns."""
    if not has_aux:
        return returns
    if not isinstance(returns, types.BaseTuple) or len(returns) != 2:
        raise OutputTypeError(f"{subject}: with has_aux=True, {subject.place} must return a pair ({output}, auxiliary data), and it "
                              f"returns {returns}.")
    return returns[0]


def check_scalar_output(subject: Subject, returns: Any, *, has_aux: bool) -> None:
    """Refuse a gradient of what is not one float (and, with ``has_aux``, something beside it)."""
    found = differentiated_output(subject, returns, has_aux=has_aux, output="float")
    if isinstance(found, types.Float):
        return
    what = f"{subject}: {subject.place} returns {found}, and a gradient needs one float"
    if isinstance(found, types.Complex):
        advice = "Return its real or imaginary part or its absolute value, or use irad.vjp or irad.jvp, which take complex outputs"
    elif isinstance(found, types.Array):
        advice = "Sum it (`.sum()`), return one element of it, or use irad.jacobian, or its products irad.jvp and irad.vjp"
    elif isinstance(found, types.BaseTuple):
        advice = "Return one member of it, use has_aux=True for what comes along, or irad.jacobian, irad.vjp or irad.jvp for all of it"
    elif isinstance(found, (types.Integer, types.Boolean)):
        advice = "Return a float: integers have no derivative"
    else:
        advice = "Return a float"
    raise OutputTypeError(f"{what}. {advice}.")


def check_output(subject: Subject, returns: Any) -> None:
    """Refuse what has no tangent: outputs other than floats, complex numbers, arrays of them, and tuples that hold some."""
    if has_records(returns):
        raise UnsupportedError(f"{subject}: {subject.place} returns {returns}, which is a place in memory, not a value. Return an array of "
                               f"records, or the fields.")
    if not has_floats(returns):
        raise OutputTypeError(f"{subject}: {subject.place} returns {returns}, which has no derivative. Return a float, a complex "
                              f"number, an array of them, or a tuple of those.")


def check_returned(subject: Subject, returns: Any) -> None:
    """Refuse a derivative that Numba has no way to return: several records of one type."""
    if isinstance(returns, types.UniTuple) and isinstance(returns.dtype, types.Record) and len(returns) > 1:
        raise UnsupportedError(f"{subject} of {subject.place} would return several records of one type, which Numba cannot do. Ask for one "
                               f"of them with argnums, or pass an array of records.")
    for item in returns if isinstance(returns, types.BaseTuple) else ():
        check_returned(subject, item)


def check_real(subject: Subject, what: str, type_: Any) -> None:
    """Refuse for a matrix of derivatives what has derivatives and is not a float, an array of floats, or a tuple of them."""
    if isinstance(type_, types.BaseTuple):
        for item in type_:
            check_real(subject, what, item)
    elif has_floats(type_) and not isinstance(getattr(type_, "dtype", type_), types.Float):
        raise UnsupportedError(f"{subject}: {what} of {subject.place} is {types.unliteral(type_)}, and {subject.operator} is a matrix of "
                               f"floats. Use irad.jvp and irad.vjp, or pass and return its floats: real and imaginary parts, fields.")


def adopted(primal: Any, tangent: Any) -> Any:
    """The type of a tangent with its floats of the types that they have in the primal."""
    if isinstance(tangent, types.BaseTuple):
        return types.BaseTuple.from_types([adopted(*pair) for pair in zip(primal, tangent, strict=True)],
                                          getattr(tangent, "instance_class", None))
    return primal if isinstance(tangent, types.Float) else tangent


def check_tangent(subject: Subject, what: str, primal: Any, tangent: Any) -> None:
    """Refuse a tangent or cotangent ``what`` that is not None and not of the dtype, dimension and structure of its primal; Python has
    one kind of floats, that stands for all."""
    if isinstance(tangent, (types.NoneType, types.Omitted)):
        return
    if isinstance(primal, types.BaseTuple):
        if isinstance(tangent, types.BaseTuple) and len(tangent) == len(primal):
            for index, (inner, outer) in enumerate(zip(primal, tangent, strict=True)):
                check_tangent(subject, f"{what}[{index}]", inner, outer)
            return
        wanted = f"a tuple of {len(primal)}"
    elif isinstance(primal, types.Array) and has_floats(primal):
        if isinstance(tangent, types.Array) and (tangent.dtype, tangent.ndim) == (primal.dtype, primal.ndim):
            return
        wanted = f"an array of {primal.dtype} with {primal.ndim} dimension{'' if primal.ndim == 1 else 's'}"
    elif has_floats(primal):
        if tangent == primal or (isinstance(tangent, types.Float) and isinstance(primal, types.Float)) or (
                isinstance(tangent, types.Record) and tangent.key == primal.key):
            return
        wanted = str(primal)
    else:
        wanted = f"None: a value of type {types.unliteral(primal)} has no derivative"
    raise ArgumentTypeError(f"{subject}: {what} is {types.unliteral(tangent)}, and must be {wanted}, as {subject.place} has it.")
