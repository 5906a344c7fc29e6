"""Functions that partials need and libm does not have, made of functions that it has: emitted inline, for every type."""

from __future__ import annotations

from math import pi

from irad_passes.rules.val import Number, composed, log, rint, tan, where

ENOUGH = 10.0
"""From here on the asymptotic series of digamma is exact to the last bit of a double."""

SERIES = (-1 / 12, 1 / 120, -1 / 252, 1 / 240, -1 / 132, 691 / 32760, -1 / 12)
"""-B(2k) / 2k: coefficients of digamma's asymptotic series in 1/x²."""


@composed
def digamma(x: Number) -> Number:
    """The logarithmic derivative of the gamma function; nan at its poles 0, -1, -2, …

    Notes
    -----
    ψ(x) = ψ(1 - x) - π / tan(πx) moves x to the right of 0, ψ(z) = ψ(z + 10) - Σ 1 / (z + k) from there to where the series
    ln z - 1/2z - Σ B(2k) / (2k z^2k) holds. The ten terms are added in pairs of the same numerator: k and 9 - k.
    """
    left = x <= 0
    z = where(left, 1 - x, x)
    far = z >= ENOUGH
    square = z * (z + 9)
    terms = 1 / square + 1 / (square + 8) + 1 / (square + 14) + 1 / (square + 18) + 1 / (square + 20)
    start = where(far, z, z + ENOUGH)
    inverse = 1 / (start * start)
    tail = inverse * SERIES[-1]
    for coefficient in reversed(SERIES[:-1]):
        tail = inverse * (coefficient + tail)
    right = log(start) - 0.5 / start + tail - where(far, 0.0, (z + z + 9) * terms)
    fraction = x - rint(x)
    pole = where(fraction == 0, float("nan"), pi / tan(fraction * pi))
    return where(left, right - pole, right)
