"""Simple statements: assignments, work in place, temporaries, views, records, lists, calls."""

from __future__ import annotations

from strategies.expressions import Expressions
from strategies.scope import Scope


class Statements(Expressions):
    """Writes simple statements, a line or two each."""

    def store(self, scope: Scope, nesting: int) -> None:
        self.line(f"{self.element(scope)} = {self.value(scope)}")

    def update(self, scope: Scope, nesting: int) -> None:
        """A new value from the old one: what a loop carries, and what the adjoint needs of what was overwritten."""
        target = self.choose(self.element, lambda scope: self.choose(*scope.floats))(scope)
        forms = ("0.5 * ({t} + {v})", "math.sin({t} * {v})", "0.5 * {t} * {v}", "{t} / (1.0 + {v} * {v})", "math.cos({t} + {v}) * 1.5")
        self.line(f"{target} = {self.form(forms, t=lambda: target, v=lambda: self.nested(scope, 2))}")

    def assign(self, scope: Scope, nesting: int) -> None:
        self.line(f"{self.choose(*scope.floats)} = {self.value(scope)}")

    def accumulate(self, scope: Scope, nesting: int) -> None:
        arrays = [f"np.sum({t} * {t})" for t in scope.arrays + scope.views]
        self.line(f"{self.choose(*scope.sums)} += {self.form(('{v}', *arrays[:1], *arrays[-1:]), v=lambda: self.value(scope))}")

    def declare(self, scope: Scope, nesting: int) -> None:
        name = self.fresh("f")
        self.line(f"{name} = {self.value(scope)}")
        scope.floats.append(name)

    def copy_slice(self, scope: Scope, nesting: int) -> None:
        forms = (
            "{s}[:] = {t}", "{s}[1:] = 0.5 * ({s}[:-1] + {t}[1:])", "{s}[:-1] = {t}[1:]", "{s}[:] = 0.3",
            "{s}[::2] = np.sin({t}[::2])", "{s} *= {u} * 0.5", "{s}[1:] = {s}[:-1]",
        )  # fmt: skip
        arrays, floats = (lambda: self.choose(*scope.arrays)), (lambda: self.choose(*scope.floats))
        chosen = arrays()
        self.line(self.form(forms, s=lambda: chosen, t=arrays, u=floats))

    def call(self, scope: Scope, nesting: int) -> None:
        """A call of a function that writes arrays: the same one twice, or parts that overlap, among them."""
        if self.array_calls or self.pair_calls:
            forms = (*self.array_calls, *self.pair_calls * 2)
            chosen = self.choose(*scope.arrays)
            pairs = {"whole": (f"{chosen}, {self.choose(*scope.arrays)}", "n"), "same": (f"{chosen}, {chosen}", "n"),
                     "shifted": (f"{chosen}[1:], {chosen}[:-1]", "n - 1")}
            pair, length = pairs[self.choose(*pairs)]
            called = self.form(forms, t=lambda: chosen, p=lambda: pair, m=lambda: length, u=lambda: self.choose(*scope.floats))
            self.line(f"{self.choose(*scope.sums)} += {called}")
        else:
            self.assign(scope, nesting)

    def step_integer(self, scope: Scope, nesting: int) -> None:
        if scope.integers:
            k = self.choose(*scope.integers)
            forms = ("({k} + 2) % n", "index[{k} % n]", "int(abs({v}) * 4.0) % n", "int(np.argmax({t}))",
                     *(f'{name}[{{k}} % n]["k"]' for name in scope.tabulars))
            step = self.form(forms, k=lambda: k, v=lambda: self.atom(scope), t=lambda: self.choose(*scope.arrays))
            self.line(f"{k} = {step}")
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
        name = self.fresh("v")
        columns = [f'{r}["{field}"]' for r in scope.tabulars for field in "pq"]
        source = self.choose("{t}[1:]", "{t}[::-1]", "{t}[::2]", "{t}[:-1]", *columns)
        self.line(f"{name} = {source.format(t=self.choose(*scope.arrays))}")
        scope.views.append(name)

    def swap(self, scope: Scope, nesting: int) -> None:
        names = self.choose(scope.floats, scope.arrays)
        s = self.choose(*names)
        t = self.choose(*([name for name in names if name != s] or names))
        self.line(f"{s}, {t} = {t}, {s}")

    def move_record(self, scope: Scope, nesting: int) -> None:
        """A record by itself, or one that becomes another."""
        array = self.choose(*scope.tabulars)
        if self.choose(True, False):
            name = self.fresh("q")
            self.line(f"{name} = {array}[{self.index(scope)}]")
            scope.records.append(name)
        else:
            self.line(f"{array}[{self.index(scope)}] = {array}[{self.index(scope)}]")

    def grow_list(self, scope: Scope, nesting: int) -> None:
        """A new list, or work on one that is there."""
        if scope.lists and self.choose(True, True, False):
            name = self.choose(*scope.lists)
            work = ("{l}.append({v})", "{e} = {v}", "{l} = [{v}, {e}]", "if len({l}) > 1: {l}.pop()", "{l}.extend([{v}, {e}])",
                    "for d in {l}: {s} += d * {v}")
            self.line(self.form(work, l=lambda: name, v=lambda: self.value(scope, 1), e=lambda: self.list_element(scope),
                                s=lambda: self.choose(*scope.sums)))
        else:
            name = self.fresh("l")
            forms = ["[{v}, {u}]"] if scope.guarded else ["[{v}, {u}]", "[0.5 * d for d in {t}]"]  # Numba has no closures in `try`
            made = self.form(forms, v=lambda: self.value(scope, 1), u=lambda: self.atom(scope), t=lambda: self.choose(*scope.arrays))
            self.line(f"{name} = {made}")
            scope.lists.append(name)

    def turn(self, scope: Scope, nesting: int) -> None:
        """A complex number, new or changed."""
        value = self.complex_value(scope)
        if scope.complexes and self.choose(True, False):
            self.line(f"{self.choose(*scope.complexes)} = {value}")
        else:
            name = self.fresh("z")
            self.line(f"{name} = {value}")
            scope.complexes.append(name)

    def give_up(self, scope: Scope, nesting: int) -> None:
        """An exception, which may be caught."""
        condition = self.condition(scope) if scope.guarded or self.choose(False, True) else self.rare_condition(scope)
        errors = ('ValueError("out of range")', "ZeroDivisionError", 'RuntimeError("lost", 3)')
        forms = [f"if {condition}: raise {error}" for error in errors]
        if scope.guarded:  # NumPy's integers would not raise in Python
            forms += [f"{total} += 0.5 / int({k} % 2)" for k in scope.integers[-1:] for total in scope.sums[:1]]
        self.line(self.choose(*forms))
