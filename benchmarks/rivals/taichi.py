"""Taichi on the processor: kernels over fields, recorded on a tape; a few problems, those that are natural for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival, Skip


class Taichi(Rival):
    packages = ("taichi", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        import taichi as ti

        ti.init(arch=ti.cpu, default_fp=ti.f64, cpu_max_num_threads=1, fast_math=False, log_level=ti.ERROR)
        write = KERNELS.get(problem.name)
        if write is None:
            raise Skip("not written as kernels")
        fields = [ti.field(ti.f64, a.shape, needs_grad=True) for a in arguments]
        for field, argument in zip(fields, arguments, strict=True):
            field.from_numpy(argument)
        total = ti.field(ti.f64, (), needs_grad=True)
        kernel = write(ti, total, *fields)

        def value() -> None:
            total[None] = 0.0
            kernel()

        def gradient() -> Any:
            with ti.ad.Tape(total):
                kernel()
            return [fields[index] for index in problem.argnums]

        return Case(gradient, lambda found: tuple(field.grad.to_numpy() for field in found), value)


def rosenbrock(ti: Any, total: Any, x: Any) -> Callable[[], None]:
    n = x.shape[0]

    @ti.kernel
    def kernel():
        for i in range(n - 1):
            total[None] += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2

    return kernel


def nbody(ti: Any, total: Any, x: Any) -> Callable[[], None]:
    n = x.shape[0] // 3

    @ti.kernel
    def kernel():
        for i in range(n):
            for j in range(i):
                a = x[3 * i] - x[3 * j]
                b = x[3 * i + 1] - x[3 * j + 1]
                c = x[3 * i + 2] - x[3 * j + 2]
                total[None] -= 1.0 / ti.sqrt(a * a + b * b + c * c + 0.01)

    return kernel


def matmul(ti: Any, total: Any, a: Any, b: Any) -> Callable[[], None]:
    n = a.shape[0]
    c = ti.field(ti.f64, (n, n), needs_grad=True)

    @ti.kernel
    def clear():
        for i, j in c:
            c[i, j] = 0.0

    @ti.kernel
    def multiply():
        for i, j in c:
            for k in range(n):
                c[i, j] += a[i, k] * b[k, j]

    @ti.kernel
    def add():
        for i, j in c:
            total[None] += c[i, j] * c[i, j]

    def kernel() -> None:
        clear()
        multiply()
        add()

    return kernel


KERNELS = {"rosenbrock": rosenbrock, "nbody": nbody, "matmul": matmul}

RIVALS = {"taichi": Taichi()}
