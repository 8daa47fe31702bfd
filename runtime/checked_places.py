"""The place of an index that is out of bounds: Numba's checks raise IndexError without one."""

from __future__ import annotations

from typing import Any

from numba.core.callconv import CPUCallConv
from numba.core.cpu import CPUContext


def say_places(lowering: Any) -> None:
    """Let the checks in one function that is lowered say which of its statements they are for."""
    context = lowering.context  # of this lowering alone
    context.lowering = lowering
    context.__class__ = _Context


class _Convention(CPUCallConv):  # type: ignore[misc]
    def return_user_exc(
        self, builder: Any, exc: Any, exc_args: Any = None, loc: Any = None, func_name: Any = None
    ) -> None:
        """Return from machine code with an exception, from the statement that is being lowered."""
        lowering = self.context.lowering
        if loc is None and builder is lowering.builder:  # not in a function that others call too
            loc, func_name = lowering.loc, lowering.func_ir.func_id.func_name
        super().return_user_exc(builder, exc, exc_args, loc, func_name)


class _Context(CPUContext):  # type: ignore[misc]
    lowering: Any

    @property
    def call_conv(self) -> _Convention:
        """How machine code returns."""
        return _Convention(self)
