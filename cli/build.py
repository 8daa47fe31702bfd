"""``adgen build``: a module of functions and gradients that needs NumPy alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from adgen.cli import limits, options
from adgen.cli.standalone import Wanted, digest_of, module_text
from adgen.cli.targets import Asked, done, targets, tell
from adgen.transpiler.errors import AdgenError

# A fresh interpreter that has neither adgen nor Numba: the module must do without.
TRIAL = """
import importlib.util, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("adgen", "numba"):
            raise ImportError(f"no module named {name}")
sys.meta_path.insert(0, Missing())
spec = importlib.util.spec_from_file_location("built", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
assert all(callable(getattr(module, name)) for name in module.__all__)
"""
PATIENCE = 120  # seconds by the clock


def command(
    target: options.Target,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.py", help="The file to write.")
    ],
    wrt: options.Wrt = "",
    args: options.Args = "",
    pair: Annotated[
        bool, typer.Option("--pair", help="Also forward and backward sweep by themselves.")
    ] = False,
    jvp: Annotated[bool, typer.Option("--jvp", help="Also tangents: forward mode.")] = False,
    hvp: Annotated[bool, typer.Option("--hvp", help="Also Hessian times vector.")] = False,
    numba: Annotated[
        bool, typer.Option("--numba/--no-numba", help="With a part for Numba, if it is there.")
    ] = True,
    any_extents: Annotated[
        bool,
        typer.Option("--any-extents", help="Arrays may have extents of 1 that NumPy broadcasts."),
    ] = False,
    run: options.Run = False,
    seconds: options.Seconds = limits.SECONDS,
) -> None:
    """Write a module of the functions in FILE and their gradients, which needs NumPy alone.

    It is imported once, by an interpreter that has neither adgen nor Numba; nothing of FILE is
    executed, unless --run says so.
    """
    wanted = Wanted(pair, jvp, hvp, numba, any_extents)
    asked = Asked(target, wrt, args, run=run)
    with limits.running(asked.file, seconds) if run else limits.bounded(seconds):
        text, names = built(asked, wanted)
    if _is_same(output, target.partition("::")[0]):
        raise AdgenError(f"{output} is the file that is read", hint="write to another file: -o")
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AdgenError(f"cannot write {output}: {error.strerror}") from error
    _try(output)
    print(f"{output}: {', '.join(names)}")


def built(asked: Asked, wanted: Wanted) -> tuple[str, list[str]]:
    """The text of the module, and what it offers.

    Raises AdgenError for what does not fit, UnsupportedError for what cannot be done.
    """
    chosen = targets(asked)
    name = Path(asked.file).name

    def alone(item: object) -> None:
        module_text([item], wanted, name, "")  # type: ignore[list-item]

    many = len(chosen) > 1
    made, left = done(chosen, alone if many else lambda item: None)
    tell(left)
    digest = digest_of("\n".join(item.source.text for item, _ in made))
    text = module_text([item for item, _ in made], wanted, name, digest)
    scope: dict[str, list[str]] = {}
    exec(text[text.rindex("__all__ = [") :], scope)
    return text, scope["__all__"]


def _is_same(output: Path, file: str) -> bool:
    try:
        return output.samefile(file)
    except OSError:
        return False


def _try(output: Path) -> None:
    """Import the module where adgen and Numba are missing.  Raises AdgenError if that fails."""
    command = [sys.executable, "-c", TRIAL, str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    if done.returncode:
        raise AdgenError(
            f"{output} cannot be imported, which is a mistake of adgen: "
            f"{done.stderr.strip().splitlines()[-1]}"
        )
