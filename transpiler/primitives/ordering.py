"""Where elements stand in order: integers, by which the library sorts."""

from __future__ import annotations

from functools import partial

import numpy as np

from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives.kinds import NoDerivative, Refused
from adgen.transpiler.primitives.linalg import entry as _entry
from adgen.transpiler.primitives.typing import shaped

_PLACE = NoDerivative("an index is piecewise constant")
entry = partial(_entry, complex=False)


def _order_types(types, attrs):  # type: ignore[no-untyped-def]
    (kind,) = types
    if isinstance(kind, Scalar):
        raise Refused("it takes an array", "there is nothing to order in a number")
    ones = kind.ones
    if attrs["axis"] is None:
        ones = (all(kind.ones),)
    return Array(np.dtype(np.intp), ones)


def _order_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    if attrs["axis"] is not None or len(shapes[0]) == 1:
        return (shapes[0],)
    return ((None,),)


entry(np.argsort, _PLACE, _order_types, _order_shape,
      static={"axis": -1, "kind": None, "order": None, "stable": None})  # fmt: skip


def _partition_types(types, attrs):  # type: ignore[no-untyped-def]
    if not isinstance(attrs["kth"], int):
        raise Refused("`kth` is not one integer", "give one place; partition again for others")
    return _order_types(types, attrs)


entry(np.argpartition, _PLACE, _partition_types, _order_shape,
      static={"kth": None, "axis": -1, "kind": "introselect", "order": None})  # fmt: skip


def _places_in_second(types, attrs):  # type: ignore[no-untyped-def]
    if isinstance(types[0], Scalar) or types[0].ndim != 1:
        raise Refused("it takes an ordered vector", "give it an array of one axis")
    return _places(types[1])


def _places_in_first(types, attrs):  # type: ignore[no-untyped-def]
    if isinstance(types[1], Scalar) or types[1].ndim != 1:
        raise Refused("the bins are no vector", "give them as an array of one axis")
    return _places(types[0])


def _places(kind):  # type: ignore[no-untyped-def]
    return shaped(np.intp, kind.ones if isinstance(kind, Array) else ())


entry(np.searchsorted, _PLACE, _places_in_second, lambda shapes, attrs: (shapes[1],), ("a", "v"),
      static={"side": "left"})  # fmt: skip
entry(np.digitize, _PLACE, _places_in_first, lambda shapes, attrs: (shapes[0],), ("x", "bins"),
      static={"right": False})  # fmt: skip
