"""Compound statements: branches, loops, handlers of exceptions; and which statement comes next."""

from __future__ import annotations

from strategies.scope import Scope
from strategies.statements import Statements


class Writer(Statements):
    """Writes a function's statements."""

    def block(self, scope: Scope, size: int, nesting: int) -> None:
        self.depth += 1
        for count in range(size):
            if count == 0 or self.budget > 0:
                self.statement(scope, nesting)
        self.depth -= 1

    def statement(self, scope: Scope, nesting: int) -> None:
        self.budget -= 1
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
            self.temporary,
            self.select,
            self.view,
            self.swap,
        ]
        simple += [self.grow_list] * 2 if "lists" in self.features else []
        simple += [self.turn] * 2 if "complexes" in self.features else []
        simple += [self.move_record] if scope.tabulars else []
        raising = "exceptions" in self.features and not scope.handling
        simple += [self.give_up] * 2 if raising else []
        compound = [self.for_loop, self.for_loop, self.for_loop, self.branch, self.while_loop]
        compound += [self.attempt] * 2 if raising and not scope.guarded else []
        write = self.choose(*simple, *(compound * 2 if nesting and self.budget > 0 else ()))
        write(scope, nesting)

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
        if leave and not scope.guarded:
            ends = ["break", "continue", "break"] if scope.loops else []
            self.inside(self.choose("", *ends, "", f"return {self.choose(*scope.floats)} * 0.5", ""))

    def inside(self, line: str) -> None:
        """A line that belongs to the block above, unless it is empty."""
        if line:
            self.depth += 1
            self.line(line)
            self.depth -= 1

    def for_loop(self, scope: Scope, nesting: int) -> None:
        inside = scope.inner(loop=True)
        i = self.fresh("i")
        counted = {
            "range(n)": (0, 0), "range(1, n)": (1, 0), "range(n - 1)": (0, 1), "range(n - 1, -1, -1)": (0, 0), "range(0, n, 2)": (0, 0),
            "range(1, n - 1)": (1, 1), "range(n - 1, 0, -2)": (1, 0),
        }  # fmt: skip
        counted |= {f"range({j})": (0, 0) for j in scope.counters} | {f"range({j}, n)": (0, 0) for j in scope.counters}
        head = self.choose(*counted, "range(3)", "range(index[0])", "enumerate({t})", "zip({t}, {s})")
        if head in counted:
            self.line(f"for {i} in {head}:")
            inside.counters[i] = counted[head]
        elif "{t}" in head:
            names = {"t": self.choose(*scope.arrays), "s": self.choose(*scope.arrays)}
            inside.floats.append(self.fresh("e"))
            if head.startswith("zip"):
                inside.floats.append(i)
            else:
                inside.counters[i] = (0, 0)
            self.line(f"for {i}, {inside.floats[len(scope.floats)]} in {head.format(**names)}:")
        else:
            self.line(f"for {i} in {head}:")
            inside.integers.append(self.fresh("k"))
            self.inside(f"{inside.integers[-1]} = {i}")
        self.body(inside, nesting)

    def while_loop(self, scope: Scope, nesting: int) -> None:
        inside = scope.inner(loop=True)
        if self.choose(True, False):
            r = self.fresh("r")
            self.line(f"{r} = 1.0 + abs({self.atom(scope)})")
            self.line(f"while {r} > 0.4:")
            self.inside(f"{r} = {r} * 0.6")
            inside.floats.append(self.fresh("f"))
            self.inside(f"{inside.floats[-1]} = {r}")
        else:
            r = self.fresh("k")
            self.line(f"{r} = 0")
            self.line(f"while {r} < n:")
            self.inside(f"{r} += 1")
        self.body(inside, nesting)

    def attempt(self, scope: Scope, nesting: int) -> None:
        """What may raise, itself or in a function that it calls, and what is done then."""
        self.line("try:")
        inside = scope.inner(guarded=True)
        self.body(inside, nesting)
        if self.raising_calls and self.choose(True, False):
            called = self.choose(*self.raising_calls).format(t=self.choose(*scope.arrays), u=self.choose(*scope.floats))
            self.inside(f"{self.choose(*scope.sums)} += {called}")
        else:
            self.depth += 1
            self.give_up(inside, nesting)
            self.depth -= 1
        if self.choose(False, False, True):
            self.block(inside, 1, 0)
        self.line("except Exception:")
        self.body(scope.inner(handling=True), nesting)
        if self.choose(False, False, True):
            self.line("else:")
            self.body(scope.inner(), nesting)
