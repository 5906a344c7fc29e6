"""The Python in the documentation runs, and its links lead somewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import float64, jit, njit, objmode, prange
from numba.experimental import jitclass

import irad
from irad.errors import ArgumentTypeError, IradError, OutputTypeError, UnsupportedError
from pages import ROOT, broken_links, run_blocks

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])
WITH_CODE = [page for page in PAGES if "```py" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_python_runs(page: Path) -> None:
    assert run_blocks(page) > 0


def test_pages_are_listed() -> None:
    """Every page is in the site's navigation, and every decision where they are gathered."""
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    docs = ROOT / "docs"
    assert [page.name for page in docs.rglob("*.md") if f": {page.relative_to(docs).as_posix()}\n" not in navigation] == []
    gathered = (docs / "how-it-works.md").read_text(encoding="utf-8")
    assert [page.name for page in (docs / "decisions").glob("*.md") if f"(decisions/{page.name})" not in gathered] == []


def test_a_wrong_page_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 2\n```\n[there](none.md)\n```pycon\n>>> x + 1\n4\n```\n", encoding="utf-8")
    assert broken_links(page) == ["none.md"]
    with pytest.raises(AssertionError, match="Expected:\n    4\nGot:\n    3"):
        run_blocks(page)


# ---- docs/differentiable.md: what stands under "Not yet" is an error, what stands beside it is not


@njit
def from_a_list(values: Any) -> Any:
    return values[0]


@njit
def in_a_dict(x: Any) -> Any:
    values = {"one": 2.0 * x}
    return values["one"]


@jitclass([("value", float64)])
class Box:
    def __init__(self, value: float) -> None:
        self.value = value


@njit
def from_an_object(box: Any) -> Any:
    return box.value


@njit
def through_python(x: Any) -> Any:
    with objmode(y="float64"):
        y = float(x)
    return y * x


BASE = np.arange(5.0)


@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        (njit(lambda x: np.linalg.eigh(x)[0].sum()), (np.eye(2),), IradError),
        (njit(lambda x: np.linalg.svd(x)[1].sum()), (np.eye(2),), IradError),
        (njit(lambda x: x[0]), (np.zeros(2, dtype=[("a", "f8")]),), OutputTypeError),
        (from_a_list, ([2.0],), ArgumentTypeError),
        (in_a_dict, (2.0,), IradError),
        (from_an_object, (Box(2.0),), ArgumentTypeError),
        (through_python, (2.0,), UnsupportedError),
        (jit(forceobj=True)(lambda x: x), (2.0,), UnsupportedError),
    ],
)
def test_not_yet(function: Any, arguments: tuple[Any, ...], error: type[IradError]) -> None:
    with pytest.raises(error):
        irad.gradient(function)(*arguments)


@njit(parallel=True)
def parallel_sum_of_squares(x: Any) -> float:
    total = 0.0
    for i in prange(len(x)):
        total += x[i] ** 2
    return total


def test_parallel_on_one_thread() -> None:
    np.testing.assert_array_equal(irad.gradient(parallel_sum_of_squares)(BASE), 2.0 * BASE)
