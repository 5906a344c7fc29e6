"""The check that a module survives reading and writing, on the model and in LLVM's eyes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from llvmlite import binding

from irad_passes.ir.model import Constant, Module, Value
from irad_passes.ir.read import read
from irad_passes.ir.verify import verify
from irad_passes.ir.write import write


def canonical(text: str) -> list[str]:
    """What LLVM prints for ``text``, without what naming and reordering change."""
    with binding.parse_assembly(text, binding.create_context()) as module:
        module.name = "m"
        lines = str(module)
    lines = re.sub(r"%v?\d+\b\.*", "%N", lines)
    lines = re.sub(r"^v?\d+\.*:.*\n|^; .*\n| *; preds =.*", "", lines, flags=re.MULTILINE)
    return sorted(lines.splitlines())


def describe(module: Module) -> list[object]:
    """All of a module as plain data, to compare two."""
    def value(v: Value) -> object:
        return (v.type, v.ref, None if isinstance(v, Constant) else sorted((u.name, u.opcode) for u in v.users))

    described: list[object] = [module.header, module.globals, module.trailer, module.named_types]
    for f in module.functions.values():
        described.append((f.name, f.type, f.prefix, f.suffix, [(value(a), a.attributes) for a in f.arguments]))
        for block in f.blocks:
            described.append(block.name)
            described += [(value(i), i.opcode, i.flags, i.suffix, [value(o) for o in i.operands], [b.name for b in i.blocks],
                           {k: x.ref if isinstance(x, Value) else x for k, x in i.extra.items()}) for i in block.instructions]
    return described


@pytest.fixture
def check_round_trip() -> Callable[[str], None]:
    return _check


def _check(text: str) -> None:
    module = read(text)
    verify(module)
    written = write(module)
    again = read(written)
    assert describe(again) == describe(module)
    assert write(again) == written
    assert canonical(written) == canonical(text)
