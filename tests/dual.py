"""Dual numbers: the derivative of arithmetic, as first-year calculus has it.

The reference that irad's derivatives are compared with. It shares nothing with irad: no compiler, no reverse sweep, no rule
table. `Dual` carries a value and a tangent, `PRIMITIVES` holds the functions of a number with their partial derivatives.
Both are generic: the value of a dual number may itself be one (second derivatives), or an mpmath number.

How a plain Python function is run on them is in `lifting.py`; the derivatives are taken in `reference.py`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

Number = Any  # int, float, complex, mpmath.mpf, Dual: all that Python's operators work on


class Dual:
    """A number and its derivative: ``value + ε tangent``.

    Parameters
    ----------
    value
        A number; a `Dual` of a lower level in a derivative of a derivative.
    tangent
        Array with one derivative per direction.
    level
        Which differentiation this tangent belongs to; numbers of lower level are constants to it.
    """

    __slots__ = ("level", "tangent", "value")
    __array_priority__ = 0.0

    def __init__(self, value: Number, tangent: np.ndarray, level: int = 1) -> None:
        self.value, self.tangent, self.level = value, tangent, level

    def __repr__(self) -> str:
        return f"Dual({self.value!r}, {self.tangent!r})"

    def __hash__(self) -> int:
        return hash(primal(self))

    # Comparisons and conversions see the value alone: the derivative is that of the branch that runs.
    def __bool__(self) -> bool:
        return bool(primal(self))

    def __int__(self) -> int:
        return int(primal(self))

    def __trunc__(self) -> int:
        return math.trunc(primal(self))

    def __floor__(self) -> int:
        return math.floor(primal(self))

    def __ceil__(self) -> int:
        return math.ceil(primal(self))

    def __round__(self, digits: int | None = None) -> Number:
        return round(primal(self), digits)

    def __eq__(self, other: Any) -> Any:
        return compare(operator.eq, self, other)

    def __ne__(self, other: Any) -> Any:
        return compare(operator.ne, self, other)

    def __lt__(self, other: Any) -> Any:
        return compare(operator.lt, self, other)

    def __le__(self, other: Any) -> Any:
        return compare(operator.le, self, other)

    def __gt__(self, other: Any) -> Any:
        return compare(operator.gt, self, other)

    def __ge__(self, other: Any) -> Any:
        return compare(operator.ge, self, other)

    # Arithmetic.
    def __pos__(self) -> Dual:
        return self

    def __neg__(self) -> Number:
        return neg(self)

    def __abs__(self) -> Number:
        return fabs(self)

    def __add__(self, other: Any) -> Any:
        return binary(add, self, other)

    def __radd__(self, other: Any) -> Any:
        return binary(add, other, self)

    def __sub__(self, other: Any) -> Any:
        return binary(sub, self, other)

    def __rsub__(self, other: Any) -> Any:
        return binary(sub, other, self)

    def __mul__(self, other: Any) -> Any:
        return binary(mul, self, other)

    def __rmul__(self, other: Any) -> Any:
        return binary(mul, other, self)

    def __truediv__(self, other: Any) -> Any:
        return binary(truediv, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return binary(truediv, other, self)

    def __floordiv__(self, other: Any) -> Any:
        return binary(floordiv, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return binary(floordiv, other, self)

    def __mod__(self, other: Any) -> Any:
        return binary(mod, self, other)

    def __rmod__(self, other: Any) -> Any:
        return binary(mod, other, self)

    def __pow__(self, other: Any) -> Any:
        return binary(power, self, other)

    def __rpow__(self, other: Any) -> Any:
        return binary(power, other, self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    # The parts of a complex number are linear in it over the reals.
    def linear(self, part: Callable[[Number], Number]) -> Dual:
        return Dual(part(self.value), np.array([part(t) for t in self.tangent]), self.level)

    @property
    def real(self) -> Dual:
        return self.linear(lambda x: x.real)

    @property
    def imag(self) -> Dual:
        return self.linear(lambda x: x.imag)

    def conjugate(self) -> Dual:
        return self.linear(lambda x: x.conjugate())


def primal(x: Number) -> Number:
    """The number without any of its derivatives."""
    while isinstance(x, Dual):
        x = x.value
    return x


def level(x: Number) -> int:
    return x.level if isinstance(x, Dual) else 0


def compare(comparison: Callable[[Any, Any], bool], a: Number, b: Number) -> Any:
    return NotImplemented if isinstance(b, np.ndarray) else comparison(primal(a), primal(b))


def binary(primitive: Primitive, a: Number, b: Number) -> Any:
    """Leave arrays to NumPy, which comes back element by element."""
    return NotImplemented if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else primitive(a, b)


def vanishes(x: Number) -> bool:
    """Is it zero, with all its derivatives?"""
    return vanishes(x.value) and constant(x.tangent) if isinstance(x, Dual) else x == 0


def constant(tangent: np.ndarray) -> bool:
    return all(map(vanishes, tangent)) if tangent.dtype == object else not tangent.any()


def product(partial: Number, tangent: np.ndarray) -> np.ndarray:
    """``partial * tangent``, where a tangent that is exactly zero gives zero even if the partial is infinite or nan."""
    if np.isfinite(complex(primal(partial))):
        return partial * tangent
    return np.array([0.0 if vanishes(t) else partial * t for t in tangent])


@dataclass(frozen=True)
class Primitive:
    """A function of numbers with its partial derivatives.

    Parameters
    ----------
    precise
        The function on mpmath's numbers.
    real
        The function on floats.
    partials
        One per argument, each a function of the arguments and of the result; made of operators and other primitives.
    """

    precise: Callable[..., Any]
    real: Callable[..., Any]
    partials: tuple[Callable[..., Number], ...]

    def __call__(self, *args: Any) -> Any:
        if any(isinstance(a, np.ndarray) for a in args):
            return np.frompyfunc(self, len(args), 1)(*args)
        top = max(map(level, args))
        if top == 0:
            return self.evaluate(*args)
        values = [a.value if level(a) == top else a for a in args]
        result = self(*values)
        tangent = 0.0
        for a, partial in zip(args, self.partials, strict=True):
            if level(a) == top and not constant(a.tangent):
                tangent = tangent + product(partial(*values, result), a.tangent)
        zero = next(a.tangent for a in args if level(a) == top) * 0.0
        return Dual(result, zero + tangent, top)

    def evaluate(self, *args: Number) -> Number:
        if any(isinstance(a, (mpmath.mpf, mpmath.mpc)) for a in args):
            return self.precise(*args)
        with np.errstate(all="ignore"):
            result = self.real(*args)
        return result.item() if isinstance(result, np.generic) else result


def zero(*_: Number) -> float:
    return 0.0


def one(*_: Number) -> float:
    return 1.0


# Python's operators. Division by zero raises, as Python's and Numba's does.
add = Primitive(operator.add, operator.add, (one, one))
sub = Primitive(operator.sub, operator.sub, (one, lambda x, y, r: -1.0))
mul = Primitive(operator.mul, operator.mul, (lambda x, y, r: y, lambda x, y, r: x))
truediv = Primitive(operator.truediv, operator.truediv, (lambda x, y, r: 1.0 / y, lambda x, y, r: -r / y))
neg = Primitive(operator.neg, operator.neg, (lambda x, r: -1.0,))
floordiv = Primitive(operator.floordiv, operator.floordiv, (zero, zero))
mod = Primitive(operator.mod, operator.mod, (one, lambda x, y, r: -(x // y)))

# Quotients inside partial derivatives follow IEEE 754 instead.
ratio = Primitive(mpmath.fdiv, np.divide, (lambda x, y, r: ratio(1.0, y), lambda x, y, r: -ratio(r, y)))
sign = Primitive(mpmath.sign, np.sign, (zero,))
power = Primitive(
    mpmath.power,
    lambda x, y: np.power(x if isinstance(x, complex) else float(x), y),
    (
        lambda x, y, r: y * power(x, y - 1) if primal(y) != 0 else 0.0,
        lambda x, y, r: r * log(x) if primal(r) != 0 else 0.0,
    ),
)


def slope_of_abs(x: Number, r: Number) -> Number:
    """0 at a real 0. The derivative of a complex modulus is taken in `fabs`."""
    return sign(x)


real_abs = Primitive(mpmath.fabs, abs, (slope_of_abs,))


def fabs(x: Number) -> Any:
    if isinstance(x, np.ndarray):
        return np.frompyfunc(fabs, 1, 1)(x)
    if isinstance(primal(x), complex):
        return sqrt(x.real * x.real + x.imag * x.imag)
    return real_abs(x)


def polygamma(order: int) -> Primitive:
    """ψ, ψ', ψ'', …: logarithmic derivatives of the gamma function."""
    return Primitive(lambda x: mpmath.psi(order, x), lambda x: float(mpmath.psi(order, x)), (lambda x, r: polygamma(order + 1)(x),))


TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)
LOG2, LOG10 = math.log(2.0), math.log(10.0)


def whole(x: Number) -> Number:
    """The integer part."""
    return mpmath.floor(x) if x >= 0 else mpmath.ceil(x)


def unary(precise: Callable[..., Any], real: Callable[..., Any], partial: Callable[..., Number]) -> Primitive:
    return Primitive(precise, real, (partial,))


exp = unary(mpmath.exp, np.exp, lambda x, r: r)
exp2 = unary(lambda x: mpmath.power(2, x), np.exp2, lambda x, r: LOG2 * r)
expm1 = unary(mpmath.expm1, np.expm1, lambda x, r: r + 1.0)
log = unary(mpmath.log, np.log, lambda x, r: ratio(1.0, x))
log2 = unary(lambda x: mpmath.log(x, 2), np.log2, lambda x, r: ratio(1.0 / LOG2, x))
log10 = unary(mpmath.log10, np.log10, lambda x, r: ratio(1.0 / LOG10, x))
log1p = unary(mpmath.log1p, np.log1p, lambda x, r: ratio(1.0, 1.0 + x))
sqrt = unary(mpmath.sqrt, np.sqrt, lambda x, r: ratio(0.5, r))
cbrt = unary(mpmath.cbrt, np.cbrt, lambda x, r: ratio(1.0, 3.0 * r * r))
square = unary(lambda x: x * x, np.square, lambda x, r: 2.0 * x)
sin = unary(mpmath.sin, np.sin, lambda x, r: cos(x))
cos = unary(mpmath.cos, np.cos, lambda x, r: -sin(x))
tan = unary(mpmath.tan, np.tan, lambda x, r: 1.0 + r * r)
asin = unary(mpmath.asin, np.arcsin, lambda x, r: ratio(1.0, sqrt(1.0 - x * x)))
acos = unary(mpmath.acos, np.arccos, lambda x, r: -ratio(1.0, sqrt(1.0 - x * x)))
atan = unary(mpmath.atan, np.arctan, lambda x, r: 1.0 / (1.0 + x * x))
sinh = unary(mpmath.sinh, np.sinh, lambda x, r: cosh(x))
cosh = unary(mpmath.cosh, np.cosh, lambda x, r: sinh(x))
tanh = unary(mpmath.tanh, np.tanh, lambda x, r: 1.0 - r * r)
asinh = unary(mpmath.asinh, np.arcsinh, lambda x, r: ratio(1.0, sqrt(x * x + 1.0)))
acosh = unary(mpmath.acosh, np.arccosh, lambda x, r: ratio(1.0, sqrt(x - 1.0) * sqrt(x + 1.0)))
atanh = unary(mpmath.atanh, np.arctanh, lambda x, r: ratio(1.0, 1.0 - x * x))
erf = unary(mpmath.erf, math.erf, lambda x, r: TWO_OVER_ROOT_PI * exp(-x * x))
erfc = unary(mpmath.erfc, math.erfc, lambda x, r: -TWO_OVER_ROOT_PI * exp(-x * x))
gamma = unary(mpmath.gamma, math.gamma, lambda x, r: r * polygamma(0)(x))
lgamma = unary(mpmath.loggamma, math.lgamma, lambda x, r: polygamma(0)(x))
radians = unary(mpmath.radians, np.radians, lambda x, r: math.pi / 180.0)
degrees = unary(mpmath.degrees, np.degrees, lambda x, r: 180.0 / math.pi)
floor = unary(mpmath.floor, np.floor, zero)
ceil = unary(mpmath.ceil, np.ceil, zero)
trunc = unary(whole, np.trunc, zero)
rint = unary(mpmath.nint, np.rint, zero)

