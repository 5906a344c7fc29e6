"""A hypothesis strategy that writes whole programs: nested loops, branches, work in place, temporaries, records, lists, exceptions,
calls.

A program is source text with numbers to run it on. Of `FEATURES`, each program has some: few together make smaller programs, in
which more comes of each. All values stay below 2 in size, because what is assigned is made from forms that keep that bound
(products are halved, sums are means, the rest is sin and its like); only sums in `Scope.sums` grow, and they are read through
bounded functions. So nothing overflows, and a derivative that is wrong cannot hide in large numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from strategies.control import Writer
from strategies.helpers import (
    array_helper,
    pair_helper,
    parallel_helper,
    raising_helper,
    recursive_array_helper,
    recursive_helper,
    scalar_helper,
)
from strategies.scope import ACTIVE, EXCEPTIONS, Choose, Program, Scope

__all__ = ["ACTIVE", "EXCEPTIONS", "FEATURES", "Program", "programs", "write_program"]

HEADER = "import math\n\nimport numpy as np\nfrom numba import njit, prange\n\n\n"
FEATURES = {"calls": 2, "lists": 3, "complexes": 3, "exceptions": 3, "records": 3, "table": 3, "constants": 2, "pairs": 5, "recursion": 6,
            "threads": 8, "overlap": 12}
"""What a program may have, and in how many programs it comes up once. Each costs time: what comes twice as often leaves less for others."""

RECORD = np.dtype([("p", "f8"), ("k", "i8"), ("q", "f8")])
THREADS = "g4({t}, {u}, n, index)"
OVERLAPS = ("same", "shifted", "apart")


def write_program(choose: Choose) -> Program:
    """A program: some helpers, then the function ``program``, and numbers to run it on."""
    features = frozenset(name for name, odds in FEATURES.items() if choose(*[False] * (odds - 1), True))
    parts, calls = _helpers(choose, features)
    n = choose(3, 4, 5)
    given, overlap = _arguments(choose, features, n)
    names = ["a", "b", *(name for name in given if name not in "abm")]
    writer = Writer(choose, features, *calls, budget=choose(4, 6, 8, 12))
    scope = Scope(floats=["x", "y"], sums=["s"], arrays=["a", "b", "w"], constants=["o"] * ("o" in given), tables=["c"] * ("c" in given),
                  tabulars=["r"] * ("r" in given))
    writer.line("s = 0.0")
    if overlap:  # of arguments that are only read, each has a derivative of its own
        writer.line("a[0] = 0.5 * (a[0] + x)")
    if "threads" in features:  # few statements are calls, and most of them call another function
        for _ in range(choose(0, 1, 2)):
            writer.statement(scope, 3)
        writer.line(f"s += {THREADS.format(t=choose('a', 'b'), u=choose(*scope.floats))}")
        writer.budget -= 1
    while writer.budget > 0:
        writer.statement(scope, 3)
    rest = [text for name, text in (("c", "np.sum(c[0] * c[1])"), ("r", 'np.sum(r["p"] * r["q"])')) if name in given]
    writer.line(f"return {' + '.join(['s', 'x', '0.7 * y', 'np.sum(a * b)', *rest, writer.value(scope)])}")
    parts.append("\n".join([f"def program({', '.join(names)}):", *writer.lines]))
    return Program(HEADER + "\n\n\n".join(parts) + "\n", given, overlap)


def _helpers(choose: Choose, features: frozenset[str]) -> tuple[list[str], tuple[list[str], ...]]:
    """Functions, and the calls of them: of numbers, of an array, of two, of an array that may raise."""
    parts: list[str] = []
    scalars: list[str] = []
    arrays: list[str] = []
    pairs: list[str] = []
    raising: list[str] = []
    if "calls" in features:
        if choose(True, False):
            parts.append(scalar_helper(choose, features, "h1"))
            scalars.append("h1({u}, {v})")
        if choose(True, False):
            parts.append(array_helper(choose, features, "g1", scalars))
            arrays.append("g1({t}, {u}, n, index)")
    if "recursion" in features:
        if choose(True, False):
            parts.append(recursive_helper(choose, features, "h2"))
            scalars.append("h2({u}, {v}, 3)")
        else:
            parts.append(recursive_array_helper(choose, features, "g3"))
            arrays.append("g3({t}, {u}, n, index, 2)")
    if "pairs" in features:
        parts.append(pair_helper(choose, features, "g2"))
        pairs.append("g2({p}, {u}, {m}, index)")
    if "threads" in features:
        parts.append(parallel_helper(choose, features, "g4"))
        arrays.append(THREADS)
    if "exceptions" in features and choose(False, True):
        parts.append(raising_helper(choose, features, "g5"))
        raising.append("g5({t}, {u}, n, index)")
    return parts, (scalars, arrays, pairs, raising)


def _arguments(choose: Choose, features: frozenset[str], n: int) -> tuple[dict[str, Any], tuple[slice, slice] | None]:
    """The arguments, and where in memory the first two are, if they share it."""
    random = np.random.default_rng(choose(*range(256)))

    def floats(*shape: int) -> np.ndarray:
        return random.uniform(-1.5, 1.5, shape)

    overlap = None
    if "overlap" in features:
        start = {"same": 0, "shifted": 1, "apart": n}[choose(*OVERLAPS)]
        overlap = tuple(choose((slice(0, n), slice(start, start + n)), (slice(start, start + n), slice(0, n))))
        given: dict[str, Any] = {"m": floats(start + n)}
    else:
        given = {"a": floats(n), "b": floats(n)}
    x, y = floats(2)
    given |= {"x": float(x), "y": float(y), "n": n, "index": random.integers(0, n, n), "w": np.zeros(n)}
    given |= {"o": floats(n)} if "constants" in features else {}
    given |= {"c": floats(n, 3)} if "table" in features else {}
    if "records" in features:
        records = np.zeros(n, RECORD)
        records["p"], records["q"], records["k"] = floats(n), floats(n), random.integers(0, n, n)
        given |= {"r": records}
    return given, overlap


@st.composite
def programs(draw: Any) -> Program:
    """Programs with arguments."""
    return write_program(lambda *options: options[draw(st.integers(0, len(options) - 1))])
