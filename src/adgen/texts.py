"""Programs that exist as text only: run so that their functions can be read again."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import MutableMapping
from typing import Any


def from_source(
    text: str, namespace: MutableMapping[str, Any] | None = None
) -> MutableMapping[str, Any]:  # fmt: skip
    """Run a text as ``exec`` does and keep it, so that its functions can be differentiated.

    Returns the namespace that it has filled: the one given, or a new one.

    >>> f = from_source("f = lambda x: x * x")["f"]
    """
    name = f"<adgen text {hashlib.sha256(text.encode()).hexdigest()[:16]}>"
    # an entry without time of change is kept when the files of the others are looked at again
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    scope: Any = {"__name__": name} if namespace is None else namespace
    exec(compile(text, name, "exec", dont_inherit=True), scope)
    found: MutableMapping[str, Any] = scope
    return found
