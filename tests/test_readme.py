"""The README's Python runs, its links lead somewhere, and its commands are those that exist."""

from __future__ import annotations

import os
import re

import irad
from pages import ROOT, broken_links, run_blocks

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_python_runs() -> None:
    assert run_blocks(README) == 2


def test_links() -> None:
    assert broken_links(README) == []


def test_commands() -> None:
    commands = re.findall(r"^    (\S.*)$", TEXT.replace(TEXT[: TEXT.index("## Try it")], ""), re.MULTILINE)
    assert commands == ['python3 -m venv .venv && .venv/bin/pip install -q ".[demo]" && .venv/bin/python -m irad', "bash .ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_operators_exist() -> None:
    names = re.findall(r"`irad\.(\w+)\(", TEXT)
    assert len(names) >= 6
    assert [name for name in names if not hasattr(irad, name)] == []
