"""In a notebook: the function beside its gradient, and ``%%adgen`` for the functions of a cell."""

from __future__ import annotations

import html as escaping
import shlex
from typing import Any

from adgen.compilations import Compilations
from adgen.listing import listed
from adgen.options import Options
from adgen.transpiler.errors import AdgenError

_LINE = 21  # pixels
_MOST = 480
_AROUND = 60


def picture(
    compilations: Compilations, positions: tuple[int, ...], options: Options, itself: bool = False
) -> str:
    """HTML: source on the left, gradient on the right, lines that belong together light up.

    The types of the arguments are those of the last call; before any, what annotations and use
    say.  A function that has no derivative for them is shown with the reason.  It is a frame of
    its own, so neither its style nor its script touches the notebook.
    """
    from adgen import pages
    from adgen.side_by_side import side_by_side

    try:
        both = side_by_side(listed(compilations, positions, None, options, itself))
    except AdgenError as error:
        return f"<pre>{pages.text(error)}</pre>"
    height = min(_MOST, _AROUND + _LINE * max(len(both.generated), len(both.source)))
    whole = escaping.escape(pages.page(both.name, [pages.view(both, both.name)]))
    return (
        f'<iframe title="{pages.text(both.name)} and its gradient" sandbox="allow-scripts" '
        f'style="width: 100%; height: {height}px; border: 0" srcdoc="{whole}"></iframe>'
    )


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext adgen``: makes ``%%adgen`` known."""
    shell.register_magic_function(_magic(shell), "cell", "adgen")


def _magic(shell: Any) -> Any:
    def adgen(line: str, cell: str) -> None:
        """Run a cell, and show each function that it defines beside its gradient.

        ``%%adgen``: by the first parameter; ``%%adgen w b``: by these.
        """
        from IPython.display import display

        wrt: Any = tuple(shlex.split(line)) or 0
        before = dict(shell.user_ns)
        outcome = shell.run_cell(cell)
        if not outcome.success:
            return  # the shell has printed the reason
        for name, thing in list(shell.user_ns.items()):
            new = before.get(name) is not thing and not name.startswith("_")
            if new and _is_of_cell(thing):
                display(_differentiable(thing, wrt))

    return adgen


def _is_of_cell(thing: Any) -> bool:
    from types import FunctionType

    from adgen.differentiable import Differentiable

    return isinstance(thing, Differentiable) or (
        isinstance(thing, FunctionType) and thing.__module__ == "__main__"
    )


def _differentiable(thing: Any, wrt: Any) -> Any:
    from adgen.differentiable import Differentiable
    from adgen.transforms import differentiate

    return thing if isinstance(thing, Differentiable) else differentiate(thing, wrt)
