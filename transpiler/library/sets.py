"""Arrays as sets: the different elements, and which are among others.

Which element stands for those that are equal is a constant: gradients go to the first of them.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import defines, refuse


@defines(np.unique)
def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, equal_nan=True,
    sorted=True,
):  # fmt: skip
    if axis is not None:
        refuse("`np.unique` along an axis", "compare the rows in a loop")
    ar = np.asarray(ar)
    flat = np.ravel(ar)
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    begins = _begins(ordered, equal_nan)
    kept = ordered[begins]
    if not (return_index or return_inverse or return_counts):
        return kept
    found = (kept,)
    if return_index:
        found = (*found, order[begins])
    if return_inverse:
        places = np.empty(flat.shape[0], np.int64)
        place = -1
        for k in range(flat.shape[0]):
            if place + 1 < begins.shape[0] and begins[place + 1] == k:
                place += 1
            places[order[k]] = place
        found = (*found, places if ar.ndim == 1 else places.reshape(ar.shape))
    if return_counts:
        found = (*found, np.diff(begins, append=flat.shape[0]))
    return found


def _begins(ordered, equal_nan):
    """Where the elements differ from the one before."""
    count = 0
    for k in range(ordered.shape[0]):
        if k == 0 or _differ(ordered[k], ordered[k - 1], equal_nan):
            count += 1
    begins = np.empty(count, np.int64)
    place = 0
    for k in range(ordered.shape[0]):
        if k == 0 or _differ(ordered[k], ordered[k - 1], equal_nan):
            begins[place] = k
            place += 1
    return begins


def _differ(x, y, equal_nan):
    if equal_nan:
        return x != y and not (np.isnan(x) and np.isnan(y))
    return x != y


@defines(np.isin)
def isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    element = np.asarray(element)
    wanted = np.sort(np.ravel(np.asarray(test_elements)))
    places = np.searchsorted(wanted, element)
    if wanted.shape[0] == 0:
        found = np.zeros_like(element) != 0
    else:
        found = wanted[np.minimum(places, wanted.shape[0] - 1)] == element
    return ~found if invert else found


@defines(np.union1d)
def union1d(ar1, ar2):
    return np.unique(np.concatenate((np.ravel(np.asarray(ar1)), np.ravel(np.asarray(ar2)))))


@defines(np.intersect1d)
def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    if return_indices:
        refuse("`np.intersect1d` with `return_indices`", "look them up: `np.searchsorted`")
    one = np.unique(ar1)
    kept = one[np.isin(one, ar2)]
    return kept.astype(np.result_type(kept, np.asarray(ar2)))


@defines(np.setdiff1d)
def setdiff1d(ar1, ar2, assume_unique=False):
    one = np.ravel(np.asarray(ar1)) if assume_unique else np.unique(ar1)
    return one[np.isin(one, ar2, invert=True)]


@defines(np.setxor1d)
def setxor1d(ar1, ar2, assume_unique=False):
    one, two = np.unique(ar1), np.unique(ar2)
    apart = (one[np.isin(one, two, invert=True)], two[np.isin(two, one, invert=True)])
    return np.sort(np.concatenate(apart))