atan2 = Primitive(mpmath.atan2, np.arctan2, (lambda y, x, r: ratio(x, x * x + y * y), lambda y, x, r: -ratio(y, x * x + y * y)))
hypot = Primitive(mpmath.hypot, np.hypot, (lambda x, y, r: ratio(x, r), lambda x, y, r: ratio(y, r)))
fmod = Primitive(lambda x, y: x - y * whole(x / y), np.fmod, (one, lambda x, y, r: -trunc(x / y)))
copysign = Primitive(
    lambda x, y: abs(x) * (1 if y >= 0 else -1), np.copysign, (lambda x, y, r: sign(x) * sign(copysign(1.0, primal(y))), zero)
)
logaddexp = Primitive(
    lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)), np.logaddexp, (lambda x, y, r: exp(x - r), lambda x, y, r: exp(y - r))
)


def first(x: Number, y: Number) -> float:
    """1 if ``x`` is the operand that a maximum returns; on a tie it is the first one."""
    return 1.0 if x >= y else 0.0


maximum = Primitive(max, np.maximum, (lambda x, y, r: first(x, y), lambda x, y, r: 1.0 - first(x, y)))
minimum = Primitive(min, np.minimum, (lambda x, y, r: first(y, x), lambda x, y, r: 1.0 - first(y, x)))


def ldexp(x: Number, exponent: int) -> Number:
    return x * 2.0**exponent


def frexp(x: Number) -> tuple[Number, int]:
    exponent = math.frexp(primal(x))[1]
    return x * 2.0**-exponent, exponent


def modf(x: Number) -> tuple[Number, float]:
    whole = float(math.trunc(primal(x)))
    return x - whole, whole
