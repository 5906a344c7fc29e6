"""Small functions from text, with their values by name and what the analyses start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from irad_passes.analysis.cfg import abort_blocks, cfg, dominators
from irad_passes.analysis.loops import Loop, loop_forest
from irad_passes.analysis.memory import Memory, Objects, memory
from irad_passes.analysis.overwrites import Overwrites
from irad_passes.ir.model import Block, Instruction, Value
from irad_passes.rules.rule import Rule
from irad_passes.transforms.canonicalise import canonical_module


class Subject:
    """The function ``@f`` of a module."""

    def __init__(self, text: str, rules: Mapping[str, Rule] | None = None, status: bool = False) -> None:
        self.module = canonical_module(text, "f")
        self.function = self.module.functions["f"]
        self.rules: Mapping[str, Rule] = rules or {}
        self.aborting = abort_blocks(self.function, status)
        self.graph = cfg(self.function, self.aborting)
        self.tree = dominators(self.graph)
        self.forest = loop_forest(self.graph, self.tree)

    @cached_property
    def memory(self) -> Memory:
        return memory(self.function, self.rules)

    @cached_property
    def overwrites(self) -> Overwrites:
        return Overwrites(self.memory, self.graph, self.forest)

    @property
    def exit(self) -> Block:
        return next(b for b in self.graph.order if b.terminator.opcode == "ret")

    def __getitem__(self, name: str) -> Value:
        """The argument or instruction called ``name``."""
        return next(v for v in (*self.function.arguments, *self.function.instructions()) if v.name == name)

    def instruction(self, name: str) -> Instruction:
        found = self[name]
        assert isinstance(found, Instruction)
        return found

    def block(self, name: str) -> Block:
        return next(b for b in self.function.blocks if b.name == name)

    def loop(self, header: str) -> Loop:
        return next(loop for loop in self.forest.loops if loop.header.name == header)

    def pointees(self, name: str) -> set[str]:
        return described(self.memory.of(self[name]))


def described(objects: Objects) -> set[str]:
    """Objects as ``kind site``: {"argument %x", "unknown"}."""
    return {f"{o.kind} {o.site.ref if o.site is not None else ''}".strip() for o in objects}


def names(values: Iterable[Value]) -> set[str]:
    return {v.name for v in values}
