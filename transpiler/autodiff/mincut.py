"""Minimum vertex cut: the cheapest set of values from which the needed ones can be recomputed."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
_Vertex = Hashable
_Edges = dict[_Vertex, dict[_Vertex, int]]
_INFINITE = 1 << 60
_SOURCE, _SINK = ("source",), ("sink",)


def minimum_cut(
    cost: Mapping[Node, int],
    edges: Iterable[tuple[Node, Node]],
    sources: Iterable[Node],
    sinks: Iterable[Node],
) -> set[Node]:
    """The vertex set of least total cost that separates sources from sinks.

    ``edges`` run from a value to what is computed from it.  Among equal cuts
    the one nearest to the sinks is returned (least recomputation).  By
    augmenting paths (Ford & Fulkerson 1956) of fewest edges (Edmonds & Karp 1972).
    """
    graph: _Edges = {}
    for node, price in cost.items():
        _edge(graph, (node, 0), (node, 1), price)
    for tail, head in edges:
        _edge(graph, (tail, 1), (head, 0), _INFINITE)
    for node in sources:
        _edge(graph, _SOURCE, (node, 0), _INFINITE)
    for node in sinks:
        _edge(graph, (node, 1), _SINK, _INFINITE)
    while True:
        parents = _reach(graph, _SOURCE, forward=True)
        if _SINK not in parents:
            break
        _augment(graph, parents)
    to_sink = _reach(graph, _SINK, forward=False)
    return {node for node in cost if (node, 1) in to_sink and (node, 0) not in to_sink}


def _edge(graph: _Edges, tail: _Vertex, head: _Vertex, capacity: int) -> None:
    graph.setdefault(tail, {})
    graph.setdefault(head, {}).setdefault(tail, 0)
    graph[tail][head] = graph[tail].get(head, 0) + capacity


def _reach(graph: _Edges, start: _Vertex, forward: bool) -> dict[_Vertex, _Vertex]:
    """Nodes joined to ``start`` by residual capacity, each with the node it was reached from."""
    parents: dict[_Vertex, _Vertex] = {start: start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other, capacity in graph.get(node, {}).items():
            left = capacity if forward else graph[other].get(node, 0)
            if left > 0 and other not in parents:
                parents[other] = node
                queue.append(other)
    return parents


def _augment(graph: _Edges, parents: dict[_Vertex, _Vertex]) -> None:
    path: list[_Vertex] = [_SINK]
    while path[-1] != _SOURCE:
        path.append(parents[path[-1]])
    steps = list(zip(path[1:], path[:-1], strict=True))
    flow = min(graph[tail][head] for tail, head in steps)
    for tail, head in steps:
        graph[tail][head] -= flow
        graph[head][tail] += flow
