"""Functions that a program calls: on numbers, on arrays, of themselves, and on several threads."""

from __future__ import annotations

from strategies.control import Writer
from strategies.scope import Choose, Scope

Features = frozenset[str]


def scalar_helper(choose: Choose, features: Features, name: str) -> str:
    """``name(u, v)``, with a temporary of its own."""
    writer, scope = _scalar_body(choose, features)
    for _ in range(choose(1, 2)):
        writer.statement(scope, 1)
    writer.line(f"return 0.5 * ({writer.value(scope)} + math.sin(s))")
    return _function(f"{name}(u, v)", writer)


def recursive_helper(choose: Choose, features: Features, name: str) -> str:
    """``name(u, v, k)`` calls itself with ``k - 1``, at most twice."""
    writer, scope = _scalar_body(choose, features)
    writer.line("if k <= 0:")
    writer.line(f"    return {writer.value(scope, 1)}")
    writer.statement(scope, 1)
    inner = f"{name}({writer.value(scope, 1)}, {writer.value(scope, 1)}, k - 1)"
    other = choose(writer.value(scope, 1), f"{name}({writer.atom(scope)}, {writer.atom(scope)}, k - 2)")
    writer.line(f"return 0.5 * ({inner} + {other})")
    return _function(f"{name}(u, v, k)", writer)


def array_helper(choose: Choose, features: Features, name: str, scalar_calls: list[str]) -> str:
    """``name(t, u, n, index)`` writes to ``t``."""
    writer, scope = _array_body(choose, features, scalar_calls)
    for _ in range(choose(1, 2, 3)):
        writer.statement(scope, 1)
    writer.line("return math.sin(s) + u")
    return _function(f"{name}(t, u, n, index)", writer)


def pair_helper(choose: Choose, features: Features, name: str) -> str:
    """``name(t, e, u, n, index)`` writes to ``t`` and ``e``, which may share memory."""
    writer, scope = _array_body(choose, features, [])
    scope.arrays.append("e")
    for _ in range(choose(1, 2, 3)):
        writer.statement(scope, 1)
    writer.line("e[0] = 0.5 * (t[n - 1] + e[0])")
    writer.line("return math.sin(s) + u * t[0]")
    return _function(f"{name}(t, e, u, n, index)", writer)


def raising_helper(choose: Choose, features: Features, name: str) -> str:
    """``name(t, u, n, index)`` writes to ``t`` and may then raise."""
    writer, scope = _array_body(choose, features, [])
    writer.statement(scope, 1)
    writer.give_up(scope.inner(guarded=True), 0)
    writer.statement(scope, 1)
    writer.line("return math.sin(s) + u")
    return _function(f"{name}(t, u, n, index)", writer)


def recursive_array_helper(choose: Choose, features: Features, name: str) -> str:
    """``name(t, u, n, index, k)`` writes to ``t`` before and after it calls itself with ``k - 1``."""
    writer, scope = _array_body(choose, features, [])
    writer.line("if k <= 0:")
    writer.line("    return u")
    writer.statement(scope, 1)
    writer.line(f"s += {name}({choose(*scope.arrays)}, {writer.value(scope, 1)}, n, index, k - 1)")
    writer.statement(scope, 1)
    writer.line("return math.sin(s) + u")
    return _function(f"{name}(t, u, n, index, k)", writer)


def parallel_helper(choose: Choose, features: Features, name: str) -> str:
    """``name(t, u, n, index)`` reads ``t`` in a parallel loop, writes an array element by element, and sums up."""
    writer, scope = _array_body(choose, features, [])
    writer.line("r = np.zeros(n)")
    writer.line(f"for i in {choose('prange(n)', 'prange(1, n)')}:")
    reading = scope.inner(loop=True)
    reading.constants[:] = reading.arrays
    reading.arrays[:] = []
    reading.sums[:] = []
    reading.counters["i"] = (0, 0)
    writer.line(f"    r[i] = {writer.value(reading)}")
    writer.line(f"    s += {writer.value(reading, 1)}")
    writer.line("return math.sin(s) + np.sum(r) * u")
    return _function(f"{name}(t, u, n, index)", writer, "@njit(parallel=True)")


def _scalar_body(choose: Choose, features: Features) -> tuple[Writer, Scope]:
    writer = Writer(choose, features)
    for line in ("t = np.zeros(2)", "n = 2", "index = np.array([1, 0])", "s = 0.1"):
        writer.line(line)
    return writer, Scope(floats=["u", "v"], sums=["s"], arrays=["t"])


def _array_body(choose: Choose, features: Features, scalar_calls: list[str]) -> tuple[Writer, Scope]:
    writer = Writer(choose, features, scalar_calls)
    writer.line("s = 0.1")
    return writer, Scope(floats=["u"], sums=["s"], arrays=["t"])


def _function(head: str, writer: Writer, decorator: str = "@njit") -> str:
    return "\n".join([decorator, f"def {head}:", *writer.lines])
