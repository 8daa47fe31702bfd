"""The points-innermost form: the axis of independent iterations becomes the innermost loop.

Before::

    for i in range(n):
        for k in range(m):
            s = 0.0
            for j in range(d): s += A[k, j] * x[i, j]
            g[k] += s * s

After::

    s = np.empty(64)
    for i_first in range(0, n, 64):
        i_end = min(i_first + 64, n)
        for k in range(m):
            for i in range(i_first, i_end): s[i - i_first] = 0.0
            for j in range(d):
                for i in range(i_first, i_end): s[i - i_first] += A[k, j] * x[i, j]
            total = 0.0
            for i in range(i_first, i_end): total = radd(total, s[i - i_first] * s[i - i_first])
            g[k] += total

A short inner loop, or one that is a recurrence, does not vectorise; iterations that do not
depend on each other do, and what is the same for all of them is computed once for a block.

``facts`` and ``varying`` find out what differs between the iterations and where it is kept,
``pays`` says which loops become outer ones, and where that is worth it, ``schedule`` cuts the body
into loops over the block, ``write`` and ``iteration`` write them.
"""

from adgen.transpiler.passes.lanes.points import (
    facts_if_it_pays,
    loops_in_blocks,
    points_innermost,
)

__all__ = ["facts_if_it_pays", "loops_in_blocks", "points_innermost"]
