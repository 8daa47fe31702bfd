"""Nested tuples and their leaves."""

from __future__ import annotations

import pytest

from adgen.runtime.trees import LEAF, build, count, flattener, leaves, paths, structure_of

VALUES = [1.0, (1, 2), (1, (2, (3,)), 4), ()]


@pytest.mark.parametrize("value", VALUES)
def test_there_and_back(value):
    tree = structure_of(value)
    flat = list(leaves(value))
    assert count(tree) == len(flat)
    assert build(tree, flat) == value


@pytest.mark.parametrize("value", VALUES)
def test_flattener_follows_paths(value):
    args = (value, 5)
    assert flattener(list(paths(structure_of(args))))(args) == tuple(leaves(args))


def test_paths():
    assert list(paths((LEAF, (LEAF, LEAF)))) == ["[0]", "[1][0]", "[1][1]"]
