"""Control-flow graph, dominators and abort blocks, against definitions that need no algorithm."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import pairwise

import pytest

from irad_passes.analysis.cfg import Cfg, DominatorTree, abort_blocks, cfg, dominators, post_dominators
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Block, Function, const


def graph(edges: dict[str, str], returns: dict[str, int] | None = None) -> tuple[Function, dict[str, Block]]:
    """A function whose block ``a`` branches to the blocks named in ``edges["a"]``; one without targets returns 0."""
    condition = Argument(T.I32, "choice")
    function = Function("f", T.function(T.I32, (T.I32,)), [condition])
    blocks = {name: function.add_block(name) for name in edges}
    for name, targets in edges.items():
        b = Builder(blocks[name])
        if not targets:
            b.unreachable() if returns and name not in returns else b.ret(const(T.I32, (returns or {}).get(name, 0)))
        else:
            b.switch(condition, blocks[targets[0]], [(i, blocks[t]) for i, t in enumerate(targets[1:])])
    return function, blocks


def names(blocks: Iterable[Block]) -> str:
    return "".join(sorted(b.name for b in blocks))


def reachable(start: Block, edges: dict[Block, list[Block]], without: Block | None = None) -> set[Block]:
    seen: set[Block] = set()
    work = [start]
    while work:
        block = work.pop()
        if block not in seen and block is not without:
            seen.add(block)
            work.extend(edges[block])
    return seen


def random_graph(seed: int) -> tuple[Function, Cfg]:
    rng = random.Random(seed)
    labels = "abcdefghij"[: rng.randint(2, 10)]
    function, _ = graph({a: "".join(rng.choices(labels[1:], k=rng.randint(0, 3))) for a in labels})
    return function, cfg(function)


def test_neighbours_are_unique_and_in_terminator_order() -> None:
    function, b = graph({"a": "cbcb", "b": "d", "c": "d", "d": "", "x": "d"})
    g = cfg(function)
    assert g.successors[b["a"]] == [b["c"], b["b"]]
    assert names(g.predecessors[b["d"]]) == "bc"
    assert g.order[0] is b["a"] and g.order[-1] is b["d"] and b["x"] not in g.order


def test_without_drops_blocks_and_edges() -> None:
    function, b = graph({"a": "bc", "b": "d", "c": "d", "d": ""})
    g = cfg(function, frozenset({b["b"]}))
    assert names(g.order) == "acd" and g.successors[b["a"]] == [b["c"]] and g.predecessors[b["d"]] == [b["c"]]


@pytest.mark.parametrize("seed", range(60))
def test_dominance_is_being_on_every_path(seed: int) -> None:
    _, g = random_graph(seed)
    tree = dominators(g)
    for a in g.order:
        cut = reachable(g.entry, g.successors, without=a)
        assert {x for x in g.order if tree.dominates(a, x)} == set(g.order) - cut
    check_tree(tree)


@pytest.mark.parametrize("seed", range(60))
def test_post_dominance_is_being_on_every_path_to_the_exit(seed: int) -> None:
    _, g = random_graph(seed)
    for exit in (x for x in g.order if not g.successors[x]):
        tree = post_dominators(g, exit)
        ends = reachable(exit, g.predecessors)
        assert tree.unreachable == set(g.order) - ends
        for a in ends:
            cut = reachable(exit, g.predecessors, without=a)
            assert {x for x in g.order if tree.dominates(a, x)} == ends - cut
        check_tree(tree)


def check_tree(tree: DominatorTree) -> None:
    """idom, children, depth and common agree with dominates."""
    for block, parent in tree.idom.items():
        above = {x for x in tree.idom if tree.dominates(x, block)}
        assert tree.depth[block] == len(above) - 1
        assert (parent is None) == (block is tree.root)
        if parent is not None:
            assert block in tree.children[parent] and parent in above
        for other in tree.idom:
            both = [x for x in above if tree.dominates(x, other)]
            assert tree.common(block, other) is max(both, key=tree.depth.__getitem__)


def test_a_long_chain_needs_no_recursion() -> None:
    condition = Argument(T.I1, "c")
    function = Function("f", T.function(T.VOID, (T.I1,)), [condition])
    blocks = [function.add_block("b") for _ in range(5000)]
    for block, target in pairwise(blocks):
        Builder(block).br(target)
    Builder(blocks[-1]).ret()
    tree = dominators(cfg(function))
    assert tree.depth[blocks[-1]] == 4999 and tree.dominates(blocks[7], blocks[4000])


@pytest.mark.parametrize(("returns", "aborts"), [({"d": 0, "e": 1}, "be"), ({"d": -2, "e": -1}, "be"), ({"d": 0}, "be"),
                                                 ({"d": 0, "e": 0}, ""), ({"d": 1, "e": 1}, "abcde")])
def test_abort_blocks_of_a_status(returns: dict[str, int], aborts: str) -> None:
    function, _ = graph({"a": "bc", "b": "e", "c": "de", "d": "", "e": ""}, returns)
    assert names(abort_blocks(function, status=True)) == aborts


def test_without_a_status_every_return_is_normal() -> None:
    function, _ = graph({"a": "bcd", "b": "", "c": "", "d": ""}, {"b": 1, "c": 0})
    assert names(abort_blocks(function, status=False)) == "d"


def test_a_cycle_that_never_returns_is_an_abort() -> None:
    function, _ = graph({"a": "bcx", "b": "c", "c": "be", "e": "", "x": ""}, {"e": 1, "x": 0})
    assert names(abort_blocks(function, status=True)) == "bce"
