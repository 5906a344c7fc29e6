"""Prices of European calls: exp, log, sqrt and erf, independent iterations."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    rng = np.random.default_rng(n)
    return rng.uniform(50.0, 150.0, n), rng.uniform(50.0, 150.0, n), rng.uniform(0.2, 2.0, n), rng.uniform(0.1, 0.5, n), 0.03


@njit
def primal(spot, strike, time, volatility, rate):
    total = 0.0
    for i in range(spot.size):
        spread = volatility[i] * math.sqrt(time[i])
        d1 = (math.log(spot[i] / strike[i]) + (rate + 0.5 * volatility[i] ** 2) * time[i]) / spread
        d2 = d1 - spread
        total += spot[i] * 0.5 * (1.0 + math.erf(d1 * 0.7071067811865476))
        total -= strike[i] * math.exp(-rate * time[i]) * 0.5 * (1.0 + math.erf(d2 * 0.7071067811865476))
    return total


def reference(spot, strike, time, volatility, rate):
    """The Greeks."""
    spread = volatility * np.sqrt(time)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * time) / spread
    d2 = d1 - spread
    below = [np.array([0.5 * math.erfc(-d / math.sqrt(2.0)) for d in each]) for each in (d1, d2)]
    density = np.exp(-0.5 * d1**2) / np.sqrt(2.0 * np.pi)
    discount = np.exp(-rate * time)
    theta = spot * density * volatility / (2.0 * np.sqrt(time)) + rate * strike * discount * below[1]
    return below[0], -discount * below[1], theta, spot * density * np.sqrt(time)


PROBLEM = Problem("black_scholes", primal, prepare, {"n=10": 10, "n=1e3": 1_000, "n=1e5": 100_000}, argnums=(0, 1, 2, 3),
                  reference=reference)
