"""The documentation as a site: it builds without a warning, fetches nothing, and its reference holds everything public."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import irad
from pages import ROOT

needs_mkdocs = pytest.mark.skipif(importlib.util.find_spec("mkdocs") is None, reason="needs mkdocs: pip install '.[docs]'")
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*", re.IGNORECASE)
IMPORTED = re.compile(r"(?:@import\s+|url\()[\"']?(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@needs_mkdocs
def test_nothing_is_fetched(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 10
    assert [match for page in pages for match in FETCHED.findall(page.read_text(encoding="utf-8"))] == []
    styled = [*site.rglob("*.css"), *site.rglob("*.svg")]
    assert [path.name for path in styled if IMPORTED.search(path.read_text(encoding="utf-8"))] == []


@needs_mkdocs
def test_what_is_public_is_in_the_built_reference(site: Path) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in (site / "reference").rglob("*.html"))
    names = [*public(), *(f"errors.{name}" for name in vars(irad.errors) if name.endswith("Error"))]
    assert [name for name in names if not re.search(rf'id="irad\.(\w+\.)?{re.escape(name)}"', text)] == []


def test_what_is_public_is_in_the_reference() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
    assert [name for name in public() if not re.search(rf"^::: irad\.(\w+\.)?{name}$", text, re.MULTILINE)] == []


def public() -> list[str]:
    """Names that are exported, aliases by their first name."""
    objects = {name: getattr(irad, name) for name in irad.__all__}
    return [name for name, value in objects.items() if value is not irad.errors and getattr(value, "__name__", name) == name]


def test_the_picture_of_a_terminal_can_be_remade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("make_pictures", ROOT / "docs" / "pictures" / "make.py")
    assert spec is not None and spec.loader is not None
    pictures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pictures)
    monkeypatch.setattr(pictures, "HERE", tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (ROOT, ROOT / "passes"))))
    pictures.terminal()
    drawn = (tmp_path / "terminal.svg").read_text(encoding="utf-8")
    assert "log_sum_exp&#160;(mixture.py)" in drawn and "@font-face" not in drawn
    assert (ROOT / "docs" / "pictures" / "notebook.png").read_bytes().startswith(b"\x89PNG")
