"""The loop forest on small graphs, and against the definition of a natural loop on random ones."""

from __future__ import annotations

import random

import pytest

from irad_passes.analysis.cfg import Cfg, cfg, dominators
from irad_passes.analysis.loops import LoopForest, is_invariant, loop_forest
from irad_passes.errors import Unsupported
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Block, Function, Instruction, const


def forest(edges: dict[str, str], without: str = "") -> tuple[LoopForest, dict[str, Block], Cfg]:
    """Loops of a function whose block ``a`` branches to the blocks named in ``edges["a"]``."""
    choice = Argument(T.I32, "choice")
    function = Function("f", T.function(T.VOID, (T.I32,)), [choice])
    blocks = {name: function.add_block(name) for name in edges}
    for name, targets in edges.items():
        b = Builder(blocks[name])
        if targets:
            b.switch(choice, blocks[targets[0]], [(i, blocks[t]) for i, t in enumerate(targets[1:])])
        else:
            b.ret()
    g = cfg(function, frozenset(blocks[name] for name in without))
    return loop_forest(g, dominators(g)), blocks, g


def names(blocks: frozenset[Block]) -> str:
    return "".join(sorted(b.name for b in blocks))


def test_nested_and_sibling_loops() -> None:
    f, b, _ = forest({"a": "b", "b": "c", "c": "d", "d": "de", "e": "fg", "f": "f" + "g", "g": "bh", "h": ""})
    assert [loop.header.name for loop in f.loops] == ["b", "d", "f"]
    outer, first, second = f.loops
    assert (names(outer.blocks), names(first.blocks), names(second.blocks)) == ("bcdefg", "d", "f")
    assert outer.children == [first, second] and first.parent is second.parent is outer and f.top == [outer]
    assert (outer.depth, first.depth, f.depth(b["c"]), f.depth(b["f"]), f.depth(b["a"])) == (1, 2, 1, 2, 0)
    assert outer.preheader is b["a"] and first.preheader is b["c"] and second.preheader is None
    assert outer.latch is b["g"] and outer.exits == [(b["g"], b["h"])]
    assert first.exits == [(b["d"], b["e"])]
    assert f.loop_of(b["e"]) is outer and f.loop_of(b["h"]) is None
    assert f.contains(outer, b["f"]) and not f.contains(first, b["f"]) and f.contains(None, b["h"])
    assert f.around(b["d"]) == [outer, first]


def test_two_latches_and_two_exits() -> None:
    f, b, _ = forest({"a": "b", "b": "cx", "c": "bd", "d": "bx", "x": ""})
    (loop,) = f.loops
    assert loop.latch is None and loop.latches == [b["c"], b["d"]]
    assert loop.exits == [(b["b"], b["x"]), (b["d"], b["x"])]


def test_edges_to_aborts_are_no_exits() -> None:
    f, b, _ = forest({"a": "b", "b": "ce", "c": "bx", "e": "", "x": ""}, without="e")
    assert f.loops[0].exits == [(b["c"], b["x"])]


@pytest.mark.parametrize("edges", [{"a": "bc", "b": "c", "c": "bd", "d": ""},
                                   {"a": "b", "b": "cd", "c": "d", "d": "ce", "e": "bf", "f": ""}])
def test_irreducible_control_flow_is_refused(edges: dict[str, str]) -> None:
    with pytest.raises(Unsupported, match="irreducible") as error:
        forest(edges)
    assert error.value.instruction is not None


@pytest.mark.parametrize("seed", range(200))
def test_loops_are_the_natural_loops(seed: int) -> None:
    rng = random.Random(seed)
    labels = "abcdefgh"[: rng.randint(2, 8)]
    try:
        f, _, g = forest({a: "".join(rng.choices(labels[1:], k=rng.randint(0, 2))) for a in labels})
    except Unsupported:
        return
    tree = dominators(g)
    wanted: dict[Block, set[Block]] = {}
    for block in g.order:
        for header in g.successors[block]:
            if tree.dominates(header, block):
                wanted.setdefault(header, {header}).update(x for x in g.order if reaches(g, x, block, header))
    assert {loop.header: set(loop.blocks) for loop in f.loops} == wanted
    for loop in f.loops:
        around = [o for o in f.loops if loop.blocks < o.blocks]
        assert loop.depth == len(around) + 1 and loop.parent is min(around, key=lambda o: len(o.blocks), default=None)
        assert loop.exits == [(x, y) for x in g.order for y in g.successors[x] if x in loop.blocks and y not in loop.blocks]


def reaches(g: Cfg, start: Block, end: Block, avoid: Block) -> bool:
    """Whether ``end`` can be reached from ``start`` without touching ``avoid``."""
    seen, work = {avoid}, [start]
    while work:
        block = work.pop()
        if block not in seen:
            seen.add(block)
            work.extend(g.successors[block])
    return end in seen and end is not avoid


def test_invariance() -> None:
    f, b, _ = forest({"a": "b", "b": "bc", "c": ""})
    inside, outside = (Instruction("freeze", T.I32, [const(T.I32, 1)], name=n) for n in "xy")
    b["b"].insert(0, inside)
    b["a"].insert(0, outside)
    (loop,) = f.loops
    assert not is_invariant(inside, loop)
    assert all(is_invariant(v, loop) for v in (outside, const(T.I32, 3), b["a"].function.arguments[0]))
