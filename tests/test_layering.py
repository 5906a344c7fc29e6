"""Imports point downward only, and the engine knows LLVM alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for folder in ("irad", "passes/irad_passes") for path in (ROOT / folder).rglob("*.py"))

# Top to bottom. A module may import from its own row and from rows below. The longest prefix of a module's name that stands here is its
# place; a module that has none fails the test: give it one.
LAYERS = (
    ("irad.__main__", "irad.demo"),
    ("irad",),  # the curated __init__
    ("irad.implicit", "irad.overloads"),
    ("irad.custom",),
    ("irad.check", "irad.explanation", "irad.listing"),
    ("irad.complex_step",),
    ("irad.autodiff", "irad.operators"),
    ("irad.forms",),
    ("irad.derivative",),
    ("irad.argnums",),
    ("irad.numba_",),
    ("irad.errors",),
    ("irad_passes.__main__",),
    ("irad_passes.report",),
    ("irad_passes", "irad_passes.pipeline"),
    ("irad_passes.transforms",),
    ("irad_passes.analysis",),
    ("irad_passes.request",),
    ("irad_passes.rules",),
    ("irad_passes.collector", "irad_passes.errors", "irad_passes.ir"),
)
PLACE = {name: row for row, names in enumerate(LAYERS) for name in names}
ENGINE_MAY_IMPORT = {"irad_passes", "llvmlite"} | set(sys.stdlib_module_names)


def module_name(path: Path) -> str:
    """The dotted name that ``path`` is imported under."""
    relative = path.relative_to(ROOT)
    parts = list(relative.with_suffix("").parts)
    if parts[0] == "passes":
        parts = parts[1:]
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def row(name: str) -> int | None:
    """The layer of a module; None if it is not ours or has no place."""
    parts = name.split(".")
    if parts[0] in ("irad", "irad_passes") and len(parts) > 1 and ".".join(parts[:2]) not in PLACE:
        return None
    while parts:
        if (place := PLACE.get(".".join(parts))) is not None:
            return place
        parts.pop()
    return None


def runtime_imports(source: str, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Line and absolute name of what ``source`` imports when it runs; imports under TYPE_CHECKING are for the type checker only."""
    pending: list[ast.AST] = [ast.parse(source)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                package = package[: len(package) - node.level + 1]
                base = ".".join([*package, base] if base else package)
            for alias in node.names:
                submodule = f"{base}.{alias.name}"
                yield node.lineno, submodule if is_module(submodule) else base
        pending.extend(ast.iter_child_nodes(node))


def is_module(name: str) -> bool:
    """Whether ``name`` is one of our own modules (``from package import module``)."""
    parts = name.split(".")
    base = ROOT / "passes" if parts[0] == "irad_passes" else ROOT
    return base.joinpath(*parts).with_suffix(".py").exists() or base.joinpath(*parts, "__init__.py").exists()


def imports_of(path: Path) -> list[tuple[int, str]]:
    """What the file imports at run time."""
    return list(runtime_imports(path.read_text(encoding="utf-8"), module_name(path), path.name == "__init__.py"))


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_downward(path: Path) -> None:
    module = module_name(path)
    here = row(module)
    assert here is not None, f"{module} has no place in LAYERS"
    for line, name in imports_of(path):
        if name.split(".")[0] in ("irad", "irad_passes"):
            there = row(name)
            assert there is not None, f"{path}:{line}: {name} has no place in LAYERS"
            assert there >= here, f"{path}:{line}: {module} imports {name}, which stands above it"


@pytest.mark.parametrize("path", [path for path in SOURCES if "irad_passes" in path.parts], ids=module_name)
def test_engine_knows_llvm_only(path: Path) -> None:
    for line, name in imports_of(path):
        assert name.split(".")[0] in ENGINE_MAY_IMPORT, f"{path}:{line}: irad_passes imports {name}"


@pytest.mark.parametrize(
    ("source", "module", "expected"),
    [
        ("import numba.core.types", "irad_passes.pipeline", ["numba.core.types"]),
        ("from irad_passes.ir import model", "irad_passes.pipeline", ["irad_passes.ir.model"]),
        ("from irad_passes.ir.model import Value", "irad_passes.pipeline", ["irad_passes.ir.model"]),
        ("from .ir.model import Value", "irad_passes.pipeline", ["irad_passes.ir.model"]),
        ("from ..ir import types", "irad_passes.analysis.cfg", ["irad_passes.ir.types"]),
        ("def f():\n    import numpy", "irad_passes.pipeline", ["numpy"]),
        ("if TYPE_CHECKING:\n    import numba\nelse:\n    import numpy", "irad_passes.pipeline", ["numpy"]),
    ],
)
def test_the_reading_of_imports(source: str, module: str, expected: list[str]) -> None:
    assert [name for _, name in runtime_imports(source, module, is_package=False)] == expected


def test_the_order_of_layers() -> None:
    assert row("irad.overloads") < row("irad.operators") < row("irad.numba_.capture") < row("irad_passes.ir.model")  # type: ignore[operator]
    assert row("irad_passes.surprise") is None
