"""`explain`: what a gradient does with each line of the function's Python. How it is shown is in `irad.listing`."""

from __future__ import annotations

import ast
import linecache
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from numba import typeof
from numba.core import sigutils, types

from irad.argnums import Argnums, check_together, chosen, folded, parameters, positions
from irad.derivative import jitted
from irad.listing import Explanation, Line, Listing
from irad.numba_ import capture, lines
from irad.numba_.abi import Path
from irad.numba_.kinds import check_argument
from irad.numba_.specialise import Subject, asked, specialise
from irad.numba_.sweep import HIDDEN
from irad_passes.request import Mode

if TYPE_CHECKING:
    from irad_passes.report import Report, Taped, Trips

_NAME = re.compile(r"[\w.]+")


def explain(function: Any, signature: Any, argnums: Argnums = 0) -> Explanation:
    """What the gradient of a function does with each line of it: what is active, kept on the tape, computed again.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, an array of floats, or a tuple of them.
    signature : tuple or str
        Arguments of a call, or their Numba types (``"(float64[::1], int64)"``).
    argnums : int, str, or tuple of them
        The arguments that the derivative is with respect to.

    Returns
    -------
    Explanation
        ``print`` shows it as text, rich in colours, a notebook as a table.

    Raises
    ------
    IradError
        What the gradient itself would raise: the function has no derivative, or irad does not know it.

    Notes
    -----
    Per line of Python: whether it is active (a derivative flows through it); the bytes it keeps on the tape, as a product with
    the trip counts of the loops around it (a count that is known only when the loop has run is called after the line of the
    loop, ``k12``); how many numbers the reverse sweep computes again; the functions that have rules; and kinks, where the
    derivative jumps. A line whose work LLVM has moved or merged counts where LLVM says that it came from. Costs two compilations of
    the function, and runs nothing.

    Examples
    --------
    >>> import irad
    >>> def energy(x, n):
    ...     total = 0.0
    ...     for i in range(n):
    ...         total += x[i] ** 2 * total
    ...     return total
    >>> irad.explain(energy, "(float64[::1], int64)").tape
    '8 n'
    """
    from irad_passes.report import report  # all of the engine: not before something is compiled

    compiled = jitted(function, "explain")
    subject = Subject("explain", compiled)
    selected = chosen(positions(subject.operator, compiled, argnums))
    arguments = folded(subject, _types(compiled, signature))
    for index in selected:
        check_argument(subject, index, parameters(compiled)[index], arguments[index])
    sweep = specialise(subject, arguments, Mode.REVERSE, frozenset(selected))
    found = capture.capture(compiled, sweep.types)
    text, name = lines.captured_with_lines(compiled, sweep.types)
    described = capture.Captured(capture.tidied(text), name, found.arguments, found.returns, found.argument_names)
    leaves, _, request = asked(described, Mode.REVERSE, frozenset(selected))
    facts = report(described.text, request)
    names = {leaf_name: _python_name(found.argument_names[leaf.index], leaf.path)
             for leaf_name, leaf in zip(facts.parameters[HIDDEN:], leaves, strict=True)} | lines.variables(text, name)
    return _Reader(compiled, facts, names).explanation(str(subject), tuple(parameters(compiled)[index] for index in selected))


def _types(function: Any, signature: Any) -> tuple[Any, ...]:
    """The Numba types that a signature in any form means."""
    if isinstance(signature, (str, types.Type)) or hasattr(signature, "return_type"):
        return tuple(sigutils.normalize_signature(signature)[0])
    check_together("explain", function, signature)
    return tuple(item if isinstance(item, types.Type) else typeof(item) for item in signature)


def _python_name(argument: str, path: Path) -> str:
    """How Python writes a part of an argument."""
    *outer, last = path or ("",)
    if last == "nitems":
        return argument + "".join(f"[{step}]" for step in outer) + ".size"
    return argument + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


