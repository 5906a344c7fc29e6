"""A hypothesis strategy that writes whole programs: nested loops, branches, work in place, temporaries, calls.

A program is source text with numbers to run it on. All values stay below 2 in size, because what is assigned is made from forms
that keep that bound (products are halved, sums are means, the rest is sin and its like); only sums in `Scope.sums` grow, and
they are read through bounded functions. So nothing overflows, and a derivative that is wrong cannot hide in large numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

Choose = Callable[..., Any]
"""``choose(first, second, …)`` picks one of its arguments; shrinking prefers the first."""

HEADER = "import math\n\nimport numpy as np\nfrom numba import njit\n\n\n"
PARAMETERS = "a, b, c, x, y, n, index, o, w"
ACTIVE = (0, 1, 2, 3, 4)
"""Positions of the parameters by which derivatives are taken: all but two integers, the constant ``o`` and the buffer ``w``."""


@dataclass(frozen=True)
class Program:
    """Source text of a function ``program`` and its arguments."""

    source: str
    args: tuple[Any, ...]

    def function(self) -> Callable[..., Any]:
        names: dict[str, Any] = {"__name__": "program"}
        exec(compile(self.source, "<program>", "exec"), names)
        return names["program"]

    def __repr__(self) -> str:
        arguments = "".join(f"{name} = {arg!r}\n" for name, arg in zip(PARAMETERS.split(", "), self.args, strict=True))
        return f"\n{self.source}\n{arguments}"


@dataclass(frozen=True)
class Scope:
    """The names that a statement may use. Lists are copied when a block is entered."""

    floats: list[str]
    sums: list[str]
    arrays: list[str]
    """Arrays of ``n`` elements in C order, all of one type; they are written."""
    views: list[str] = field(default_factory=list)
    """Other arrays, of one element at least; they are written."""
    constants: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    """Arrays of n × 3 elements."""
    counters: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Loop variables ``i`` with ``(low, margin)``: low <= i < n - margin."""
    integers: list[str] = field(default_factory=list)
    loops: int = 0

    def inner(self, loop: bool = False) -> Scope:
        return replace(
            self,
            **{name: value.copy() for name, value in vars(self).items() if isinstance(value, (list, dict))},
            loops=self.loops + loop,
        )


