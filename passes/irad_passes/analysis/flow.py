"""Minimum vertex cuts: which values to keep so that everything that is needed can be computed from them.

The graph knows nothing of IR: `analysis.recompute` builds it. Dinic's algorithm on split nodes, without recursion.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from math import inf
from typing import Literal, TypeVar

Node = TypeVar("Node", bound=Hashable)


def minimum_cut(nodes: Iterable[Node], edges: Iterable[tuple[Node, Node]], sources: Iterable[Node], sinks: Iterable[Node],
                capacity: Mapping[Node, float], near: Literal["source", "sink"] = "sink") -> set[Node]:
    """The cheapest set of nodes that every path from a source to a sink goes through.

    Parameters
    ----------
    nodes
        All nodes.
    edges
        (from, to). An edge itself is never cut.
    sources, sinks
        Ends of the paths; they may be cut, and a node that is both always is.
    capacity
        Cost of a node, at least 0; ``math.inf`` where it must not be cut.
    near
        Among several cheapest sets, take the one nearest to the sources or to the sinks.

    Returns
    -------
    set
        The nodes of the cut.

    Raises
    ------
    ValueError
        Where some path has only nodes that must not be cut.

    References
    ----------
    E. A. Dinic, Algorithm for solution of a problem of maximum flow in networks with power estimation, 1970.
    """
    arcs = list(edges)
    starts: set[Node] = set(sources)
    ends: set[Node] = set(sinks)
    forward: set[Node] = _reachable(starts, arcs)
    backward: set[Node] = _reachable(ends, [(b, a) for a, b in arcs])
    names = [node for node in nodes if node in forward and node in backward]
    number = {node: index for index, node in enumerate(names)}
    network = _Network(2 * len(names) + 2)
    source, sink = 2 * len(names), 2 * len(names) + 1
    for index, node in enumerate(names):
        network.add(2 * index, 2 * index + 1, capacity[node])
    for a, b in arcs:
        if a in number and b in number:
            network.add(2 * number[a] + 1, 2 * number[b], inf)
    for node, index in number.items():
        if node in starts:
            network.add(source, 2 * index, inf)
        if node in ends:
            network.add(2 * index + 1, sink, inf)
    network.saturate(source, sink)
    reached = network.reached_from(source) if near == "source" else network.not_reaching(sink)
    return {node for index, node in enumerate(names) if reached[2 * index] and not reached[2 * index + 1]}


def _reachable(start: set[Node], edges: list[tuple[Node, Node]]) -> set[Node]:
    """The nodes to which a path leads."""
    targets: dict[Node, list[Node]] = {}
    for a, b in edges:
        targets.setdefault(a, []).append(b)
    seen, work = set(start), list(start)
    while work:
        fresh = [node for node in targets.get(work.pop(), ()) if node not in seen]
        seen.update(fresh)
        work += fresh
    return seen


class _Network:
    """Arcs in pairs: arc ``i`` and its reverse ``i ^ 1``, with what each can still carry in ``rest``."""

    def __init__(self, size: int) -> None:
        self.arcs: list[list[int]] = [[] for _ in range(size)]
        self.head: list[int] = []
        self.rest: list[float] = []

    def add(self, a: int, b: int, capacity: float) -> None:
        self.arcs[a].append(len(self.head))
        self.arcs[b].append(len(self.head) + 1)
        self.head += [b, a]
        self.rest += [capacity, 0]

    def saturate(self, source: int, sink: int) -> None:
        """Send as much as goes from ``source`` to ``sink``, along shortest paths first."""
        while (level := self._levels(source))[sink] >= 0:
            self._block(source, sink, level)

    def reached_from(self, source: int) -> list[bool]:
        """Which vertices can still be sent something."""
        return [level >= 0 for level in self._levels(source)]

    def not_reaching(self, sink: int) -> list[bool]:
        """Which vertices can send nothing more to ``sink``."""
        result = [True] * len(self.arcs)
        result[sink] = False
        work = [sink]
        while work:
            for arc in self.arcs[work.pop()]:
                vertex = self.head[arc]
                if result[vertex] and self.rest[arc ^ 1] > 0:
                    result[vertex] = False
                    work.append(vertex)
        return result

    def _levels(self, source: int) -> list[int]:
        """Distance from ``source`` along arcs with rest; -1 where there is no way."""
        level = [-1] * len(self.arcs)
        level[source] = 0
        queue = [source]
        for vertex in queue:
            for arc in self.arcs[vertex]:
                target = self.head[arc]
                if level[target] < 0 and self.rest[arc] > 0:
                    level[target] = level[vertex] + 1
                    queue.append(target)
        return level

    def _block(self, source: int, sink: int, level: list[int]) -> None:
        """Send flow along arcs that go one level up, until each such path has a full arc."""
        head, rest = self.head, self.rest
        remaining = [iter(arcs) for arcs in self.arcs]
        path: list[int] = []
        vertex = source
        while True:
            if vertex == sink:
                amount = min(rest[arc] for arc in path)
                if amount == inf:
                    raise ValueError("no cut: a path from a source to a sink has only nodes that must not be cut")
                for arc in path:
                    rest[arc] -= amount
                    rest[arc ^ 1] += amount
                # Go back to the tail of the first arc that is full; it is not tried again.
                full = next(index for index, arc in enumerate(path) if rest[arc] <= 0)
                vertex = head[path[full] ^ 1]
                del path[full:]
                continue
            for arc in remaining[vertex]:
                if rest[arc] > 0 and level[head[arc]] == level[vertex] + 1:
                    path.append(arc)
                    vertex = head[arc]
                    break
            else:
                if not path:
                    return
                vertex = head[path.pop() ^ 1]
