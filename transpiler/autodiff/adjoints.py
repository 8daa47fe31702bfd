"""Adjoints of values while the chain rule runs: contributions summed, un-broadcast, cast."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.masks import Masks
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import Array, Scalar, is_complex
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.span import Span

Adjoints = dict[Value, Operand]

_REASSOC = {"reassoc": True}


def bar(value: Value) -> str:
    """What the adjoint of ``x`` is called: ``x_bar``."""
    return f"{value.name}_bar" if value.name else ""


class Accumulator:
    """Sums the contributions to the adjoints of active values; ``names``: of adjoints.

    ``holomorphic``: no real value may stand between the arguments and the result.
    """

    def __init__(self, activity: Activity, masks: Masks, holomorphic: bool = False) -> None:
        self.activity, self.masks, self.holomorphic = activity, masks, holomorphic
        self.names: dict[Value, str] = {}

    def contribute(self, b: Builder, adjoints: Adjoints, value: Operand, g: Operand) -> None:
        """Add ``g`` (of a shape that broadcasting may have widened) to the adjoint of a value."""
        if not isinstance(value, Value) or value not in self.activity:
            return
        if self.holomorphic and not is_complex(value.type):
            self.refuse(b.span)
        g = self.fit(b, g, value)
        have = adjoints.get(value)
        if have is None:
            adjoints[value] = g
            if value.name and isinstance(g, Value) and not g.name:
                self.names.setdefault(g, bar(value))
        elif isinstance(value.type, Array):
            adjoints[value] = self.masks.summed(
                b, have, g, lambda x, y: b.emit(core.ACCUM, x, y, name=bar(value))
            )
        else:
            adjoints[value] = self.masks.summed(
                b, have, g, lambda x, y: b.emit(operator.add, x, y, name=bar(value), **_REASSOC)
            )

    def refuse(self, span: Span | None) -> NoReturn:
        """Refuse what is not holomorphic."""
        raise NotDifferentiable(
            "holomorphic=True, but this is not holomorphic", span,
            hint="the absolute value, the parts and the conjugate of a complex number have no "
            "complex derivative; return a real number, and leave out holomorphic=True",
        )  # fmt: skip

    def fit(self, b: Builder, g: Operand, value: Value) -> Operand:
        """Sum ``g`` over the axes along which ``value`` was broadcast; match the dtype."""
        have, want = type_of(g), value.type
        if isinstance(have, Array):
            if isinstance(want, Scalar):
                g = b.emit(np.sum, g, axis=tuple(range(have.ndim)), keepdims=False)
            else:
                lead = have.ndim - want.ndim
                keep = tuple(
                    lead + k for k in range(want.ndim) if want.ones[k] and not have.ones[lead + k]
                )
                axes = (*range(lead), *keep)
                if axes:
                    g = b.emit(core.SUMTO, g, axes=axes, keep=keep)
        elif isinstance(want, Array):
            g = b.emit(core.BROADCAST, g, *b.dims(value), ones=want.ones)
        have = type_of(g)
        if have.dtype != want.dtype:
            kind = Array(want.dtype, have.ones) if isinstance(have, Array) else Scalar(want.dtype)
            g = b.cast(g, kind)
        return g

    def scatter(
        self, b: Builder, adjoints: Adjoints, x: Value, g: Operand, path: paths.Path,
        index: Sequence[Operand],
    ) -> None:  # fmt: skip
        """Add ``g`` to the part of the adjoint of ``x`` that the path selects."""
        have = adjoints.get(x)
        if have is None:
            have = b.zeros_like(x, bar(x))
        assert isinstance(have, Value)
        adjoints[x] = b.additem(have, g, path, *index, name=bar(x))
