"""Complex arguments and results: the convention, and derivatives of derivatives. What can be differentiated is in the scenarios."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

import irad

Z, V = 0.6 - 0.8j, np.array([0.3 + 0.2j, -1.1 + 0.7j])
A = np.array([1.2 - 0.3j, -0.4 + 0.9j])
TOLERANCE = 1e-14
"""Some operations on numbers near 1, each with a rounding of 1.1e-16."""


@njit
def distance(z, target):
    return (z - target).real ** 2 + (z - target).imag ** 2


@njit
def cubes(a):
    return a * a * np.conj(a) + 2.0j * a


def test_the_gradient_points_uphill_in_the_plane():
    # |z - t|²: dL/dx + i dL/dy = 2 (z - t)
    assert irad.gradient(distance)(Z, 2.0j) == pytest.approx(2 * (Z - 2.0j), rel=TOLERANCE)
    by_both = irad.gradient(distance, (0, 1))(Z, 2.0j)
    assert by_both == pytest.approx((2 * (Z - 2.0j), -2 * (Z - 2.0j)), rel=TOLERANCE)
    assert abs(Z - 0.5 * irad.gradient(distance)(Z, 2.0j) - 2.0j) < TOLERANCE  # a step to the target


def test_analytic_functions():
    # f'(z) v forward; f'(z)* w reverse, so the gradient of Re f is f'(z)*
    value, slope = irad.jvp(lambda z: z**3)((Z,), (1.0 - 2.0j,))
    assert (value, slope) == (pytest.approx(Z**3, rel=TOLERANCE), pytest.approx(3 * Z**2 * (1.0 - 2.0j), rel=TOLERANCE))
    assert irad.vjp(lambda z: z**3)((Z,), 0.5j)[1] == pytest.approx(np.conj(3 * Z**2) * 0.5j, rel=TOLERANCE)
    assert irad.gradient(lambda z: (z**3).real)(Z) == pytest.approx(np.conj(3 * Z**2), rel=TOLERANCE)


def test_forward_and_reverse_are_transposes():
    w = np.array([0.4 - 1.0j, 0.8 + 0.1j])
    forward, reverse = irad.jvp(cubes)((A,), (V,))[1], irad.vjp(cubes)((A,), w)[1]
    assert np.vdot(w, forward).real == pytest.approx(np.vdot(reverse, V).real, rel=TOLERANCE)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_precision_and_layout_are_kept(dtype):
    a = np.asfortranarray(np.arange(6).reshape(2, 3) + 1j).astype(dtype)[:, ::2]
    found = irad.gradient(lambda a: (a * np.conj(a)).sum().real)(a)
    assert found.dtype == dtype and found.shape == a.shape
    np.testing.assert_array_equal(found, 2 * a)


def test_a_real_result_of_a_real_argument_by_way_of_complex_numbers():
    assert irad.derivative(lambda x: (x + 1j) ** 2)(3.0) == 6.0 + 2.0j


def test_tuples_with_complex_members():
    x_bar, z_bar = irad.gradient(lambda pair: pair[0] * (pair[1] * pair[1]).imag)((3.0, Z))
    assert (x_bar, z_bar) == (pytest.approx((Z * Z).imag), pytest.approx(3.0 * np.conj(2.0 * Z) * 1j))


# L = |a² + b|² for a, b real: its second derivatives by hand.
@njit
def through_a_complex_number(x):
    z = complex(x[0], x[1])
    w = z * z + 1.0
    return w.real * w.real + w.imag * w.imag


def hessian(x):
    a, b = x
    return np.array([[12 * a * a + 4 * b * b + 4, 8 * a * b], [8 * a * b, 12 * b * b + 4 * a * a - 4]])


X, DIRECTION = np.array([0.7, -1.1]), np.array([0.4, 1.3])


def test_second_derivatives_in_every_order():
    forward = njit(lambda x: irad.jvp(through_a_complex_number)((x,), (DIRECTION,))[1])
    gradient = irad.gradient(through_a_complex_number)
    along = njit(lambda x: (gradient(x) * DIRECTION).sum())
    expected = hessian(X) @ DIRECTION
    np.testing.assert_allclose(irad.jvp(gradient)((X,), (DIRECTION,))[1], expected, rtol=1e-13)
    np.testing.assert_allclose(irad.gradient(forward)(X), expected, rtol=1e-13)
    np.testing.assert_allclose(irad.gradient(along)(X), expected, rtol=1e-13)


@njit
def power_of(z):
    w = z**2.5
    return w.real * w.imag


def test_second_derivatives_by_complex_arguments():
    # L = Im(z⁵)/2, so dL = Im(5 z⁴ dz)/2: the gradient is i (5/2) (z⁴)*, and along v it changes by i 10 (z³ v)*.
    gradient = irad.gradient(power_of)
    assert gradient(Z) == pytest.approx(2.5j * np.conj(Z**4), rel=1e-13)
    expected = 10j * np.conj(Z**3 * (1.0 - 2.0j))
    assert irad.jvp(gradient)((Z,), (1.0 - 2.0j,))[1] == pytest.approx(expected, rel=1e-13)
    # the Hessian is symmetric
    along = njit(lambda z: gradient(z).real - 2.0 * gradient(z).imag)
    assert irad.gradient(along)(Z) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("base", "exponent", "slope"), [
    (0j, 3.0, 0.0), (0j, 1.0, 1.0), (0j, 0.0, 0.0), (2j, 0.0, 0.0), (-1 + 0j, 2.0, -2.0),
])
def test_powers_at_the_edges(base, exponent, slope):
    assert irad.jvp(lambda z, p: z ** complex(p, 0.0))((base, exponent), (1.0 + 0j, None))[1] == pytest.approx(slope, abs=1e-15)


def test_a_power_of_zero_does_not_depend_on_its_exponent():
    assert irad.jvp(lambda z, w: z**w)((0j, 1.5 + 0j), (None, 1.0 + 0j)) == (0j, 0j)


def test_products_with_the_hessian():
    # of |z|² it is twice the identity; the Jacobian of z² is multiplication with 2z, so JᵀJ v is 4|z|² v
    assert irad.hvp(lambda z: z.real**2 + z.imag**2)(Z, 1.0 - 2.0j) == 2.0 - 4.0j
    assert irad.gauss_newton(lambda z: z * z)(Z, 1.0 - 2.0j) == pytest.approx(4.0 * (1.0 - 2.0j), rel=TOLERANCE)
    assert irad.gauss_newton(lambda z: z * z)(Z, None) == pytest.approx(2.0 * np.conj(Z) * Z * Z, rel=TOLERANCE)
