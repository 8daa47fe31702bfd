"""The messages of all refusals in the source, read from its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from adgen.transpiler import errors

ROOT = Path(__file__).parents[2]
_CLASSES = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.UnsupportedError)
}


@dataclass(frozen=True)
class Message:
    """A message that some place of the source refuses with.

    ``pattern`` matches it as printed, ``template`` is itself with ``…`` for what is put in.
    """

    place: str
    pattern: str
    template: str


def messages() -> Iterator[Message]:
    """Every message of a refusal in ``transpiler`` and ``src/adgen``."""
    for file in sorted([*(ROOT / "transpiler").rglob("*.py"), *(ROOT / "src/adgen").glob("*.py")]):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            text = _message(node)
            if text is not None:
                place = f"{file.relative_to(ROOT)}:{text.lineno}"
                first = ("`.*`: ", "`…`: ") if _is_of_table(node) else ("", "")
                yield Message(
                    place, first[0] + _joined(text, re.escape, ".*"),
                    first[1] + _joined(text, str, "…"),
                )  # fmt: skip


def _is_of_table(node: ast.AST) -> bool:
    """Whether an entry of the table refuses; the name of its function is put in front."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"


def _message(node: ast.AST) -> ast.expr | None:
    """The message of a call that refuses."""
    if not isinstance(node, ast.Call) or not node.args:
        return None
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _CLASSES or _is_of_table(node):
        return node.args[0]
    if name != "refuse" or len(node.args) < 2:
        return None
    first, second = node.args[:2]
    if getattr(first, "id", "") in _CLASSES | {"error"}:
        return second
    return first if _is_text(first) else second  # of the library: message, hint


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)


def _joined(text: ast.expr, say: Callable[[str], str], blank: str) -> str:
    """The constant parts, and ``blank`` for the others."""
    if isinstance(text, ast.Constant):
        return say(str(text.value))
    if isinstance(text, ast.JoinedStr):
        return "".join(_joined(part, say, blank) for part in text.values)
    if isinstance(text, ast.BinOp):
        return _joined(text.left, say, blank) + _joined(text.right, say, blank)
    return blank


def says_something(message: Message) -> bool:
    """Whether there is a constant part to look for (else Python or NumPy says it)."""
    return any(letter.isalpha() for letter in message.template)
