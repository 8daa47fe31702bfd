"""A program with arguments, as the evidence that a function is differentiated."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Case:
    """A function of floats, differentiated by all of its arguments that are floats.

    ``order``: to which derivatives exist; ``why`` says what hinders the next one.
    ``single``: whether float32 stays float32.  ``exact``: whether the value is computed by the
    method that SciPy uses; else both are approximations.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    order: int = 2
    single: bool = True
    exact: bool = True
    why: str = ""

    def __str__(self) -> str:
        shapes = ",".join("x".join(map(str, np.shape(arg))) or "()" for arg in self.args)
        return f"{self.text}[{shapes}]"

    @property
    def text(self) -> str:
        """What the function computes, as it is written."""
        free = inspect.getclosurevars(self.function).nonlocals
        lines = inspect.getsource(self.function).splitlines()
        line = next(line for line in lines if "lambda" in line)
        body = re.sub(r"^.*?lambda [\w, ]*: ", "", line.strip())
        named = free.get("function")
        return body if named is None else getattr(named, "__name__", body)


def case(function: Callable[..., Any], *args: Any, **facts: Any) -> Case:
    """A case, in the order in which one reads it."""
    return Case(function, args, **facts)


Table = dict[str, list[Case]]
