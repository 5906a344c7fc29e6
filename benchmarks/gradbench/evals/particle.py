"""A charged particle's path by Euler steps, its force by an inner derivative, and the charge's place by descent along an outer one.

The first letter of a variant is the mode of the outer derivative, the second that of the inner one.
"""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.descent import descent
from benchmarks.gradbench.evaluation import Evaluation, Function


@njit
def potential(x, y, w):
    return 1.0 / np.sqrt((x - 10.0) ** 2 + (y - (10.0 - w)) ** 2) + 1.0 / np.sqrt((x - 10.0) ** 2 + y**2)


def path(inner):
    """Where the particle ends, squared, as an njit function of w."""
    both, along, across = irad.gradient(potential, (0, 1)), irad.derivative(potential, 0), irad.derivative(potential, 1)

    @njit
    def reverse(x, y, w):
        return both(x, y, w)

    @njit
    def forward(x, y, w):
        return along(x, y, w), across(x, y, w)

    force = forward if inner == "f" else reverse

    @njit
    def end(w):
        x, y, u, v = 0.0, 8.0, 0.75, 0.0
        dt = 0.1
        while True:
            a, b = force(x, y, w)
            x += dt * u
            y += dt * v
            if y <= 0.0:
                x += -y / v * u
                return x * x
            u -= dt * a
            v -= dt * b

    return end


def variant(outer, inner):
    """The descent, as a function of where it starts."""
    end = path(inner)
    slope = irad.derivative(end) if outer == "f" else irad.gradient(end)

    @njit
    def function(w, unused, data):
        return end(w)

    @njit
    def gradient(w, unused, data):
        return slope(w), 0.0

    minimise = descent(function, gradient)

    @njit
    def run(w):
        return minimise((w, 0.0), 0.0)[0]

    return run


EVALUATION = Evaluation(
    {letters: Function(lambda given: (float(given["w"]),), variant(*letters)) for letters in ("rr", "ff", "fr", "rf")}, {"w": 0.0})
