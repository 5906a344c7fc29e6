"""How an explanation looks: as text, in a terminal with colours, in a notebook."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HEADS = ("", "", "tape", "again", "notes")


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
        painter = Syntax("", "python", background_color="default")
        for listing in self.listings:
            table = Table(box=box.SIMPLE_HEAD, title=listing.title, title_justify="left", pad_edge=False)
            for head, style, justify in zip(HEADS, ("dim", "", "yellow", "magenta", "cyan"), ("right", "left", "right", "right", "left"),
                                            strict=True):
                wraps = head == "notes"
                table.add_column(head, style=style, justify=justify, no_wrap=not wraps,  # type: ignore[arg-type]
                                 min_width=16 if wraps else None)
            for line in listing.lines:
                number, source, tape, again, notes = line.cells
                code = painter.highlight(source)
                code.rstrip()
                table.add_row(Text(number, style="bold green" if line.active else "dim"), code, tape, again, notes)
            parts.append(table)
        parts += [Text(text, style="dim") for text in self.footer]
        return Group(*parts)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        style = "text-align: left; white-space: pre; font-family: monospace; padding: 0 0.8em"
        parts = [f"<b>{html.escape(self.title)}</b>"]
        for listing in self.listings:
            head = "".join(f'<th style="{style}">{html.escape(text)}</th>' for text in HEADS)
            rows = "".join(
                f'<tr style="background: {"#e6f4ea" if line.active else "transparent"}">'
                + "".join(f'<td style="{style}">{html.escape(cell)}</td>' for cell in line.cells) + "</tr>"
                for line in listing.lines)
            parts.append(f"<table><caption>{html.escape(listing.title)}</caption><tr>{head}</tr>{rows}</table>")
        parts += [f"<div><small>{html.escape(text)}</small></div>" for text in self.footer]
        return "".join(parts)
