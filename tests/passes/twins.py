"""The programs of ``programs/*.ll`` in Python, on real or complex numbers: they share nothing with the engine.

Comparisons look at real parts. Arrays are changed in place, as the programs do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray
FOLDER = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Program:
    """``arguments``: floats and arrays of floats are differentiated, integers and arrays of integers are not."""

    name: str
    twin: Callable[..., Any]
    arguments: tuple[Any, ...]
    case: str = ""

    @property
    def text(self) -> str:
        return (FOLDER / f"{self.name}.ll").read_text(encoding="utf-8")

    def __str__(self) -> str:
        return f"{self.name}-{self.case}" if self.case else self.name


def exponentials(x: Array, n: int, a: complex) -> complex:
    return sum(a * np.exp(x[i]) for i in range(n))


def triangular(x: Array, n: int) -> complex:
    s = 0.0
    for i in range(n):
        for j in range(i + 1):
            s = s / 2 + (x[i] * x[j] + s) ** 2
    return s


def running_product(x: Array, n: int) -> None:
    for i in range(1, n):
        x[i] *= x[i - 1]


def move_down(x: Array, n: int) -> None:
    x[1] *= x[0]
    x[: n - 1] = x[1:n].copy()
    x[1] *= x[2]


def move_up(x: Array, n: int) -> None:
    x[1] *= x[0]
    x[1:n] = x[: n - 1].copy()
    x[1] *= x[2]


def clear(x: Array, y: Array) -> None:
    t = x[0] * x[1]
    x[:2] = 0
    x[1] += t * x[2]
    y[:3] = x[:3]


def single(x: Array, n: int, a: complex) -> complex:
    s = 1.0
    for i in range(n):
        s = s * np.sin(x[i]) + a * x[i]
    return s


def choice(x: Array, y: Array, k: int, n: int) -> complex:
    p = x if k else y
    q, s = p, 0.0
    for _ in range(n):
        s += q[0] * q[0] * x[0]
        q = y if q is p else p
        q[0] *= 2
    return s


def switch(x: complex, k: Array, n: int) -> complex:
    s = 1.0
    for i in range(n):
        match k[i]:
            case 0:
                s = s * x + x * x
            case 1:
                s += x * x
            case 2:
                s = np.sin(s)
            case 7 | 9:
                s -= x
    return s


def early(x: Array, n: int) -> complex:
    s = 1.0
    for i in range(n):
        if x[i].real < 0:
            return s * x[0]
        s += x[i] * s
        if s.real > 50:
            return s
    return s * s


def stencil(u: Array, n: int, m: int) -> None:
    u = u.reshape(n, n)
    for _ in range(m):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] * u[i, j - 1] + u[i, j + 1])


def whiles(x: complex) -> complex:
    s = 1.0 + 0 * x
    while s.real < 20:
        j = 0
        while not (s * x).real > 10 - j:
            s = s + np.sin(s * x) + 1.5
            j += 1
        s *= x + 1
    return s


def temporaries(x: Array, n: int) -> complex:
    s = 1.0
    for i in range(n):
        t = x[:n] * x[i] + s
        s = t[i] * t[0]
    return s


def vectors(x: Array, a: complex, k: int) -> complex:
    v = x * a
    v[k] *= v[0]
    x[:] = v * v
    return v[k]


def local(x: complex, n: int) -> complex:
    b = [x, x * x, 1.0]
    table = [0.5, -1.5, 2.0, 1.0]
    for i in range(n):
        b[i % 3] += b[(i + 1) % 3] * table[i % 4]
    return b[0] + b[1]


def newton(x: complex) -> complex:
    c = 1.0
    while True:
        r = c * c - x
        c = c - r / (2 * c)
        if r.real * r.real <= 1e-20:
            return c


def backwards(x: Array, n: int) -> complex:
    s = 0.5
    for p in range(n - 1, -1, -3):
        s = s * x[p] + x[p]
        x[p] = s * s
    return s


def guarded(x: Array, n: int) -> complex:
    s = sum(np.sqrt(x[i]) if x[i].real > 0 else 0.0 for i in range(n))
    return s * s if s.real > 1 else s


def bits(x: Array) -> None:
    x[0], x[1] = x[1], x[0]
    x[2] *= x[0]


def leave(x: Array, n: int) -> complex:
    s = 1.0
    for i in range(n):
        for j in range(n):
            if x[j].real > 1.4:
                continue
            s += s * x[j] * x[i]
            if s.real > 9:
                return s
            if s.real > 4:
                break
    return s * s


def shared(x: complex, n: int) -> complex:
    s = 1.0
    for _ in range(n if n > 3 else 0):
        s *= x
        if s.real > 5:
            return s * x
        s += 1
        if s.real > 4.5:
            return s * x
    return (s / 2 if n > 3 else s) * x


def multiple(x: Array, n: int) -> complex:
    i, s = 0, 1.0
    while i < n:
        if x[i].real > 1:
            s *= x[i]
            i += 2
        else:
            s += x[i]
            i += 1
            if s.real > 3:
                s /= 2
    return s


def some(count: int, seed: int = 0) -> Array:
    """Numbers between 0.5 and 1.5."""
    return np.random.default_rng(seed).uniform(0.5, 1.5, count)


CASES = np.array([0, 2, 1, 5, 9, 0, 7, 2])
PROGRAMS = [
    Program("scalars", lambda x, y: np.sin(x) * y + x / y, (0.7, 1.3)),
    Program("exponentials", exponentials, (some(5), 5, 0.8)),
    Program("exponentials", exponentials, (some(5), 0, 0.8), "of none"),
    Program("triangular", triangular, (some(4) / 2, 4)),
    Program("running_product", running_product, (some(6), 6)),
    Program("running_product", running_product, (some(1), 1), "of one"),
    Program("move_down", move_down, (some(7), 7)),
    Program("move_up", move_up, (some(7), 7)),
    Program("clear", clear, (some(3), some(3, 1))),
    Program("single", single, (some(5).astype(np.float32), 5, 0.75)),
    Program("choice", choice, (some(1), some(1, 1), 0, 5), "y"),
    Program("choice", choice, (some(1), some(1, 1), 1, 5), "x"),
    Program("switch", switch, (0.6, CASES, len(CASES))),
    Program("early", early, (some(5), 5), "to the end"),
    Program("early", early, (some(9), 9), "second exit"),
    Program("early", early, (np.array([0.7, 0.5, -1.0, 3.0]), 4), "first exit"),
    Program("stencil", stencil, (some(25), 5, 3)),
    Program("whiles", whiles, (0.4,)),
    Program("whiles", whiles, (12.0,), "inner never"),
    Program("temporaries", temporaries, (some(4) / 2, 4)),
    Program("pair", lambda x, y, n: (x * y, np.sin(x) if n else y), (0.7, 1.3, 1), "sine"),
    Program("pair", lambda x, y, n: (x * y, np.sin(x) if n else y), (0.7, 1.3, 0), "y"),
    Program("vectors", vectors, (some(4), 0.9, 2)),
    Program("vectors", vectors, (some(4), 0.9, 0), "first lane"),
    Program("local", local, (0.7, 8)),
    Program("newton", newton, (2.0,)),
    Program("backwards", backwards, (some(9), 9)),
    Program("guarded", guarded, (np.array([0.0, 0.5, -1.0, 0.2]), 4), "some"),
    Program("guarded", guarded, (np.array([0.1, 0.0]), 2), "small"),
    Program("guarded", guarded, (np.array([0.3, -0.5, 0.9]), 3), "off zero"),
    Program("leave", leave, (np.array([0.6, 5.0, 1.1]), 3), "by return"),
    Program("leave", leave, (np.array([0.9, 1.5, 0.4, 0.3]), 4), "to the end"),
    Program("leave", leave, (np.array([2.9, 0.5, 2.5]), 3), "by break"),
    Program("shared", shared, (1.1, 3), "not entered"),
    Program("shared", shared, (0.8, 4), "to the end"),
    Program("shared", shared, (1.9, 9), "first"),
    Program("shared", shared, (0.87, 99), "second"),
    Program("multiple", multiple, (np.array([0.5, 1.3, 0.2, 0.9, 0.9, 0.8, 1.2, 1.4]), 8)),
    Program("cursor", lambda x, n: np.prod(x[:n]), (some(4), 4)),
    Program("bits", bits, (some(3),)),
]
