"""Every error that says what cannot be differentiated is raised by some test that reads its message.

The messages are found in the sources, by the names of their classes; a test reads one if a string in it shares some words with it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CLASSES = {"Unsupported", "NoDerivative", "UnsupportedError", "NoDerivativeError"}
SHARED = 12
"""Characters that a message and a test have in common, at least."""
FORMATS = {"passes/irad_passes/errors.py", "irad/errors.py"}
"""Where messages are made of others."""


def messages(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """Line and literal parts of each message that one of the classes gets: as its argument, or behind it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            made = isinstance(node.func, ast.Name) and node.func.id in CLASSES
            given = [k for k, argument in enumerate(node.args) if isinstance(argument, ast.Name) and argument.id in CLASSES]
            for argument in node.args[:1] if made else node.args[given[0] + 1:] if given else ():
                parts = [part.value for part in ast.walk(argument) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
                yield node.lineno, parts


def sources() -> list[tuple[str, list[str]]]:
    found = []
    for path in sorted([*(ROOT / "irad").rglob("*.py"), *(ROOT / "passes").rglob("*.py")]):
        name = path.relative_to(ROOT).as_posix()
        if name not in FORMATS:
            found += [(f"{name}:{line}", parts) for line, parts in messages(ast.parse(path.read_text(encoding="utf-8"))) if parts]
    return found


def windows(text: str) -> set[str]:
    return {text[k:k + SHARED] for k in range(len(text) - SHARED + 1)}


@pytest.fixture(scope="module")
def read() -> set[str]:
    """All that is long enough in the strings of the tests, without the backslashes of regular expressions."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        if path != Path(__file__):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                    found |= windows(re.sub(r"\\(.)", r"\1", node.value))
    return found


SOURCES = sources()
COMMON = Counter(window for _, parts in SOURCES for window in set().union(*map(windows, parts)))


@pytest.mark.parametrize(("place", "parts"), SOURCES, ids=lambda value: value if isinstance(value, str) else "")
def test_some_test_reads_the_message(place: str, parts: list[str], read: set[str]) -> None:
    own = {window for part in parts for window in windows(part) if COMMON[window] == 1}
    assert not own.isdisjoint(read), f"{place}: no test reads {'…'.join(parts)!r}"
