"""Who says what a program says, where it is not ``print``: warnings, and records of logging."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Warned:
    """``warnings.warn(text, category)``."""

    category: type[Warning] = UserWarning

    def __call__(self, text: str) -> None:
        """Warn, if the filters of the process let it pass."""
        warnings.warn(text, self.category, stacklevel=3)


@dataclass(frozen=True, slots=True)
class Logged:
    """``logging.getLogger(logger).method(*args)``; without a logger ``logging.method(*args)``."""

    method: str
    logger: str | None = None

    def __call__(self, *args: Any) -> None:
        """Make the record, if the logger lets it pass."""
        owner: Any = logging if self.logger is None else logging.getLogger(self.logger or None)
        getattr(owner, self.method)(*args)


Voice = Warned | Logged
