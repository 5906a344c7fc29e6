"""What passes make of small functions: the lines that matter, as CHECK lines in ``tests/golden/<pass>/<case>.ll``.

A file's ``; REQUEST:`` line says what is asked for: the mode, ``status`` where the function returns one, ``discard`` where nobody looks
at the memory behind its first parameter, the width, what may be approximate, and its parameters as ``python -m irad_passes
--parameters`` takes them. Folders with the name of one of `PASSES` stop behind that pass.
"""

from __future__ import annotations

import re
from pathlib import Path

import llvmlite.binding as llvm
import pytest
from filecheck.finput import FInput
from filecheck.matcher import Matcher
from filecheck.options import Options
from filecheck.parser import Parser

from irad_passes.__main__ import parameters_of
from irad_passes.ir.write import write
from irad_passes.pipeline import PASSES, Work, differentiate, lower
from irad_passes.request import Approximate, Mode, Request
from irad_passes.transforms.canonicalise import canonical_module

GOLDEN = Path(__file__).parents[2] / "golden"
REQUEST = re.compile(r"^; REQUEST: (forward|reverse)( status)?( discard)?(?: width=(\d+))?(?: approximate=(\w+))?(.*)$", re.MULTILINE)


def request_of(text: str) -> Request:
    match = REQUEST.search(text)
    assert match is not None, "no REQUEST line"
    mode, status, discard, width, approximate, parameters = match.groups()
    return Request("f", Mode(mode), parameters_of(parameters), "f.jvp" if mode == "forward" else "f.vjp", status is not None,
                   discarded=frozenset({0} if discard else ()), width=int(width or 1),
                   approximate=Approximate(approximate or "as given"))


def result(folder: str, text: str) -> str:
    """What becomes of ``text``."""
    if folder == "lower-tape":
        return lower(str(llvm.parse_assembly(text)))
    request = request_of(text)
    names = [step.name for step in PASSES]
    if folder not in names:
        return differentiate(text, request).text
    module = canonical_module(text, request.function)
    work = Work(module, module.functions[request.function], request)
    for step in PASSES[: names.index(folder) + 1]:
        step.run(work)
    return write(module)


@pytest.mark.parametrize("path", sorted(GOLDEN.rglob("*.ll")), ids=lambda path: str(path.relative_to(GOLDEN).with_suffix("")))
def test_golden(path: Path) -> None:
    text = result(path.parent.name, path.read_text(encoding="utf-8"))
    llvm.parse_assembly(text, llvm.create_context()).verify()
    options = Options(str(path), "-")
    assert Matcher(options, FInput(path.name, text), Parser.from_opts(options)).run() == 0, text
