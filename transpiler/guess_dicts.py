"""Parameters that are indexed by strings: dicts, whose items are guessed like parameters."""

from __future__ import annotations

import ast
from typing import TypeVar

Tree = TypeVar("Tree", bound=ast.AST)


class Items(ast.NodeTransformer):
    """Puts a name in the place of each ``params["w"]``.

    ``keys``: the keys that each name was indexed by, in the order of the text.
    """

    def __init__(self) -> None:
        self.keys: dict[str, list[str]] = {}

    def named(self, tree: Tree) -> Tree:
        """The tree with names for items."""
        made: Tree = self.visit(tree)
        return made

    def add(self, name: str, key: str) -> str:
        """The name of an item, which is noted."""
        known = self.keys.setdefault(name, [])
        if key not in known:
            known.append(key)
        return item_name(name, key)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """An item, or what else is indexed."""
        self.generic_visit(node)
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                return ast.copy_location(ast.Name(self.add(name, key), node.ctx), node)
        return node


def is_item(node: ast.Subscript) -> bool:
    """Whether something is indexed by a string."""
    return isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)


def item_name(name: str, key: str) -> str:
    """What an item is called here: as no program calls anything, and beginning like the key."""
    return f"{key} of {name}"
