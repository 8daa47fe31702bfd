"""Compiled functions inside of the programs of others: PyTorch and JAX, where these are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.differentiable import Differentiable
from adgen.transforms import differentiate


class ByPosition:
    """A function as differentiable objects, one for each choice of arguments."""

    def __init__(self, function: Callable[..., Any]) -> None:
        given = function if isinstance(function, Differentiable) else differentiate(function)
        self._given = given
        self._objects: dict[tuple[int, ...], Differentiable] = {(): given}

    def by(self, positions: tuple[int, ...]) -> Differentiable:
        """The object that differentiates by the arguments at these positions."""
        if positions not in self._objects:
            made = Differentiable(self._given.py_func, positions, self._given.options)
            self._objects[positions] = made
        return self._objects[positions]


def number_or_array(array: np.ndarray[Any, Any]) -> Any:
    """What has no axes as a number; arrays may not be written to, for they are of others.

    Raises TypeError for complex numbers: each library pairs them with gradients in its own way.
    """
    if array.dtype.kind == "c":
        raise TypeError("complex numbers do not cross the bridge: give their parts as real arrays")
    if array.ndim == 0:
        return array[()]
    view = array.view()
    view.flags.writeable = False
    return view
