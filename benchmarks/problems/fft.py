"""A fast Fourier transform in place, radix two, then the weighted power of its frequencies: strides that double, bits reversed."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    rng = np.random.default_rng(n)
    angles = -2.0 * np.pi * np.arange(n // 2) / n
    return rng.standard_normal(n), rng.standard_normal(n), np.cos(angles), np.sin(angles)


@njit
def primal(real, imaginary, cosines, sines):
    n = real.size
    x, y = real.copy(), imaginary.copy()
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j ^= bit
        if i < j:
            x[i], x[j] = x[j], x[i]
            y[i], y[j] = y[j], y[i]
    half = 1
    while half < n:
        stride = n // (2 * half)
        for start in range(0, n, 2 * half):
            for k in range(half):
                c, s = cosines[k * stride], sines[k * stride]
                a, b = start + k, start + k + half
                u = x[b] * c - y[b] * s
                v = x[b] * s + y[b] * c
                x[b] = x[a] - u
                y[b] = y[a] - v
                x[a] += u
                y[a] += v
        half *= 2
    total = 0.0
    for i in range(n):
        total += (x[i] * x[i] + y[i] * y[i]) * (i + 1) / n
    return total


def reference(real, imaginary, cosines, sines):
    weights = np.arange(1, real.size + 1) / real.size
    back = 2.0 * real.size * np.fft.ifft(weights * np.fft.fft(real + 1j * imaginary))
    return back.real, back.imag


PROBLEM = Problem("fft", primal, prepare, {"n=16": 16, "n=1024": 1024, "n=8192": 8192}, argnums=(0, 1), reference=reference)
