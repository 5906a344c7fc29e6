"""The functions of `math` and of NumPy's scalars, several in one program, each in an entry of its own of the result."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers


def trigonometric(x):
    return math.sin(x), math.cos(x), math.tan(x), math.asin(x), math.acos(x), math.atan(x)


def hyperbolic(x):
    return math.sinh(x), math.cosh(x), math.tanh(x), math.asinh(x), math.acosh(1.0 + x), math.atanh(x)


def exponential(x):
    return math.exp(x), math.expm1(x), math.log(x), math.log1p(x), math.log2(x), math.log10(x), math.sqrt(x)


def numpy_trigonometric(x):
    return np.sin(x), np.cos(x), np.tan(x), np.arcsin(x), np.arccos(x), np.arctan(x), np.deg2rad(x), np.degrees(x)


def numpy_hyperbolic(x):
    return np.sinh(x), np.cosh(x), np.tanh(x), np.arcsinh(x), np.arccosh(1.0 + x), np.arctanh(x)


def numpy_exponential(x):
    return np.exp(x), np.exp2(x), np.expm1(x), np.log(x), np.log2(x), np.log10(x), np.log1p(x), np.sqrt(x), np.cbrt(x)


def special(x):
    return math.erf(x), math.erfc(x), math.gamma(x), math.lgamma(x)


def numpy_plain(x):
    return np.square(x), np.reciprocal(x), np.absolute(x), np.fabs(x), np.sign(x) * x, np.negative(x)


def steps(x):
    return x * math.floor(x), x * math.ceil(x), x * math.trunc(x), x * np.floor(x), x * np.ceil(x), x * np.trunc(x), x * np.rint(x)


def two_arguments(x, y):
    return math.atan2(y, x), math.hypot(x, y), math.copysign(x, y), math.pow(abs(x), y), np.arctan2(x, y), np.hypot(y, x)


def remainders(x, y):
    return x % y, np.fmod(x, y), np.remainder(x, y), x - y * (x // y)


def numpy_two_arguments(x, y):
    return np.maximum(x, y), np.minimum(x, y), np.fmax(x, y), np.fmin(x, y), np.logaddexp(x, y), np.copysign(y, x)


def clamped(x, y):
    return np.fmax(x, 0.5), np.fmin(x * y, 0.5), np.minimum(np.maximum(x, -1.0), 1.0), abs(x) * y


def constant_powers(x):
    return x**2, x**3, x**4, x**-1, x**-2, x**7, x**0, x**1


def float_powers(x, y):
    return x**0.5, x**-1.5, x**y, 2.0**x, math.pow(x, 3.0), np.power(x, y), 3**y


def run_time_power(x, n):
    return x**n


def run_time_powers_of_array(a, n):
    s = 0.0
    for i in range(n):
        s += a[i] ** i * a[0]
    return s


def scaled_by_powers_of_two(x, n):
    mantissa, exponent = math.frexp(x)
    return mantissa * x + math.ldexp(x * x, n) + exponent * x


def near_zero(x):
    return math.expm1(x) / x + math.log1p(x) / x


def log_of_sums(x, y):
    return np.logaddexp(x, y), math.log(math.exp(x - max(x, y)) + math.exp(y - max(x, y))) + max(x, y)


def mantissas(x):
    mantissa, exponent = math.frexp(x)
    return mantissa * mantissa * exponent + math.ldexp(x * x, exponent)


def power_of_floats(x, y):
    return x**y


def fixed_point(a, start):
    """The root of a, from anywhere; of a negative number 0."""
    if a <= 0.0:
        return 0.0
    x = start
    for _ in range(60):
        x = 0.5 * (x + a / x)
    return x


def normal_density(x, mean, deviation):
    z = (x - mean) / deviation
    return -0.5 * z * z - math.log(deviation) - 0.5 * math.log(2.0 * math.pi)


def black_scholes(spot, strike, rate, volatility, time):
    root = volatility * math.sqrt(time)
    d = (math.log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / root
    up = 0.5 * math.erfc(-d / math.sqrt(2.0))
    down = 0.5 * math.erfc(-(d - root) / math.sqrt(2.0))
    return spot * up - strike * math.exp(-rate * time) * down


def integer_round_trips(x, n):
    k = int(x * 10.0)
    y = float(k) * x
    z = float(n) + np.float64(k)
    return y * z + x / n


def single_precision_inside(x):
    y = np.float32(x)
    return y * y * x


def true_division(x, n):
    return x / n + n / x + x // 0.3 * x


def divmod_of_floats(x, y):
    q, r = divmod(x, y)
    return q * x + r * r


def branches_on_special_values(x):
    if math.isnan(x) or math.isinf(x):
        return 0.0
    if np.isfinite(x) and not np.signbit(x):
        return x * x
    return x


def polynomial(c, x):
    y = 0.0
    for k in range(c.shape[0] - 1, -1, -1):
        y = y * x + c[k]
    return y


def multiply_add(a, b, c):
    s = 0.0
    for i in range(a.shape[0]):
        s = a[i] * b[i] + s * c
    return s


QUADRANTS = [(1.3, 0.6), (-1.3, 0.6), (-1.3, -0.6), (1.3, -0.6)]

SCENARIOS = (
    Scenario(trigonometric, [(0.6,), (-0.3,)]),
    Scenario(hyperbolic, [(0.6,)]),
    Scenario(exponential, [(0.6,), (2.5,)]),
    Scenario(numpy_trigonometric, [(0.6,), (-0.3,)]),
    Scenario(numpy_hyperbolic, [(0.6,)]),
    Scenario(numpy_exponential, [(0.6,), (2.5,)]),
    Scenario(special, [(0.6,), (2.5,)]),
    Scenario(numpy_plain, [(0.6,), (-1.7,)]),
    Scenario(
        steps, [(1.6,), (-1.7,)], derivative=lambda x: [[f(x)] for f in (np.floor, np.ceil, np.trunc, np.floor, np.ceil, np.trunc, np.rint)]
    ),
    Scenario(two_arguments, QUADRANTS),
    Scenario(remainders, QUADRANTS, derivative=lambda x, y: [[1.0, -f(x / y)] for f in (np.floor, np.trunc, np.floor, np.floor)]),
    Scenario(numpy_two_arguments, QUADRANTS),
    Scenario(clamped, QUADRANTS),
    Scenario(constant_powers, [(0.6,), (-1.7,)]),
    Scenario(float_powers, [(0.6, 1.3), (2.5, -0.7)]),
    Scenario(run_time_power, [(x, n) for x in (0.6, -1.7) for n in (3, 1, 0, -2)], derivative=lambda x, n: [[n * x ** (n - 1)]]),
    Scenario(
        run_time_power, [(0.0, 1), (0.0, 2), (0.0, 0)], derivative=lambda x, n: [[1.0 if n == 1 else 0.0]], kink=True, name="powers_of_zero"
    ),
    Scenario(run_time_powers_of_array, [(numbers(4), 4), (numbers(4), 0)]),
    Scenario(scaled_by_powers_of_two, [(0.6, 3), (-5.3, -2)]),
    Scenario(near_zero, [(1e-3,)], condition=1e4),
    Scenario(log_of_sums, [(0.6, 1.3), (-2.0, 0.4)]),
    Scenario(mantissas, [(0.6,), (-5.3,)]),
    Scenario(
        power_of_floats,
        [(1.3, 0.0), (-0.7, 2.0), (-0.7, 3.0), (0.0, 2.0), (0.0, 1.0)],
        argnums=(0,),
        derivative=lambda x, y: [[y * x ** (y - 1.0)]],
        kink=True,
    ),
    Scenario(
        fixed_point,
        [(2.0, 1.0), (2.0, 7.5), (-1.0, 3.0)],
        derivative=lambda a, start: [[0.5 / math.sqrt(a) if a > 0.0 else 0.0, 0.0]],
        kink=True,
    ),
    Scenario(
        normal_density, [(0.3, 0.8, 1.7)], derivative=lambda x, m, s: [[(m - x) / s**2, (x - m) / s**2, ((x - m) ** 2 / s**2 - 1) / s]]
    ),
    Scenario(black_scholes, [(1.1, 1.0, 0.03, 0.4, 2.0)]),
    Scenario(integer_round_trips, [(0.67, 3)]),
    Scenario(single_precision_inside, [(0.75,)], condition=2.0**29, derivative=lambda x: [[3 * x * x]]),
    Scenario(true_division, [(0.67, 3)], derivative=lambda x, n: [[1 / n - n / x**2 + x // 0.3]]),
    Scenario(divmod_of_floats, QUADRANTS, derivative=lambda x, y: [[x // y + 2 * (x % y), -2 * (x % y) * (x // y)]]),
    Scenario(branches_on_special_values, [(0.6,), (-0.6,)]),
    Scenario(polynomial, [(numbers(5), 0.7), (numbers(0), 0.7)]),
    Scenario(multiply_add, [(numbers(4), numbers(4) + 0.1, 0.7)]),
    Scenario(multiply_add, [(numbers(4), numbers(4) + 0.1, 0.7)], options={"fastmath": True}, name="multiply_add_fastmath"),
)
