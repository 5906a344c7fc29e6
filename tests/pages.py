"""Run the Python in a Markdown file: blocks marked ``python`` are executed, blocks marked ``pycon`` are compared with what they print."""

from __future__ import annotations

import doctest
import linecache
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(python|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)")


def run_blocks(path: Path) -> int:
    """Run the blocks of a file in order, in one namespace, and return how many there are; what differs is an AssertionError."""
    text = path.read_text(encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    blocks = list(BLOCK.finditer(text))
    for block in blocks:
        line = text.count("\n", 0, block.start(2))
        if block[1] == "python":
            # As many empty lines before it as there are in the file: a traceback then names the right line.
            source, name = "\n" * line + block[2], f"<{path.name}:{line + 1}>"
            linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
            exec(compile(source, name, "exec"), namespace)
        else:
            example = doctest.DocTestParser().get_doctest(block[2], namespace, path.name, str(path), line)
            output: list[str] = []
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            failed, _ = runner.run(example, out=output.append, clear_globs=False)
            assert not failed, "".join(output)
            namespace.update(example.globs)
    return len(blocks)


def broken_links(path: Path) -> list[str]:
    """Links of a file to files that do not exist."""
    links = LINK.findall(path.read_text(encoding="utf-8"))
    return [link for link in links if "://" not in link and not (path.parent / link).exists()]
