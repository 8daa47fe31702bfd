"""Sets of positions as sorted lists of half-open intervals."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

Interval = tuple[int, int]


class Ranges:
    """A union of intervals that can be extended, tested and merged."""

    __slots__ = ("items",)

    def __init__(self) -> None:
        self.items: list[Interval] = []

    def add(self, start: int, stop: int) -> None:
        """Include ``start <= position < stop``."""
        items = self.items
        if not items or items[-1][1] < start:
            items.append((start, stop))
            return
        first = bisect_left(items, (start, start))
        if first and items[first - 1][1] >= start:
            first -= 1
        last = bisect_right(items, stop, key=lambda item: item[0])
        if first < last:
            start = min(start, items[first][0])
            stop = max(stop, items[last - 1][1])
            items[first:last] = [(start, stop)]
        else:
            insort(items, (start, stop))

    def overlaps(self, other: Ranges) -> bool:
        """Whether a position is in both."""
        small, large = sorted((self.items, other.items), key=len)
        for start, stop in small:
            k = bisect_left(large, (start, start))
            if k < len(large) and large[k][0] < stop or k and large[k - 1][1] > start:
                return True
        return False

    def update(self, other: Ranges) -> None:
        """Include all of the other."""
        for start, stop in other.items:
            self.add(start, stop)

    def __bool__(self) -> bool:
        return bool(self.items)

    def __repr__(self) -> str:
        return f"Ranges({self.items})"
