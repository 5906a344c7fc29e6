"""Warp on the processor: kernels over the entries, recorded on a tape; a few problems, those that are natural for it."""

# Warp evaluates the annotations of its kernels: they are not to be postponed.

import itertools
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival, Skip

_CACHE = tempfile.TemporaryDirectory(prefix="bench-")
"""Of this process: a first call compiles."""


class Warp(Rival):
    packages = ("warp", "numpy")

    def versions(self) -> dict[str, str]:
        import warp

        return {"warp": warp.__version__, "numpy": np.__version__}

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        import warp

        warp.config.quiet = True
        warp.config.kernel_cache_dir = _CACHE.name
        warp.init()
        launch = launches().get(problem.name)
        if launch is None:
            raise Skip("not written as kernels")
        with warp.ScopedDevice("cpu"):
            given = [warp.array(a, dtype=warp.float64, requires_grad=at in problem.argnums) if isinstance(a, np.ndarray) else a
                     for at, a in enumerate(arguments)]
            total = warp.zeros(1, dtype=warp.float64, requires_grad=True)
        active = [given[index] for index in problem.argnums]

        def value() -> Any:
            total.zero_()
            with warp.ScopedDevice("cpu"):
                launch(total, *given)
            return total

        def gradient() -> Any:
            for array in active:
                array.grad.zero_()
            tape = warp.Tape()
            with tape:
                value()
            tape.backward(total)
            return active

        return Case(gradient, lambda arrays: tuple(array.grad.numpy() for array in arrays), value)


def launches() -> dict[str, Callable[..., None]]:
    """For each problem, what launches its kernels: ``launch(total, *arguments)``."""
    import warp as wp

    wp.set_module_options({"fast_math": False})
    real = wp.float64

    @wp.kernel(module="unique")
    def rosenbrock(x: wp.array(dtype=real), total: wp.array(dtype=real)):
        i = wp.tid()
        valley = x[i + 1] - x[i] * x[i]
        rest = real(1.0) - x[i]
        wp.atomic_add(total, 0, real(100.0) * valley * valley + rest * rest)

    @wp.kernel(module="unique")
    def nbody(x: wp.array(dtype=real), total: wp.array(dtype=real)):
        i = wp.tid()
        for j in range(i):
            a = x[3 * i] - x[3 * j]
            b = x[3 * i + 1] - x[3 * j + 1]
            c = x[3 * i + 2] - x[3 * j + 2]
            wp.atomic_sub(total, 0, real(1.0) / wp.sqrt(a * a + b * b + c * c + real(0.01)))

    @wp.kernel(module="unique")
    def newton_sqrt(x: wp.array(dtype=real), total: wp.array(dtype=real)):
        i = wp.tid()
        a = x[i]
        y = real(0.5) * (a + real(1.0))
        while wp.abs(y * y - a) > real(1e-12) * a:
            y = real(0.5) * (y + a / y)
        wp.atomic_add(total, 0, y * real(i % 3 + 1))

    @wp.kernel(module="unique")
    def black_scholes(spot: wp.array(dtype=real), strike: wp.array(dtype=real), time: wp.array(dtype=real),
                      volatility: wp.array(dtype=real), rate: real, total: wp.array(dtype=real)):
        i = wp.tid()
        spread = volatility[i] * wp.sqrt(time[i])
        d1 = (wp.log(spot[i] / strike[i]) + (rate + real(0.5) * volatility[i] * volatility[i]) * time[i]) / spread
        d2 = d1 - spread
        half, root = real(0.5), real(0.7071067811865476)
        wp.atomic_add(total, 0, spot[i] * half * (real(1.0) + wp.erf(d1 * root))
                      - strike[i] * wp.exp(-rate * time[i]) * half * (real(1.0) + wp.erf(d2 * root)))

    @wp.kernel(module="unique")
    def heat(u: wp.array2d(dtype=real), w: wp.array2d(dtype=real)):
        i, j = wp.tid()
        if i > 0 and i < u.shape[0] - 1 and j > 0 and j < u.shape[1] - 1:
            w[i, j] = u[i, j] + real(0.2) * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - real(4.0) * u[i, j])
        else:
            w[i, j] = u[i, j]

    @wp.kernel(module="unique")
    def squares(u: wp.array2d(dtype=real), total: wp.array(dtype=real)):
        i, j = wp.tid()
        wp.atomic_add(total, 0, u[i, j] * u[i, j])

    def heat2d(total: Any, u: Any, steps: int) -> None:
        states = [u, *(wp.zeros_like(u, requires_grad=True) for _ in range(steps))]  # the tape needs each of them
        for before, after in itertools.pairwise(states):
            wp.launch(heat, u.shape, [before, after])
        wp.launch(squares, u.shape, [states[-1], total])

    return {
        "rosenbrock": lambda total, x: wp.launch(rosenbrock, x.size - 1, [x, total]),
        "nbody": lambda total, x: wp.launch(nbody, x.size // 3, [x, total]),
        "newton_sqrt": lambda total, x: wp.launch(newton_sqrt, x.size, [x, total]),
        "black_scholes": lambda total, *given: wp.launch(black_scholes, given[0].size, [*given, total]),
        "heat2d": heat2d,
    }


RIVALS = {"warp": Warp()}
