"""What derivatives are for: SciPy and iminuit take them as they are, and solvers in nopython code make their own."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import pytest
from iminuit import Minuit
from numba import carray, cfunc, float64, njit, prange, types, vectorize
from scipy import LowLevelCallable
from scipy.integrate import quad, solve_ivp
from scipy.optimize import least_squares, minimize, root, rosen

import irad


@njit
def rosenbrock(x):
    total = 0.0
    for i in range(x.size - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


@njit
def residuals(x):
    out = np.empty(2 * (x.size - 1))
    for i in range(x.size - 1):
        out[2 * i] = 10.0 * (x[i + 1] - x[i] ** 2)
        out[2 * i + 1] = 1.0 - x[i]
    return out


@njit
def robertson(t, u):
    """Robertson's chemical reactions, with rates that are ten times slower."""
    return np.array([-0.004 * u[0] + 1e3 * u[1] * u[2], 0.004 * u[0] - 1e3 * u[1] * u[2] - 3e6 * u[1] ** 2, 3e6 * u[1] ** 2])


START = np.array([-1.2, 1.0, 0.7])


def test_minimize():
    for method in ("Newton-CG", "trust-ncg", "trust-krylov"):
        found = minimize(irad.value_and_gradient(rosenbrock), START, jac=True, hessp=irad.hvp(rosenbrock), method=method)
        np.testing.assert_allclose(found.x, np.ones(3), atol=1e-4)
    found = minimize(rosenbrock, START, jac=irad.gradient(rosenbrock), hess=irad.hessian(rosenbrock), method="trust-exact",
                     options={"gtol": 1e-9})
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-6)
    assert rosenbrock(START) == pytest.approx(rosen(START), rel=1e-15)


def test_least_squares_and_root():
    found = least_squares(residuals, START, jac=irad.jacobian(residuals))
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-8)
    found = root(irad.gradient(rosenbrock), np.full(3, 0.9), jac=irad.hessian(rosenbrock), tol=1e-12)
    assert found.success
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-9)