class _Reader:
    """Sorts the facts of a report by lines of Python."""

    def __init__(self, function: Any, facts: Report, names: dict[str, str]) -> None:
        self.function = function
        self.facts = facts
        self.names = names
        self.nodes = lines.nodes_of(facts.metadata)
        self.definition = lines.definition_of(function)

    def explanation(self, subject: str, by: tuple[str, ...]) -> Explanation:
        facts = self.facts
        active = set(self._places(facts.active))
        tape: dict[lines.SourceLine, list[Taped]] = defaultdict(list)
        for taped in facts.taped:
            tape[self._place(taped.location)].append(taped)
        again: dict[lines.SourceLine, int] = defaultdict(int)
        for place in self._places(facts.recomputed):
            again[place] += 1
        notes: dict[lines.SourceLine, dict[str, None]] = defaultdict(dict)
        for noted, word in ((facts.rules, "{}"), (facts.kinks, "kink: {}")):
            for note in noted:
                notes[self._place(note.location)][word.format(note.what)] = None
        for place in self._places(facts.temporaries):
            notes[place]["temporary"] = None
        touched = {*active, *tape, *again, *notes, self.definition}

        def line(file: str, number: int, source: str, within: str) -> Line:
            place = lines.SourceLine(file, number, within)
            return Line(number, source, place in active, self._formula(tape[place]), again[place], tuple(notes[place]))

        listings = []
        for file, within in sorted({(place.file, place.function) for place in touched}, key=self._first):
            numbers = [place.line for place in touched if (place.file, place.function) == (file, within)]
            listings.append(Listing(file, within, tuple(line(file, number, source, within) for number, source in _source(file, numbers))))
        return Explanation(subject, by, tuple(listings), self._formula(facts.taped) or "0", self._legend)

    def _first(self, key: tuple[str, str]) -> tuple[bool, tuple[str, str]]:
        """The function itself comes before what it calls."""
        return key != (self.definition.file, self.definition.function), key

    def _place(self, location: str) -> lines.SourceLine:
        """The innermost line of the user's that a location stands for; else that of the function's definition."""
        if location not in self._known:
            self._known[location] = lines.innermost(self.nodes, location, self.definition) or self.definition
        return self._known[location]

    def _head(self, locations: Iterable[str]) -> lines.SourceLine:
        """The line at which a loop begins: the first line of its instructions, in the innermost function that holds them all."""
        chains = [chain[::-1] for at in locations if (chain := lines.written(self.nodes, at, self.definition))]
        while chains and all(len(chain) > 1 and chain[0] == chains[0][0] for chain in chains):
            chains = [chain[1:] for chain in chains]
        return min((chain[0] for chain in chains), key=lambda place: place.line, default=self.definition)

    @cached_property
    def _known(self) -> dict[str, lines.SourceLine]:
        return {}

    @cached_property
    def _legend(self) -> dict[str, str]:
        return {}

    def _places(self, locations: Iterable[str]) -> Iterable[lines.SourceLine]:
        return map(self._place, locations)

    def _formula(self, taped: Iterable[Taped]) -> str:
        """Bytes: ``8 n + 16 n m``."""
        amounts: dict[tuple[str, ...], int] = defaultdict(int)
        for entry in taped:
            amounts[(*map(self._trips, entry.loops), *self._call(entry.callee))] += entry.bytes
        terms = [" ".join((*([str(size)] if size > 1 or not trips else []), *trips)) for trips, size in amounts.items()]
        return " + ".join(terms)

    def _call(self, callee: str) -> Iterator[str]:
        """The symbol for what a call of a function keeps, where there is one."""
        if callee:
            called = {fields.get("linkageName", "").strip('"'): fields["name"] for _, fields in self.nodes.values() if "name" in fields}
            symbol = f"[{called.get(callee, callee).strip(chr(34)).rpartition('.')[2]}]"
            self._legend[symbol] = f"bytes that a call of `{symbol[1:-1]}` keeps"
            yield symbol

    def _trips(self, trips: Trips) -> str:
        if trips.count is None:
            place = self._head(trips.locations)
            symbol = f"k{place.line}"
            self._legend[symbol] = f"iterations of the loop in line {place.line} of `{place.function}`"
            return symbol
        text = _NAME.sub(lambda word: self.names.get(word[0], word[0]), str(trips.count))
        return f"({text})" if " " in text else text


def _source(file: str, numbers: list[int]) -> list[tuple[int, str]]:
    """The lines of the function that holds these lines; where there is no source, their numbers alone."""
    text = linecache.getlines(file)
    if not text:
        return [(number, "") for number in sorted(set(numbers))]
    first, last = min(numbers), max(numbers)
    try:
        functions: list[Any] = [node for node in ast.walk(ast.parse("".join(text))) if isinstance(node, (ast.FunctionDef, ast.Lambda))]
    except SyntaxError:
        functions = []
    around = [node for node in functions if node.lineno <= first and last <= (node.end_lineno or 0)]
    if around:
        innermost = max(around, key=lambda node: node.lineno)
        first, last = innermost.lineno, innermost.end_lineno
    return [(number, text[number - 1].rstrip("\n")) for number in range(first, min(last, len(text)) + 1)]
