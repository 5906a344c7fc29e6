"""The Python in the documentation runs, and its links lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages import ROOT, broken_links, run_blocks

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])
WITH_CODE = [page for page in PAGES if "```py" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_python_runs(page: Path) -> None:
    assert run_blocks(page) > 0


def test_decisions_are_listed() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in (ROOT / "docs" / "decisions").glob("*.md") if page.name not in index] == []


def test_a_wrong_page_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 2\n```\n[there](none.md)\n```pycon\n>>> x + 1\n4\n```\n", encoding="utf-8")
    assert broken_links(page) == ["none.md"]
    with pytest.raises(AssertionError, match="Expected:\n    4\nGot:\n    3"):
        run_blocks(page)
