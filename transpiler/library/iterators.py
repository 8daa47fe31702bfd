"""Iterators over sequences that are asked for one item after another."""

from __future__ import annotations

from adgen.transpiler.library.registry import item_of, length_of


class iterator:  # noqa: N801  (messages call it so)
    """``iter(items)`` under a name: what it gives next."""

    def __init__(self, items):
        self.items = items
        self.place = 0

    def __iter__(self):
        while self.place < length_of(self.items):
            self.place += 1
            yield item_of(self.items, self.place - 1)


def advanced(given):
    """``next`` of it."""
    if given.place >= length_of(given.items):
        raise StopIteration
    given.place += 1
    return item_of(given.items, given.place - 1)


def advanced_or(given, default):
    """``next`` of it, with a default."""
    if given.place >= length_of(given.items):
        return default
    given.place += 1
    return item_of(given.items, given.place - 1)
