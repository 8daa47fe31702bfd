"""Loops of a random program that run over generators instead of what they ran over."""

from __future__ import annotations

import ast
import random

HELPERS = """
def handed_on(items):
    yield from items


def numbered(items):
    count = 0
    for item in items:
        if count > 9:
            return
        yield item
        count += 1


def in_pieces(items):
    def inner(rest):
        for item in rest:
            yield item

    for item in inner(items):
        if count_of(item):
            yield item


def count_of(item):
    return True

"""
_NAMES = ("handed_on", "numbered", "in_pieces")


def through_generators(tree: ast.Module, seed: str) -> ast.Module:
    """The program with some of its ``for`` loops over generators, in one of four programs."""
    draw = random.Random(f"generators {seed}")
    if draw.random() > 0.25:
        return tree
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and draw.random() < 0.6:
            name = ast.Name(draw.choice(_NAMES), ast.Load())
            node.iter = ast.Call(name, [node.iter], [])
    place = next(k for k, part in enumerate(tree.body) if not isinstance(part, ast.Import))
    tree.body[place:place] = ast.parse(HELPERS).body
    return ast.fix_missing_locations(tree)
