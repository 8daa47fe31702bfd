"""The functions of a recursion and the segments that they are cut into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adgen.transpiler.frontend.bindings import Frame
from adgen.transpiler.frontend.liveness import parameters
from adgen.transpiler.frontend.recursion.discovery import Activation
from adgen.transpiler.frontend.recursion.normal_form import NormalForm

ENTRY, RESUME, LOOP = "entry", "resume", "loop"


@dataclass(eq=False)
class Member:
    """A function of the recursion."""

    activation: Activation
    frame: Frame
    form: NormalForm
    ports: Frame  # the owner of the arguments, on their way from a call to the entry
    held: Frame  # the owner of names on their way to the head of a loop

    @property
    def params(self) -> list[str]:
        """The names of the parameters."""
        return [arg.id for arg in parameters(self.form.tree.args)]

    def names_at(self, loop: Any) -> list[str]:
        """Names of the function itself that matter at the head of a loop."""
        liveness = self.form.liveness
        names = set(liveness.head[loop] | liveness.always)
        for around in (*self.form.around(loop), loop):
            names |= set(loop_names(self.form, around))
        return sorted(n for n in names if self.frame.owner(n) in (None, self.frame))


@dataclass(frozen=True, eq=False)
class Segment:
    """What runs from an entry, from the return of the call at ``node``, or from a loop's head."""

    kind: str
    member: Member
    node: Any
    number: int


def loop_names(form: NormalForm, loop: Any) -> tuple[str, str]:
    """The hidden names of a ``for``: what it runs over, and the position in it."""
    number = form.loops.index(loop)
    return f"$over{number}", f"$position{number}"
