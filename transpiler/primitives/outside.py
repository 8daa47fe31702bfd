"""Functions that are called as they are: Python that is not compiled, and machine code of others.

Nothing is known of such a function but what it says that it returns.  It is taken for pure: a
call whose result nobody uses is left out, and one of equal arguments may be made once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.ir.types import Array, Type
from adgen.transpiler.primitives.kinds import Explicit, Primitive, Refused


@dataclass(frozen=True, eq=False, slots=True)
class Outside:
    """The callee of an op.  ``key``: by which generated code asks for the function."""

    name: str
    function: Callable[..., Any]
    result: Type
    key: str

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return self.name

    def __call__(self, *operands: Any) -> Any:
        """What the function returns."""
        return self.function(*operands)

    @property
    def entry(self) -> Primitive:
        """What the table says of it."""
        rank = self.result.ndim if isinstance(self.result, Array) else 0
        return Primitive(
            self,
            Explicit(self._refused, self._refused),
            lambda types, attrs: self.result,
            (),
            shape=lambda shapes, attrs: ((None,) * rank,),
        )

    @staticmethod
    def _refused(*operands: Any, **attrs: Any) -> Any:
        raise Refused(
            "it is called as it is, and nothing is known of its derivative here",
            "call it through a primitive that has rules for it",
        )


def kind_text(kind: Type) -> str:
    """A type as generated code says it: ``float``, ``f8``, ``f8[:, :]``."""
    if isinstance(kind, Array):
        return f"{kind.dtype.str[1:]}[{', '.join(':' * kind.ndim)}]"
    names = {"f": "float", "i": "int", "b": "bool"}
    return names[kind.dtype.kind] if kind.weak else kind.dtype.str[1:]
