"""Containers of the caller that a function changes: checked before the call, updated after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from adgen.transpiler.errors import AliasedMutation
from adgen.transpiler.ir.trees import Given, Keys, Update, kind_of, parts_of, tree_of
from adgen.transpiler.signature import Argument


def check_containers(
    arguments: Sequence[Argument], updates: Sequence[Update], args: tuple[Any, ...]
) -> None:
    """Refuse a container that is changed and is given twice: the other one would change too.

    Raises AliasedMutation.
    """
    changed = {id(at(args, update.path)): update.path for update in updates}
    seen: dict[int, Keys] = {}
    for path in _containers(tuple(arguments), ()):
        container = at(args, path)
        if id(container) in changed and id(container) in seen:
            raise AliasedMutation(
                f"a {type(container).__name__} is changed and given twice",
                hint="pass a copy: copy.deepcopy(...)",
            )
        seen[id(container)] = path


def _containers(tree: Any, path: Keys) -> Iterator[Keys]:
    """The paths of all containers in a tree of arguments, but for the tuple of all."""
    for key, part in zip(_keys(tree), parts_of(tree) or (), strict=True):
        if parts_of(part) is not None:
            yield (*path, key)
        yield from _containers(part, (*path, key))


def _keys(tree: Any) -> Keys:
    parts = parts_of(tree)
    return getattr(tree, "keys", None) or tuple(range(len(parts or ())))


def at(args: tuple[Any, ...], path: Keys) -> Any:
    """The object that a path leads to."""
    found: Any = args
    for key in path:
        kind = kind_of(type(found))
        by_attribute = kind is not None and kind.access == "attribute"
        found = getattr(found, str(key)) if by_attribute else found[key]
    return found


def update(args: tuple[Any, ...], updates: Sequence[Update], held: Sequence[Any]) -> None:
    """Let the caller's containers hold what the function has left in them."""
    targets = [at(args, change.path) for change in updates]
    news = [_with_given(args, made) for made in held]
    for target, new in zip(targets, news, strict=True):
        if isinstance(target, list):
            target[:] = new
        elif isinstance(target, dict):
            if list(target) != list(new):
                target.clear()
            target.update(new)
        else:
            for key, part in zip(*_fields(new), strict=True):
                setattr(target, str(key), part)


def _fields(made: Any) -> tuple[Keys, tuple[Any, ...]]:
    kind = kind_of(type(made))
    assert kind is not None
    return kind.take(made)


def _with_given(args: tuple[Any, ...], made: Any) -> Any:
    """A container that was made, with the caller's objects in their places."""
    if isinstance(made, Given):
        return at(args, made.path)
    tree = tree_of(made)
    parts = parts_of(tree)
    if parts is None:
        return made
    kind, inner = kind_of(type(made)), _parts_of_made(made)
    news = tuple(_with_given(args, part) for part in inner)
    return news if kind is None else kind.make(tree.keys, news)


def _parts_of_made(made: Any) -> tuple[Any, ...]:
    return made if type(made) is tuple else _fields(made)[1]
