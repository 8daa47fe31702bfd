"""``sorted``, ``min`` and ``max`` of items that are computed at run time."""

from __future__ import annotations

import numpy as np


def ordered(sequence, key=None, reverse=False):
    """``sorted``: equal items stay in their order, forwards and backwards."""
    items = list(sequence)
    ranks = np.array([item if key is None else key(item) for item in items])
    if reverse:
        order = len(items) - 1 - np.argsort(ranks[::-1], kind="stable")[::-1]
    else:
        order = np.argsort(ranks, kind="stable")
    return [items[place] for place in order]


def numbers_in_order(numbers, ranks, reverse):
    """Numbers in the order of their ranks."""
    values = np.array(numbers)
    places = np.array(ranks)
    if reverse:
        order = len(numbers) - 1 - np.argsort(places[::-1], kind="stable")[::-1]
    else:
        order = np.argsort(places, kind="stable")
    return tuple([as_before(values[order[k]], numbers[k]) for k in range(len(numbers))])


def as_before(value, like):
    """A number of an array as one of Python's, where it was one."""
    return float(value) if isinstance(like, float) and not isinstance(like, np.float64) else value


def extreme(name, better, sequence, key):
    """``max`` or ``min`` with a key: what has a ``better`` rank than all before."""
    first = True
    for item in sequence:
        rank = key(item)
        if first:
            found = item
            best = rank
        elif better(rank, best):
            found = item
            best = rank
        first = False
    if first:
        raise ValueError(name + "() arg is an empty sequence")
    return found


def extreme_or(default, better, sequence, key):
    """The same with a default for nothing."""
    found = default
    first = True
    for item in sequence:
        rank = item if key is None else key(item)
        if first:
            found = item
            best = rank
        elif better(rank, best):
            found = item
            best = rank
        first = False
    return found


def most_common(items, count):
    """``Counter.most_common``."""
    found = sorted(items, key=lambda item: item[1], reverse=True)
    return list(found) if count is None else list(found[:count])
