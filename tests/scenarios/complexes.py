"""Complex numbers, of which the derivative is that of their real and imaginary parts: arguments, arrays, results, and what is inside."""

from __future__ import annotations

import cmath

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def complex_numbers(*shape: int) -> np.ndarray:
    """Irregular complex numbers in all four quadrants, away from the axes."""
    radius, angle = numbers(*shape, low=0.5, high=1.4), 6.0 * numbers(*shape, low=0.0, high=1.0)
    return radius * np.exp(1j * angle)


def complex_arithmetic(z, w, x):
    q = (z * w - 1.0 / w + x) / (z + x * w)
    q -= -z.conjugate() * x + 2.0
    return q.real * q.imag + abs(q)


def complex_result(z, x):
    return z * z.conjugate() * z + x, abs(z), complex(x, z.imag), z.real


def complex_number_returned(z):
    return z * z + z.conjugate()


def complex_functions(z):
    return cmath.exp(z), cmath.log(z), cmath.sqrt(z), cmath.sin(z), cmath.cos(z), cmath.tan(z), cmath.sinh(z), cmath.cosh(z), cmath.tanh(z)


def inverse_complex_functions(z):
    return cmath.asin(z), cmath.acos(z), cmath.atan(z), cmath.asinh(z), cmath.acosh(z), cmath.atanh(z)


def polar_and_back(z):
    radius, angle = cmath.polar(z * z)
    return radius * angle + cmath.phase(z) * (cmath.rect(radius, angle + 1.0) * z).imag


def complex_powers(z, w, x):
    return z**2, z**3, z**-1, z**0.5, z**w, x**w, 2.0**z, z**0


def complex_powers_sum(z, w):
    p = z**w + w**3
    return p.real * p.imag


def elementwise_on_complex_arrays(a, x):
    b = np.exp(x * a) / (np.conj(a) + 2.0j) - np.sqrt(a) * a**3
    return np.sum(np.abs(b) * np.angle(a)) + np.sum(np.square(b)).real


def complex_reductions(a):
    return a.sum(), np.prod(a), np.mean(a), np.cumsum(a)


def complex_table(a):
    b = a.T[::-1, 1:] * a[0, 0] + a[1, 2]
    return b, b.copy().reshape(b.size)[::2]


def complex_in_place(a, w):
    for i in range(1, a.size):
        a[i] = a[i - 1] * a[i] + w
    return a[a.size - 1].imag


def complex_temporaries(a, n):
    s = 0j
    for k in range(n):
        work = np.zeros(a.size, np.complex128)
        for i in range(a.size):
            work[i] = a[i] * np.exp(1j * k * i) + work[i - 1]
        s += work[0] * work[a.size - 1]
    return s.real


def parts_as_views(a):
    b = np.empty(a.size, np.complex128)
    b.real[:] = a.imag * a.real
    b.imag[:] = a.real
    return (b * b).sum().imag


def slope_of_parts(a):
    x, y = a.real, a.imag
    return [np.stack([4 * x * y, 2 * x * x], axis=1).ravel()]


def fourier_transform(x):
    n = x.size
    total = 0.0
    for k in range(n):
        s = 0j
        for j in range(n):
            s += x[j] * cmath.exp(-2j * cmath.pi * j * k / n)
        total += abs(s) * (k + 1)
    return total


def escape_time(c, limit):
    z, n = 0j, 0
    while abs(z) < limit and n < 50:
        z = z * z + c
        n += 1
    return abs(z) * n


def complex_single_precision(a, x):
    b = np.empty(a.size, np.complex64)
    for i in range(a.size):
        b[i] = a[i] * x
    return np.sum(b).real + b[0].imag


def slope_in_single_precision(a, x):
    by_a = np.zeros(2 * a.size)
    by_a[::2], by_a[1] = x, x
    return [[*by_a, a.sum().real + a[0].imag]]


def modulus_guarded(a):
    s = 0.0
    for z in a:
        s += abs(z) if z != 0 else 0.0
    return s


def slope_guarded(a):
    direction = np.where(a == 0, 0.0, a / np.where(a == 0, 1.0, np.abs(a)))
    return [np.stack([direction.real, direction.imag], axis=1).ravel()]


Z, W = 0.6 - 0.8j, -0.7 + 0.4j
A = complex_numbers(4)

SCENARIOS = (
    Scenario(complex_arithmetic, [(Z, W, 0.7), (-1.2j, 0.5 + 0.1j, -2.0)]),
    Scenario(complex_result, [(Z, 0.3)]),
    Scenario(complex_number_returned, [(Z,)]),
    Scenario(complex_functions, [(Z,), (W,)]),
    Scenario(inverse_complex_functions, [(Z,), (W,)]),
    Scenario(polar_and_back, [(Z,), (W,)]),
    Scenario(complex_powers, [(Z, W, 1.7)]),
    Scenario(complex_powers_sum, [(Z, W), (1.1 + 0.2j, 3.0 + 0.0j)], condition=10.0),
    Scenario(elementwise_on_complex_arrays, [(A, 0.8), (complex_numbers(8)[::-2], 0.5)]),
    Scenario(complex_reductions, [(A,)]),
    Scenario(complex_table, [(complex_numbers(3, 3),)]),
    Scenario(complex_table, [(np.asfortranarray(complex_numbers(3, 3)),)], name="complex_table_in_fortran_order"),
    Scenario(complex_in_place, [(A, W)]),
    Scenario(complex_temporaries, [(A, 3)]),
    Scenario(parts_as_views, [(A,)], derivative=slope_of_parts, bits=True),
    Scenario(fourier_transform, [(signed(5),)]),
    Scenario(escape_time, [(0.36 + 0.1j, 1e3)]),
    Scenario(complex_single_precision, [(A, 0.75)], derivative=slope_in_single_precision, condition=2.0**30),
    Scenario(modulus_guarded, [(np.array([Z, 0j, W]),)], derivative=slope_guarded, kink=True),
)
