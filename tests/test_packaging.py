"""Wheel and sdist hold both packages, and the wheel imports without the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = (ROOT / "irad", ROOT / "passes" / "irad_passes")
MODULES = {path.relative_to(package.parent).as_posix() for package in PACKAGES for path in package.rglob("*.py")}


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel, built from the sdist as installers do, and the sdist; from a copy, for a build writes into its source."""
    folder = tmp_path_factory.mktemp("packaging")
    source = folder / "source"
    source.mkdir()
    for name in ("irad", "passes"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source], check=True, capture_output=True)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def test_wheel_holds_all_modules(distributions: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(distributions[0]).namelist())
    assert {name for name in names if name.endswith(".py")} == MODULES
    assert {"irad/py.typed", "irad_passes/py.typed"} <= names
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"irad", "irad_passes"}


def test_sdist_holds_all_modules(distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[1]) as archive:
        names = {name.split("/", 1)[1].removeprefix("passes/") for name in archive.getnames() if name.endswith(".py")}
    assert names >= MODULES


def test_wheel_imports(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", tmp_path, distributions[0]], check=True)
    code = """import sys; sys.path.insert(0, sys.argv[1])
import irad, irad_passes.pipeline
print(irad.gradient.__name__, irad.__file__, irad_passes.pipeline.__file__)"""
    done = subprocess.run([sys.executable, "-I", "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    name, *files = done.stdout.split()
    assert name == "gradient"
    assert all(Path(file).is_relative_to(tmp_path) for file in files)
