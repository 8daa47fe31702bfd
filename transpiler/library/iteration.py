"""``itertools`` and its like: each function as the generator that it is, in plain Python."""

from __future__ import annotations

import itertools

import numpy as np

from adgen.transpiler.library.registry import item_of, length_of, refuse


def enumerated(iterable, start=0):
    """``enumerate`` of what yields."""
    number = start
    for item in iterable:
        yield number, item
        number += 1


def zipped(iterable, place, *others):
    """``zip`` of what yields, at that ``place`` among things that have a length.

    Nothing is asked of it once something ahead of it has come to its end.
    """
    number = 0
    for other in others[:place]:
        if length_of(other) == 0:
            return
    for item in iterable:
        for other in others[place:]:
            if number >= length_of(other):
                return
        row = [item_of(other, number) for other in others]
        row.insert(place, item)
        yield tuple(row)
        number += 1
        for other in others[:place]:
            if number >= length_of(other):
                return


def mapped(function, *iterables):
    """``map``."""
    if len(iterables) == 1:
        for item in iterables[0]:
            yield function(item)
    else:
        for row in zip(*iterables):
            yield function(*row)


def filtered(function, iterable):
    """``filter``."""
    for item in iterable:
        if function is None:
            if item:
                yield item
        elif function(item):
            yield item


def chain(*iterables):
    """``itertools.chain``."""
    for iterable in iterables:
        yield from iterable


def chain_from_iterable(iterables):
    """``itertools.chain.from_iterable``."""
    for iterable in iterables:
        yield from iterable


def islice(iterable, *bounds):
    """``itertools.islice``."""
    if len(bounds) == 1:
        start, stop, step = 0, bounds[0], 1
    elif len(bounds) == 2:
        start, stop, step = bounds[0], bounds[1], 1
    else:
        start, stop, step = bounds
    first = 0 if start is None else start
    stride = 1 if step is None else step
    if stop is not None:
        if stop <= 0:
            return
    number = 0
    for item in iterable:
        if number >= first and (number - first) % stride == 0:
            yield item
        number += 1
        if stop is not None:
            if number >= stop:
                return


def accumulate(iterable, func=None, *, initial=None):
    """``itertools.accumulate``."""
    if initial is not None:
        total = initial
        yield total
        for place in range(length_of(iterable)):
            item = item_of(iterable, place)
            total = total + item if func is None else func(total, item)
            yield total
    elif length_of(iterable) > 0:
        total = item_of(iterable, 0)
        yield total
        for place in range(1, length_of(iterable)):
            item = item_of(iterable, place)
            total = total + item if func is None else func(total, item)
            yield total


def pairwise(iterable):
    """``itertools.pairwise``."""
    if length_of(iterable) > 0:
        previous = item_of(iterable, 0)
        for place in range(1, length_of(iterable)):
            item = item_of(iterable, place)
            yield previous, item
            previous = item


def product(*iterables, repeat=1):
    """``itertools.product``."""
    columns = iterables * repeat
    if len(columns) == 0:
        yield ()
    elif len(columns) == 1:
        for item in columns[0]:
            yield (item,)
    else:
        for item in columns[0]:
            for rest in product(*columns[1:]):
                yield (item, *rest)


def combinations(iterable, r):
    """``itertools.combinations``."""
    yield from _ascending(iterable, r, 0, 1)


def combinations_with_replacement(iterable, r):
    """``itertools.combinations_with_replacement``."""
    yield from _ascending(iterable, r, 0, 0)


def _ascending(pool, length, start, apart):
    """Items at ``length`` places, each at least ``apart`` behind the one before."""
    if length == 0:
        yield ()
    elif length == 1:
        for place in range(start, length_of(pool)):
            yield (item_of(pool, place),)
    else:
        for place in range(start, length_of(pool) - apart * (length - 1)):
            for rest in _ascending(pool, length - 1, place + apart, apart):
                yield (item_of(pool, place), *rest)


def permutations(iterable, r=None):
    """``itertools.permutations``."""
    yield from _arranged(iterable, length_of(iterable) if r is None else r, ())


