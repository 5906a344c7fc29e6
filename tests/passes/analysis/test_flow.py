"""Minimum cuts, against all subsets of small graphs."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import chain, combinations
from math import inf
from typing import Literal

import pytest

from irad_passes.analysis.flow import minimum_cut

Edge = tuple[int, int]


def separates(cut: set[int], edges: list[Edge], sources: list[int], sinks: list[int]) -> bool:
    """Whether no path from a source to a sink avoids ``cut``."""
    seen = set(sources) - cut
    work = list(seen)
    while work:
        node = work.pop()
        for a, b in edges:
            if a == node and b not in seen and b not in cut:
                seen.add(b)
                work.append(b)
    return not seen & set(sinks)


def subsets(nodes: Iterable[int]) -> Iterable[tuple[int, ...]]:
    nodes = list(nodes)
    return chain.from_iterable(combinations(nodes, size) for size in range(len(nodes) + 1))


def upstream(cut: set[int], edges: list[Edge], sources: list[int]) -> set[int]:
    """Nodes that a source reaches without passing the cut."""
    seen = set(sources) - cut
    while more := {b for a, b in edges if a in seen and b not in seen and b not in cut}:
        seen |= more
    return seen


@pytest.mark.parametrize("seed", range(150))
def test_the_cut_is_a_cheapest_one(seed: int) -> None:
    rng = random.Random(seed)
    count = rng.randint(1, 9)
    nodes = list(range(count))
    edges = [(rng.randrange(count), rng.randrange(count)) for _ in range(rng.randint(0, 2 * count))]
    if rng.random() < 0.7:
        edges = [(min(e), max(e)) for e in edges]
    sources, sinks = (rng.sample(nodes, rng.randint(1, min(3, count))) for _ in range(2))
    weights = {node: rng.choice([1, 2, 3, 8, 8.5, inf]) for node in nodes}

    cheapest = min(sum(weights[n] for n in s) for s in subsets(nodes) if separates(set(s), edges, sources, sinks))
    if cheapest == inf:
        with pytest.raises(ValueError, match="no cut"):
            minimum_cut(nodes, edges, sources, sinks, weights)
        return
    best = [set(s) for s in subsets(nodes) if sum(weights[n] for n in s) == cheapest and separates(set(s), edges, sources, sinks)]
    sides: tuple[Literal["source", "sink"], ...] = ("source", "sink")
    near_source, near_sink = (minimum_cut(nodes, edges, sources, sinks, weights, near=side) for side in sides)
    assert near_source in best and near_sink in best
    # No cheapest cut lies nearer to that side than the one that is returned.
    assert all(upstream(near_source, edges, sources) <= upstream(cut, edges, sources) for cut in best)
    assert all(len(upstream(near_sink, edges, sources)) >= len(upstream(cut, edges, sources)) for cut in best)
    assert set(sources) & set(sinks) <= near_source & near_sink


def test_ties_go_to_the_side_that_is_asked_for() -> None:
    edges = [("a", "b"), ("b", "c")]
    assert minimum_cut("abc", edges, "a", "c", dict.fromkeys("abc", 8), near="source") == {"a"}
    assert minimum_cut("abc", edges, "a", "c", dict.fromkeys("abc", 8)) == {"c"}
    assert minimum_cut("abc", edges, "a", "c", {"a": 8, "b": 4, "c": 8}) == {"b"}


def test_what_is_on_no_path_is_not_cut() -> None:
    assert minimum_cut("abcd", [("a", "b"), ("a", "c"), ("d", "b")], "a", "b", {"a": 1, "b": 1, "c": 0, "d": 0}) == {"b"}
    assert minimum_cut("ab", [], "a", "b", {"a": 1, "b": 1}) == set()


def test_a_graph_of_five_thousand_nodes() -> None:
    """Layers of 50 nodes, one of which is cheap."""
    rng = random.Random(0)
    width, layers = 50, 100
    nodes = range(width * layers)
    edges = [(n, (n // width + 1) * width + rng.randrange(width)) for n in nodes if n < width * (layers - 1) for _ in range(3)]
    cheap = set(range(60 * width, 61 * width))
    weights = {n: 1 if n in cheap else 1000 for n in nodes}
    cut = minimum_cut(nodes, edges, range(width), range(width * (layers - 1), width * layers), weights)
    assert cut and cut <= cheap
    assert separates(cut, edges, list(range(width)), list(range(width * (layers - 1), width * layers)))


def test_a_long_chain_needs_no_recursion() -> None:
    count = 5000
    edges = [(n, n + 1) for n in range(count - 1)]
    assert minimum_cut(range(count), edges, [0], [count - 1], {n: 1 if n == 1234 else 2 for n in range(count)}) == {1234}
