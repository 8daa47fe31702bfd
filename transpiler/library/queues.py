"""``collections.deque`` in plain Python, around a list."""

# ruff: noqa: D102  (the methods are those of the class of that name)

from __future__ import annotations

import collections


class deque:  # noqa: N801  (messages and the text of programs call it so)
    """What the front end makes of ``collections.deque``; results are made real ones."""

    stands_for = collections.deque

    def __init__(self, iterable=(), maxlen=None):
        if maxlen is not None:
            if maxlen < 0:
                raise ValueError("maxlen must be non-negative")
        self.items = []
        self.maxlen = maxlen
        self.extend(iterable)

    def given_back(self):
        """What the caller of the compiled function gets."""
        return collections.deque(self.items, self.maxlen)

    def append(self, x):
        self.items.append(x)
        if self.maxlen is not None:
            if len(self.items) > self.maxlen:
                self.items.pop(0)

    def appendleft(self, x):
        self.items.insert(0, x)
        if self.maxlen is not None:
            if len(self.items) > self.maxlen:
                self.items.pop()

    def pop(self):
        if len(self.items) == 0:
            raise IndexError("pop from an empty deque")
        return self.items.pop()

    def popleft(self):
        if len(self.items) == 0:
            raise IndexError("pop from an empty deque")
        return self.items.pop(0)

    def extend(self, iterable):
        for x in iterable:
            self.append(x)

    def extendleft(self, iterable):
        for x in iterable:
            self.appendleft(x)

    def insert(self, i, x):
        if self.maxlen is not None:
            if len(self.items) >= self.maxlen:
                raise IndexError("deque already at its maximum size")
        self.items.insert(i, x)

    def rotate(self, n=1):
        if len(self.items) > 0:
            if n > 0:
                for _ in range(n):
                    self.items.insert(0, self.items.pop())
            else:
                for _ in range(-n):
                    self.items.append(self.items.pop(0))

    def reverse(self):
        self.items.reverse()

    def clear(self):
        self.items.clear()

    def remove(self, value):
        self.items.remove(value)

    def index(self, value):
        return self.items.index(value)

    def count(self, value):
        return self.items.count(value)

    def copy(self):
        return deque(self.items, self.maxlen)

    def __copy__(self):
        return deque(self.items, self.maxlen)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, value):
        self.items[i] = value

    def __iter__(self):
        return iter(self.items)

    def __contains__(self, value):
        return value in self.items

    def __eq__(self, other):
        return self.items == other.items

    def __iadd__(self, iterable):
        self.extend(iterable)
        return self
