"""Expressions: indices, elements, conditions, and forms whose values stay below 2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from strategies.scope import Choose, Scope


@dataclass
class Expressions:
    """Writes lines, and the expressions in them.

    Attributes
    ----------
    choose
        Decides.
    features
        What may occur, of `strategies.FEATURES`.
    scalar_calls, array_calls, pair_calls, raising_calls
        Calls of functions that are there: of numbers ``{u}``, ``{v}``; of an array ``{t}`` and a number; of two arrays; that often raise.
    budget
        How many statements there may still be.
    """

    choose: Choose
    features: frozenset[str] = frozenset()
    scalar_calls: list[str] = field(default_factory=list)
    array_calls: list[str] = field(default_factory=list)
    pair_calls: list[str] = field(default_factory=list)
    raising_calls: list[str] = field(default_factory=list)
    budget: int = 3
    lines: list[str] = field(default_factory=list)
    depth: int = 1
    names: int = 0

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def fresh(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def form(self, forms: Sequence[str], **parts: Callable[[], str]) -> str:
        """One of the forms, with the parts in it that it asks for."""
        chosen = self.choose(*forms)
        return chosen.format(**{name: make() for name, make in parts.items() if "{" + name + "}" in chosen})

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
        """A number in memory that is written."""
        name = self.choose(*scope.arrays, *scope.views, *scope.tables, *scope.tabulars, *scope.records)
        if name in scope.tables:
            return f"{name}[{self.index(scope)}, {self.choose(0, 1, 2)}]"
        if name in scope.tabulars:
            return self.form(('{r}[{i}]["p"]', '{r}["q"][{i}]', '{r}["p"][{i}]'), r=lambda: name, i=lambda: self.index(scope))
        if name in scope.records:
            return f'{name}["{self.choose("p", "q")}"]'
        if name in scope.views:
            return f"{name}[{self.choose('0', *scope.integers, *scope.counters)} % {name}.shape[0]]"
        return f"{name}[{self.index(scope)}]"

    def atom(self, scope: Scope) -> str:
        in_memory = bool(scope.arrays or scope.views or scope.tables or scope.tabulars)
        kinds = ["float", *(["element"] * 2 if in_memory else []), "number"]
        kinds += [kind for kind, names in (("constant", scope.constants), ("sum", scope.sums), ("list", scope.lists),
                                           ("complex", scope.complexes)) if names]
        match self.choose(*kinds):
            case "element":
                return self.element(scope)
            case "constant":
                return f"{self.choose(*scope.constants)}[{self.index(scope)}]"
            case "number":
                return self.choose("0.7", "-1.3", "0.25")
            case "sum":
                return f"math.sin({self.choose(*scope.sums)})"
            case "list":
                return self.list_element(scope)
            case "complex":
                return self.choose("{z}.real", "{z}.imag", "abs({z})").format(z=self.choose(*scope.complexes)) + " * 0.7"
        return self.choose(*scope.floats)

    def list_element(self, scope: Scope) -> str:
        name = self.choose(*scope.lists)
        return f"{name}[{self.choose('0', '-1', *(f'{k} % len({name})' for k in (*scope.integers, *scope.counters)))}]"

    def complex_value(self, scope: Scope) -> str:
        """A complex number whose parts stay below 2 in size."""
        forms = ("0.25 * {z} * {w}", "0.5 * ({z} + {w})", "0.5 * ({z} - {w}.conjugate())", "{z} / (3.0 + abs({w}))", "np.exp(1j * {u})",
                 "0.5 * {z} * {u}", "complex({u}, {v})")
        return self.form(forms, z=lambda: self.complex_atom(scope), w=lambda: self.complex_atom(scope),
                         u=lambda: self.atom(scope), v=lambda: self.atom(scope))

    def complex_atom(self, scope: Scope) -> str:
        return self.form(("complex({u}, {v})", *scope.complexes), u=lambda: self.atom(scope), v=lambda: self.atom(scope))

    def value(self, scope: Scope, depth: int = 2) -> str:
        """An expression whose value stays below 2."""
        if depth == 0:
            return self.atom(scope)
        forms = (
            "{u}", "0.5 * ({u} + {v})", "0.5 * {u} * {v}", "math.sin({u})", "0.5 * ({u} - {v})", "math.tanh({u} + {v})",
            "{u} / (1.0 + {v} * {v})", "math.exp(-{u} * {u})", "0.5 * math.sqrt(1.0 + {u} * {u})", "math.cos({u} * {v})",
            "0.5 * {u} ** 2", "math.log1p({u} * {u})", "max({u}, {v})", "min({u}, {v})", "abs({u})",
            "({u} if {v} > 0.1 else {w})", "math.atan2({u}, 1.5 + abs({v}))", *self.scalar_calls * 2,
        )  # fmt: skip
        return self.form(forms, u=lambda: self.nested(scope, depth), v=lambda: self.nested(scope, depth), w=lambda: self.atom(scope))

    def nested(self, scope: Scope, depth: int) -> str:
        return f"({self.value(scope, depth - 1)})" if depth > 1 else self.atom(scope)

    def condition(self, scope: Scope) -> str:
        forms = ("{u} > 0.0", "{u} > 0.4", "{v} < {w}", "{u} > -0.6", *(f"{i} % 2 == 0" for i in (*scope.counters, *scope.integers)))
        return self.form(forms, u=lambda: self.value(scope, 1), v=lambda: self.atom(scope), w=lambda: self.atom(scope))

    def rare_condition(self, scope: Scope) -> str:
        """A condition that seldom holds: for exceptions, which end a program that does not catch them."""
        return f"abs({self.choose(*scope.floats)}) > {self.choose('1.6', '1.9')}"

    def array_value(self, scope: Scope) -> str:
        """An expression for a new array of ``n`` elements."""
        forms = (
            "{s}.copy()", "np.zeros(n)", "np.sin({s}) * {t}", "0.5 * ({s} + {t})", "np.full(n, {u})", "0.5 * {s} * {t} * np.cos({u})",
            "np.ones(n) * {u}", "np.zeros_like({s})", "np.maximum({s}, {t})", "0.7 * {s}[::-1]", "{s}[index[:n] % n]",
            "np.where({s} > {u}, {s}, {t})",
        )  # fmt: skip
        return self.form(forms, s=lambda: self.choose(*scope.arrays), t=lambda: self.choose(*scope.arrays, *scope.constants),
                         u=lambda: self.choose(*scope.floats))