def _arranged(pool, length, used):
    if length == 0:
        yield ()
    else:
        for place in range(length_of(pool)):
            taken = False
            for other in used:
                if place == other:
                    taken = True
            if not taken:
                for rest in _arranged(pool, length - 1, (*used, place)):
                    yield (item_of(pool, place), *rest)


def count(start=0, step=1):
    """``itertools.count``."""
    number = start
    while True:
        yield number
        number += step


def repeat(object, times=None):
    """``itertools.repeat``."""
    if times is None:
        while True:
            yield object
    else:
        for _ in range(times):
            yield object


def cycle(iterable):
    """``itertools.cycle``."""
    while length_of(iterable) > 0:
        yield from iterable


def zip_longest(*iterables, fillvalue=None):
    """``itertools.zip_longest``."""
    longest = 0
    for iterable in iterables:
        longest = max(longest, length_of(iterable))
    for number in range(longest):
        yield tuple([
            item_of(iterable, number) if number < length_of(iterable) else fillvalue
            for iterable in iterables
        ])  # fmt: skip


def starmap(function, iterable):
    """``itertools.starmap``."""
    for args in iterable:
        yield function(*args)


def takewhile(predicate, iterable):
    """``itertools.takewhile``."""
    for item in iterable:
        if not predicate(item):
            return
        yield item


def dropwhile(predicate, iterable):
    """``itertools.dropwhile``."""
    dropping = True
    for item in iterable:
        if dropping:
            if predicate(item):
                continue
            dropping = False
        yield item


def filterfalse(predicate, iterable):
    """``itertools.filterfalse``."""
    for item in iterable:
        if predicate is None:
            if not item:
                yield item
        elif not predicate(item):
            yield item


def compress(data, selectors):
    """``itertools.compress``."""
    for item, selected in zip(data, selectors):
        if selected:
            yield item


def groupby(iterable, key=None):
    """``itertools.groupby``."""
    refuse("`itertools.groupby` is not compiled", "write a loop that compares with the last key")


def tee(iterable, n=2):
    """``itertools.tee``."""
    refuse("`itertools.tee` is not compiled", "keep a list: list(...)")


def first(iterable):
    """``next`` of a new iterator."""
    for item in iterable:
        return item
    raise StopIteration


def first_or(iterable, default):
    """``next`` of a new iterator, with a default."""
    for item in iterable:
        return item
    return default


def fromiter(iterable, dtype):
    """``np.fromiter``."""
    return np.array([item for item in iterable], dtype)  # noqa: C416  (``iterable`` may yield)


def between(array, start, stop):
    """What ``*rest`` is bound to."""
    return list(array[start:stop])


def append_all(items, others):
    """``items += others``, one after the other: of tuples, or of what others are asked for."""
    for other in others:
        items.append(other)


def ndindex(*shape):
    """``np.ndindex``."""
    extents = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    yield from product(*[range(extent) for extent in extents])


def ndenumerate(arr):
    """``np.ndenumerate``."""
    for index in product(*[range(extent) for extent in arr.shape]):
        yield index, arr[index]


# What keeps the items that it is given: they are made a list first, if they have no places.
KEEPING = frozenset((
    accumulate, pairwise, product, combinations, combinations_with_replacement, permutations, cycle,
    zip_longest,
))  # fmt: skip
GENERATORS = {
    itertools.chain: chain,
    itertools.chain.from_iterable: chain_from_iterable,
    vars(itertools.chain)["from_iterable"]: chain_from_iterable,  # what the class holds
    itertools.islice: islice,
    itertools.accumulate: accumulate,
    itertools.pairwise: pairwise,
    itertools.product: product,
    itertools.combinations: combinations,
    itertools.combinations_with_replacement: combinations_with_replacement,
    itertools.permutations: permutations,
    itertools.count: count,
    itertools.repeat: repeat,
    itertools.cycle: cycle,
    itertools.zip_longest: zip_longest,
    itertools.starmap: starmap,
    itertools.takewhile: takewhile,
    itertools.dropwhile: dropwhile,
    itertools.filterfalse: filterfalse,
    itertools.compress: compress,
    itertools.groupby: groupby,
    itertools.tee: tee,
    np.ndindex: ndindex,
    np.ndenumerate: ndenumerate,
}