class Writer:
    """Writes a function's statements, line by line."""

    def __init__(self, choose: Choose, scalar_helpers: list[str], array_helpers: list[str]) -> None:
        self.choose = choose
        self.scalar_helpers, self.array_helpers = scalar_helpers, array_helpers
        self.lines: list[str] = []
        self.depth = 1
        self.names = 0

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def fresh(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    # Expressions.
    def index(self, scope: Scope) -> str:
        """An index into an array of ``n`` elements."""
        options = ["0"]
        for i, (low, margin) in scope.counters.items():
            options += [i, i, f"n - 1 - {i}"]
            options += [f"{i} - {low}"] if low else []
            options += [f"{i} + {margin}"] if margin else []
        options += [f"({k} + 1) % n" for k in scope.integers] + ["n - 1", "-1"]
        return self.choose(*options)

    def element(self, scope: Scope) -> str:
        """An element of an array that is written."""
        name = self.choose(*scope.arrays, *scope.views, *scope.tables)
        if name in scope.tables:
            return f"{name}[{self.index(scope)}, {self.choose(0, 1, 2)}]"
        if name in scope.views:
            return f"{name}[{self.choose('0', *scope.integers, *scope.counters)} % {name}.shape[0]]"
        return f"{name}[{self.index(scope)}]"

    def atom(self, scope: Scope) -> str:
        kind = self.choose("float", "element", "element", "constant", "number", "sum")
        if kind == "element":
            return self.element(scope)
        if kind == "constant" and scope.constants:
            return f"{self.choose(*scope.constants)}[{self.index(scope)}]"
        if kind == "number":
            return self.choose("0.7", "-1.3", "0.25")
        if kind == "sum" and scope.sums:
            return f"math.sin({self.choose(*scope.sums)})"
        return self.choose(*scope.floats)

    def value(self, scope: Scope, depth: int = 2) -> str:
        """An expression whose value stays below 2."""
        if depth == 0:
            return self.atom(scope)
        forms = [
            "{u}", "0.5 * ({u} + {v})", "0.5 * {u} * {v}", "math.sin({u})", "0.5 * ({u} - {v})", "math.tanh({u} + {v})",
            "{u} / (1.0 + {v} * {v})", "math.exp(-{u} * {u})", "0.5 * math.sqrt(1.0 + {u} * {u})", "math.cos({u} * {v})",
            "0.5 * {u} ** 2", "math.log1p({u} * {u})", "max({u}, {v})", "min({u}, {v})", "abs({u})",
            "({u} if {v} > 0.1 else {w})", "math.atan2({u}, 1.5 + abs({v}))", *self.scalar_helpers,
        ]  # fmt: skip
        return self.choose(*forms).format(u=self.nested(scope, depth), v=self.nested(scope, depth), w=self.atom(scope))

    def nested(self, scope: Scope, depth: int) -> str:
        return f"({self.value(scope, depth - 1)})" if depth > 1 else self.atom(scope)

    def condition(self, scope: Scope) -> str:
        options = [f"{self.value(scope, 1)} > {self.choose('0.0', '0.4', '-0.6')}", f"{self.atom(scope)} < {self.atom(scope)}"]
        options += [f"{i} % 2 == 0" for i in (*scope.counters, *scope.integers)]
        return self.choose(*options)

    def array_value(self, scope: Scope) -> str:
        """An expression for a new array of ``n`` elements."""
        s, t, u = self.choose(*scope.arrays), self.choose(*scope.arrays, *scope.constants), self.choose(*scope.floats)
        forms = (
            f"{s}.copy()", "np.zeros(n)", f"np.sin({s}) * {t}", f"0.5 * ({s} + {t})", f"np.full(n, {u})", f"0.5 * {s} * {t} * np.cos({u})",
            f"np.ones(n) * {u}", f"np.zeros_like({s})", f"np.maximum({s}, {t})", f"0.7 * {s}[::-1]",
        )  # fmt: skip
        return self.choose(*forms)

    # Statements.
    def block(self, scope: Scope, size: int, nesting: int) -> None:
        self.depth += 1
        for _ in range(size):
            self.statement(scope, nesting)
        self.depth -= 1

    def statement(self, scope: Scope, nesting: int) -> None:
        simple = [
            self.update,
            self.store,
            self.store,
            self.update,
            self.update,
            self.assign,
            self.accumulate,
            self.copy_slice,
            self.declare,
            self.call,
            self.step_integer,
        ]
        simple += [self.temporary, self.select, self.view, self.swap]
        compound = [self.for_loop, self.for_loop, self.for_loop, self.branch, self.while_loop]
        write = self.choose(*simple, *(compound * 2 if nesting else ()))
        write(scope, nesting)

    def store(self, scope: Scope, nesting: int) -> None:
        self.line(f"{self.element(scope)} = {self.value(scope)}")

    def update(self, scope: Scope, nesting: int) -> None:
        """A new value from the old one: what a loop carries, and what the adjoint needs of what was overwritten."""
        target = self.choose(self.element(scope), self.choose(*scope.floats))
        forms = ("0.5 * ({t} + {v})", "math.sin({t} * {v})", "0.5 * {t} * {v}", "{t} / (1.0 + {v} * {v})", "math.cos({t} + {v}) * 1.5")
        self.line(f"{target} = {self.choose(*forms).format(t=target, v=self.nested(scope, 2))}")

    def assign(self, scope: Scope, nesting: int) -> None:
        self.line(f"{self.choose(*scope.floats)} = {self.value(scope)}")

    def accumulate(self, scope: Scope, nesting: int) -> None:
        arrays = [f"np.sum({t} * {t})" for t in scope.arrays + scope.views]
        self.line(f"{self.choose(*scope.sums)} += {self.choose(self.value(scope), self.choose(*arrays))}")

    def declare(self, scope: Scope, nesting: int) -> None:
        name = self.fresh("f")
        self.line(f"{name} = {self.value(scope)}")
        scope.floats.append(name)

    def copy_slice(self, scope: Scope, nesting: int) -> None:
        s, t = self.choose(*scope.arrays), self.choose(*scope.arrays)
        forms = (
            f"{s}[:] = {t}", f"{s}[1:] = 0.5 * ({s}[:-1] + {t}[1:])", f"{s}[:-1] = {t}[1:]", f"{s}[:] = 0.3",
            f"{s}[::2] = np.sin({t}[::2])", f"{s} *= {self.choose(*scope.floats)} * 0.5", f"{s}[1:] = {s}[:-1]",
        )  # fmt: skip
        self.line(self.choose(*forms))

    def call(self, scope: Scope, nesting: int) -> None:
        if self.array_helpers:
            helper, array = self.choose(*self.array_helpers), self.choose(*scope.arrays)
            self.line(f"{self.choose(*scope.sums)} += {helper}({array}, {self.choose(*scope.floats)}, n, index)")
        else:
            self.assign(scope, nesting)

    def step_integer(self, scope: Scope, nesting: int) -> None:
        if scope.integers:
            k = self.choose(*scope.integers)
            self.line(f"{k} = {self.choose(f'({k} + 2) % n', f'index[{k} % n]', f'int(abs({self.atom(scope)}) * 4.0) % n')}")
        else:
            k = self.fresh("k")
            self.line(f"{k} = {self.choose('1', 'index[0]', *scope.counters)}")
            scope.integers.append(k)

    def temporary(self, scope: Scope, nesting: int) -> None:
        if self.choose(True, False):
            name = self.fresh("t")
            self.line(f"{name} = {self.array_value(scope)}")
            scope.arrays.append(name)
        else:
            self.line(f"{self.choose(*scope.arrays)} = {self.array_value(scope)}")

    def select(self, scope: Scope, nesting: int) -> None:
        """An array that is one or another; a constant one may be read, never written."""
        name, condition = self.fresh("p"), self.condition(scope)
        other, known = self.choose((scope.arrays, scope.arrays), (scope.constants, scope.constants))
        if not other:
            other = known = scope.arrays
        self.line(f"{name} = {self.choose(*scope.arrays)} if {condition} else {self.choose(*other)}")
        known.append(name)

    def view(self, scope: Scope, nesting: int) -> None:
        source, cut = self.choose(*scope.arrays), self.choose("[1:]", "[::-1]", "[::2]", "[:-1]")
        name = self.fresh("v")
        self.line(f"{name} = {source}{cut}")
        scope.views.append(name)

    def swap(self, scope: Scope, nesting: int) -> None:
        names = self.choose(scope.floats, scope.arrays)
        s = self.choose(*names)
        t = self.choose(*([name for name in names if name != s] or names))
        self.line(f"{s}, {t} = {t}, {s}")

    def branch(self, scope: Scope, nesting: int) -> None:
        self.line(f"if {self.condition(scope)}:")
        self.body(scope.inner(), nesting, leave=True)
        for _ in range(self.choose(0, 0, 1)):
            self.line(f"elif {self.condition(scope)}:")
            self.body(scope.inner(), nesting)
        if self.choose(True, False):
            self.line("else:")
            self.body(scope.inner(), nesting)

    def body(self, scope: Scope, nesting: int, leave: bool = False) -> None:
        self.block(scope, self.choose(1, 2, 3), nesting - 1)
        ends = ["break", "continue", "break"] if scope.loops else []
        end = self.choose("", *ends, "", f"return {self.choose(*scope.floats)} * 0.5", "") if leave else ""
        if end:
            self.depth += 1
            self.line(end)
            self.depth -= 1

    def for_loop(self, scope: Scope, nesting: int) -> None:
        inside = scope.inner(loop=True)
        i = self.fresh("i")
        heads = {
            "range(n)": (0, 0), "range(1, n)": (1, 0), "range(n - 1)": (0, 1), "range(n - 1, -1, -1)": (0, 0), "range(0, n, 2)": (0, 0),
            "range(1, n - 1)": (1, 1), "range(n - 1, 0, -2)": (1, 0),
        }  # fmt: skip
        inside_counters = {f"range({j})": (0, 0) for j in scope.counters} | {f"range({j}, n)": (0, 0) for j in scope.counters}
        heads |= inside_counters
        plain = {"range(3)": None, "range(index[0])": None}
        head = self.choose(*heads, *plain)
        self.line(f"for {i} in {head}:")
        if head in heads:
            inside.counters[i] = heads[head]
        else:
            inside.integers.append(self.fresh("k"))
            self.depth += 1
            self.line(f"{inside.integers[-1]} = {i}")
            self.depth -= 1
        self.body(inside, nesting)

    def while_loop(self, scope: Scope, nesting: int) -> None:
        inside = scope.inner(loop=True)
        if self.choose(True, False):
            r = self.fresh("r")
            self.line(f"{r} = 1.0 + abs({self.atom(scope)})")
            self.line(f"while {r} > 0.4:")
            step = f"{r} = {r} * 0.6"
        else:
            r = self.fresh("k")
            self.line(f"{r} = 0")
            self.line(f"while {r} < n:")
            step = f"{r} += 1"
        self.depth += 1
        self.line(step)
        if r.startswith("r"):
            inside.floats.append(self.fresh("f"))
            self.line(f"{inside.floats[-1]} = {r}")
        self.depth -= 1
        self.body(inside, nesting)


def scalar_helper(choose: Choose, name: str) -> str:
    writer = Writer(choose, [], [])
    writer.line("t = np.zeros(2)")
    writer.line("n = 2")
    writer.line("index = (1, 0)")
    scope = Scope(floats=["u", "v"], sums=["s"], arrays=["t"])
    writer.line("s = 0.1")
    for _ in range(choose(1, 2)):
        writer.statement(scope, 1)
    writer.line(f"return 0.5 * ({writer.value(scope)} + math.sin(s))")
    return "\n".join(["@njit", f"def {name}(u, v):", *writer.lines])


def array_helper(choose: Choose, name: str, scalar_helpers: list[str]) -> str:
    writer = Writer(choose, scalar_helpers, [])
    scope = Scope(floats=["u"], sums=["s"], arrays=["t"])
    writer.line("s = 0.1")
    for _ in range(choose(1, 2, 3)):
        writer.statement(scope, 1)
    writer.line("return math.sin(s) + u")
    return "\n".join(["@njit", f"def {name}(t, u, n, index):", *writer.lines])


def write_program(choose: Choose) -> str:
    """Source text of a program: some helpers, then the function ``program``."""
    scalar_names = ["h1"][: choose(0, 1)]
    array_names = ["g1", "g2"][: choose(0, 1, 2)]
    calls = [f"{name}({{u}}, {{v}})" for name in scalar_names]
    parts = [scalar_helper(choose, name) for name in scalar_names]
    parts += [array_helper(choose, name, calls) for name in array_names]
    writer = Writer(choose, calls, array_names)
    scope = Scope(floats=["x", "y"], sums=["s"], arrays=["a", "b", "w"], constants=["o"], tables=["c"])
    writer.line("s = 0.0")
    for _ in range(choose(3, 4, 5, 6)):
        writer.statement(scope, 3)
    writer.line(f"return s + x + 0.7 * y + np.sum(a * b) + np.sum(c[0] * c[1]) + {writer.value(scope)}")
    parts.append("\n".join([f"def program({PARAMETERS}):", *writer.lines]))
    return HEADER + "\n\n\n".join(parts) + "\n"


@st.composite
def programs(draw: Any) -> Program:
    """Programs with arguments."""
    source = write_program(lambda *options: options[draw(st.integers(0, len(options) - 1))])
    n = draw(st.integers(2, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))

    def floats(*shape: int) -> np.ndarray:
        return random.uniform(-1.5, 1.5, shape)

    x, y = floats(2)
    index = random.integers(0, n, n)
    return Program(source, (floats(n), floats(n), floats(n, 3), float(x), float(y), n, index, floats(n), np.zeros(n)))
