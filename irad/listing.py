"""How an explanation looks: as text, in a terminal with colours, in a notebook."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HEADS = ("", "", "tape", "again", "notes")
ALIGNED = ("right", "left", "right", "right", "left")
COLOURS = ("inherit", "inherit", "#b07d00", "#b0489f", "#20889a")  # legible on white and on black
ACTIVE = "rgba(46, 160, 67, 0.15)"
NARROW = 20
"""Width of a terminal's columns for formulas and notes, in characters."""


@dataclass(frozen=True)
class Line:
    """A line of Python and what becomes of it: see `irad.explain`."""

    number: int
    source: str
    active: bool
    tape: str
    again: int
    notes: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """Its cells in the columns of a listing."""
        return (f"{self.number}{' ●' if self.active else '  '}", self.source, self.tape, str(self.again or ""), ", ".join(self.notes))


@dataclass(frozen=True)
class Listing:
    """The lines of one function."""

    file: str
    function: str
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        return f"{self.function} ({os.path.basename(self.file)})"


@dataclass(frozen=True)
class Explanation:
    """What a gradient does with each line of a function.

    Attributes
    ----------
    subject, by
        The function, and the arguments that the gradient is with respect to.
    listings
        The function's own lines, then those of the functions it calls.
    tape
        What is kept in all, in bytes: ``"8 n"``.
    symbols
        What trip counts in it are that only the run tells.
    """

    subject: str
    by: tuple[str, ...]
    listings: tuple[Listing, ...]
    tape: str
    symbols: Mapping[str, str]

    @property
    def title(self) -> str:
        return f"{self.subject} with respect to {', '.join(self.by)}"

    @property
    def footer(self) -> tuple[str, ...]:
        """What is said below."""
        return (f"tape: {self.tape} bytes", *(f"{symbol}: {meaning}" for symbol, meaning in self.symbols.items()),
                "●: a derivative flows through the line; tape: bytes that it keeps; again: numbers that the reverse sweep computes anew")

    def __str__(self) -> str:
        return "\n".join(self._text())

    __repr__ = __str__

    def _text(self) -> Iterator[str]:
        yield self.title
        for listing in self.listings:
            rows = [HEADS, *(line.cells for line in listing.lines)]
            widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
            yield f"\n{listing.title}"
            for row in rows:
                number, source, tape, again, notes = row
                cells = (number.rjust(widths[0]), source.ljust(widths[1]), tape.rjust(widths[2]), again.rjust(widths[3]), notes)
                yield "  ".join(cells).rstrip()
        yield ""
        yield from self.footer

    def __rich__(self) -> Any:
        """What rich prints: it is asked for this, so it is there."""
        from rich import box
        from rich.console import Group
        from rich.syntax import Syntax
        from rich.table import Table
        from rich.text import Text

        parts: list[Any] = [Text(self.title, style="bold")]
        painter = Syntax("", "python", theme="ansi_dark", background_color="default")  # colours of the terminal's own
        for listing in self.listings:
            table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, title=f"\n{listing.title}", title_justify="left",
                          title_style="bold cyan")
            table.add_column(HEADS[0], justify="right", no_wrap=True)
            table.add_column(HEADS[1])  # the one that gives way in a narrow terminal
            table.add_column(HEADS[2], justify="right", style="yellow", no_wrap=True)
            table.add_column(HEADS[3], justify="right", style="magenta", no_wrap=True)
            table.add_column(HEADS[4], style="cyan", max_width=NARROW)
            for line in listing.lines:
                number, source, tape, again, notes = line.cells
                code = painter.highlight(source)
                code.rstrip()
                code.no_wrap, code.overflow = True, "ellipsis"
                style = "bold green" if line.active else "dim"
                table.add_row(Text(number, style=style), code, "\n".join(terms(tape, NARROW)), again, notes)
            parts.append(table)
        parts += [Text(), *(Text(text, style="dim") for text in self.footer)]
        return Group(*parts)

    def _repr_html_(self) -> str:
        """What a notebook shows, on a light or a dark background."""
        cell = "white-space: pre; padding: 0.1em 0.8em; vertical-align: top; text-align:"
        looks = [f"{cell} {align}; color: {colour}" for align, colour in zip(ALIGNED, COLOURS, strict=True)]
        parts = [f"<div><b>{html.escape(self.title)}</b></div>"]
        for listing in self.listings:
            head = "".join(f'<th style="{look}">{html.escape(text)}</th>' for look, text in zip(looks, HEADS, strict=True))
            rows = "".join(
                f'<tr style="background: {ACTIVE if line.active else "none"}">'
                + "".join(f'<td style="{look}">{html.escape(text)}</td>' for look, text in zip(looks, line.cells, strict=True)) + "</tr>"
                for line in listing.lines)
            parts.append(f'<div style="margin-top: 0.8em">{html.escape(listing.title)}</div>'
                         f'<table style="font-family: monospace; border-collapse: collapse"><tr>{head}</tr>{rows}</table>')
        parts += [f"<div><small>{html.escape(text)}</small></div>" for text in self.footer]
        return "".join(parts)


def terms(formula: str, width: int) -> Iterator[str]:
    """The lines of a sum, broken behind a plus where it is wider than ``width``."""
    line = ""
    for term in formula.split(" + "):
        if line and len(line) + len(term) + 3 > width:
            yield f"{line} +"
            line = ""
        line = f"{line} + {term}" if line else term
    yield line
