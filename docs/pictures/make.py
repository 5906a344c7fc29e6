"""Remake the pictures of `irad.explain`, from what it really shows: python docs/pictures/make.py, with irad[demo] and Chromium.

terminal.svg is what ``python -m irad … --explain`` prints; notebook.png is ``_repr_html_`` as Chromium shows it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

import numpy as np
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

import irad
from irad.demo.mixture import negative_log_likelihood

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WIDTH = 122
COMMAND = ("irad/demo/mixture.py:negative_log_likelihood", "--at", "(np.zeros(47), np.zeros((150, 4)), 3)", "--explain")
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
PAGE = """<!doctype html><meta charset="utf-8"><body style="margin: 16px; width: max-content; font: 13px system-ui, sans-serif">{}"""


def terminal() -> None:
    """Run the command as in a terminal, and draw what it prints."""
    colours = {**os.environ, "FORCE_COLOR": "1", "COLORTERM": "truecolor", "COLUMNS": str(WIDTH)}
    run = subprocess.run([sys.executable, "-m", "irad", *COMMAND], cwd=ROOT, env=colours, stdout=subprocess.PIPE, text=True, check=True)
    console = Console(record=True, width=WIDTH, file=StringIO())
    shown = " ".join(f"'{word}'" if " " in word else word for word in COMMAND)
    console.print(Text(f"$ python -m irad {shown}"), Text(), Text.from_ansi(run.stdout), sep="\n", soft_wrap=True)
    # rich's own format fetches its font from elsewhere; the reader's will do.
    drawing = re.sub(r"@font-face {{.*?}}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace("Fira Code, monospace", FONT)
    svg = console.export_svg(title="irad.explain", code_format=drawing, unique_id="explain")
    (HERE / "terminal.svg").write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")


def notebook() -> None:
    """Draw what a notebook shows."""
    explanation = irad.explain(negative_log_likelihood, (np.zeros(47), np.zeros((150, 4)), 3))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("notebook.png needs Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(PAGE.format(explanation._repr_html_()), encoding="utf-8")
        lines = sum(len(listing.lines) + 2 for listing in explanation.listings) + len(explanation.footer)
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size=1040,{int(17.6 * lines) + 40}"]
        subprocess.run([chromium, *options, f"--screenshot={HERE / 'notebook.png'}", page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    terminal()
    notebook()