def test_solve_ivp():
    start = np.array([1.0, 0.0, 0.0])
    by_irad = solve_ivp(robertson, (0.0, 40.0), start, method="BDF", jac=irad.jacobian(robertson, "u"), rtol=1e-8, atol=1e-12)
    assert by_irad.success
    np.testing.assert_allclose(by_irad.y.sum(axis=0), 1.0, rtol=1e-9)
    by_differences = solve_ivp(robertson, (0.0, 40.0), start, method="Radau", rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(by_irad.y[:, -1], by_differences.y[:, -1], rtol=1e-5)


def test_iminuit():
    minuit = Minuit(rosenbrock, START, grad=irad.gradient(rosenbrock))
    minuit.errordef, minuit.tol = Minuit.LIKELIHOOD, 1e-6
    minuit.migrad()
    assert minuit.valid
    np.testing.assert_allclose(minuit.values, np.ones(3), atol=1e-3)
    minuit.hesse()
    np.testing.assert_allclose(np.linalg.inv(minuit.covariance), irad.hessian(rosenbrock)(np.array(minuit.values)), rtol=2e-2, atol=1e-3)


def test_c_functions():
    slope = irad.derivative(njit(lambda x: math.sin(x) * x))
    pointer = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(slope.address((float64,)))
    area, _ = quad(LowLevelCallable(pointer), 0.0, 2.0)
    assert area == pytest.approx(math.sin(2.0) * 2.0, rel=1e-13)  # the integral of the slope is the function


gradient, hessian = irad.gradient(rosenbrock), irad.hessian(rosenbrock)


def test_in_a_cfunc():
    @cfunc(types.void(types.CPointer(float64), types.CPointer(float64), types.int64))
    def fill(x, out, n):
        carray(out, n)[:] = gradient(carray(x, n))

    out = np.empty(3)
    fill.ctypes(START.ctypes.data_as(ctypes.POINTER(ctypes.c_double)), out.ctypes.data_as(ctypes.POINTER(ctypes.c_double)), 3)
    np.testing.assert_array_equal(out, gradient(START))


def test_in_prange():
    @njit(parallel=True)
    def many(points):
        out, traces = np.empty_like(points), np.empty(len(points))
        for i in prange(len(points)):
            out[i] = gradient(points[i])
            traces[i] = np.trace(hessian(points[i]))
        return out, traces

    points = START + np.linspace(0.0, 1.0, 64)[:, np.newaxis]
    out, traces = many(points)
    for point, found, trace in zip(points, out, traces, strict=True):
        np.testing.assert_array_equal(found, gradient(point))
        assert trace == np.trace(hessian(point))


def test_in_vectorize():
    slope = irad.derivative(njit(lambda x: math.exp(-x * x)))

    @vectorize([float64(float64)])
    def bell_slope(x):
        return slope(x)

    x = np.linspace(-2.0, 2.0, 9)
    np.testing.assert_allclose(bell_slope(x), -2 * x * np.exp(-x * x), rtol=1e-14)


@njit
def solve(a, b):
    """Gauss's elimination with pivots."""
    a, x = a.copy(), b.copy()
    for k in range(x.size):
        pivot = k + np.argmax(np.abs(a[k:, k]))
        for j in range(x.size):
            a[k, j], a[pivot, j] = a[pivot, j], a[k, j]
        x[k], x[pivot] = x[pivot], x[k]
        for i in range(k + 1, x.size):
            factor = a[i, k] / a[k, k]
            for j in range(k, x.size):
                a[i, j] -= factor * a[k, j]
            x[i] -= factor * x[k]
    for k in range(x.size - 1, -1, -1):
        for j in range(k + 1, x.size):
            x[k] -= a[k, j] * x[j]
        x[k] /= a[k, k]
    return x


def test_a_newton_solver_that_takes_the_function():
    @njit
    def newton(function, x):
        for step in range(50):
            move = solve(irad.jacobian(function)(x), function(x))
            x = x - move
            if np.abs(move).max() < 1e-12:
                return x, step
        return x, 50

    @njit
    def circle_and_parabola(x):
        return np.array([x[0] ** 2 + x[1] ** 2 - 4.0, x[0] ** 2 - x[1] - 1.0])

    found, steps = newton(circle_and_parabola, np.array([1.0, 1.0]))
    y = (math.sqrt(13.0) - 1.0) / 2.0
    np.testing.assert_allclose(found, [math.sqrt(1.0 + y), y], rtol=1e-14)
    assert steps < 8
    by_gradient, _ = newton(gradient, np.full(3, 0.9))  # a derivative is a function like others: its Jacobian is the Hessian
    np.testing.assert_allclose(by_gradient, np.ones(3), rtol=1e-12)


def test_a_hamiltonian_sampler_that_takes_the_density():
    @njit
    def sample(density, x, count, step, seed):
        np.random.seed(seed)
        samples = np.empty((count, x.size))
        for k in range(count):
            p = np.random.standard_normal(x.size)
            y, q = x.copy(), p.copy()
            value, slope = irad.value_and_gradient(density)(y)
            before = value - 0.5 * (p * p).sum()
            for _ in range(10):
                q += 0.5 * step * slope
                y += step * q
                value, slope = irad.value_and_gradient(density)(y)
                q += 0.5 * step * slope
            if np.log(np.random.random()) < value - 0.5 * (q * q).sum() - before:
                x = y
            samples[k] = x
        return samples

    @njit
    def gaussian(x):
        return -0.5 * ((x[0] - 1.0) ** 2 / 0.25 + (x[1] + x[0]) ** 2)

    samples = sample(gaussian, np.zeros(2), 20000, 0.25, 7)
    # x₀ ~ N(1, ¼) and x₁ + x₀ ~ N(0, 1). Samples are near to independent: five errors of the mean, 5 σ / √20000 · 2, are below 0.075.
    np.testing.assert_allclose(samples.mean(axis=0), [1.0, -1.0], atol=0.075)
    np.testing.assert_allclose(np.cov(samples.T), [[0.25, -0.25], [-0.25, 1.25]], atol=0.1)


def test_an_implicit_step_that_is_differentiated_through():
    @njit
    def backward_euler(rate, u, step):
        """Solve v = u + step · f(v) by Newton's method, a fixed number of times."""
        v = u.copy()
        for _ in range(6):
            defect = v - u - step * rate(v)
            matrix = np.eye(u.size) - step * irad.jacobian(rate)(v)
            v = v - solve(matrix, defect)
        return v

    @njit
    def pendulum(u):
        return np.array([u[1], -np.sin(u[0])])

    @njit
    def last_angle(u):
        for _ in range(20):
            u = backward_euler(pendulum, u, 0.05)
        return u[0]

    u = np.array([1.0, 0.0])
    v = backward_euler(pendulum, u, 0.05)
    np.testing.assert_allclose(v - u - 0.05 * np.array([v[1], -np.sin(v[0])]), 0.0, atol=1e-15)
    # The derivative of the step, by the implicit function theorem.
    one = np.linalg.inv(np.eye(2) - 0.05 * np.array([[0.0, 1.0], [-np.cos(v[0]), 0.0]]))
    np.testing.assert_allclose(irad.jacobian(njit(lambda u: backward_euler(pendulum, u, 0.05)))(u), one, rtol=1e-12)
    whole, point = np.eye(2), u
    for _ in range(20):
        point = backward_euler(pendulum, point, 0.05)
        whole = np.linalg.inv(np.eye(2) - 0.05 * np.array([[0.0, 1.0], [-np.cos(point[0]), 0.0]])) @ whole
    np.testing.assert_allclose(irad.gradient(last_angle)(u), whole[0], rtol=1e-11)
