"""``adgen check``: gradients of the functions of a file against differences of the functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import typer

from adgen import checking
from adgen.cli import exits, limits, living, options, samples
from adgen.cli.living import executed, functions_of
from adgen.cli.output import Column, print_json, print_table, silenced
from adgen.cli.targets import Asked, Target, place_of, targets, types_in_hint
from adgen.differentiable import Differentiable
from adgen.entrywise import Comparison, compare
from adgen.listing import Listed, listing
from adgen.options import Options
from adgen.transpiler.errors import AdgenError, UnsupportedError
from adgen.transpiler.signature import show
from adgen.transpiler.visible import visible

RIGHT, WRONG, UNCALLED, REFUSED = "right", "WRONG", "not called", "refused"
DIFFERENTIABLE = "differentiable"  # as far as can be seen without running it
LEFT_OUT = "left out"  # a refusal of a function that nobody has asked for
COLUMNS = (
    Column("function"), Column("result"), Column("by"), Column("entries", True),
    Column("worst"), Column("error", True), Column("remark", text=True),
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What is found of one function."""

    function: str
    result: str
    by: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    compared: Comparison | None = None
    remark: str = ""
    hint: str = ""
    place: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passes(self) -> bool:
        """Whether nothing is wrong: what nobody has asked for may have no derivative."""
        return self.result in (RIGHT, DIFFERENTIABLE, LEFT_OUT)

    def row(self) -> tuple[str, ...]:
        """The cells of the table."""
        first = (self.function, self.result, ", ".join(self.by))
        if self.compared is None:
            return (*first, "", "", "", self.remark)
        worst, every = self.compared.worst, len(self.compared.entries)
        count = str(every) if every == self.compared.count else f"{every} of {self.compared.count}"
        error = self.compared.error(worst)
        remark = self.remark
        if self.result == WRONG:
            remark = f"{worst.place} is {worst.found:.9g}, differences say {worst.expected:.9g}"
        return (*first, count, worst.place, f"{error:.1e}", remark)

    def document(self) -> dict[str, Any]:
        """The same for scripts."""
        found: dict[str, Any] = {
            "function": self.function, "result": self.result.lower(), "by": list(self.by),
            "types": dict(self.types),
        }  # fmt: skip
        if self.compared is not None:
            worst = self.compared.worst
            found |= {
                "entries": len(self.compared.entries), "of": self.compared.count,
                "tolerance": self.compared.tolerance,
                "worst": {"place": worst.place, "found": worst.found,
                          "expected": worst.expected, "error": self.compared.error(worst)},
            }  # fmt: skip
        if self.remark:
            found |= {"remark": self.remark, "hint": self.hint, "place": dict(self.place)}
        return found


def command(
    target: options.Target,
    wrt: options.Wrt = "",
    args: options.Args = "",
    inputs: options.Inputs = "",
    static: Annotated[
        bool,
        typer.Option(
            "--static", help="Execute nothing: say which functions can be differentiated."
        ),
    ] = False,
    jit: Annotated[
        bool, typer.Option("--jit/--no-jit", help="Check what Numba compiles, or CPython runs.")
    ] = True,
    json: options.Json = False,
    seconds: options.SecondsEach = limits.SECONDS,
) -> None:
    """Compare gradients with finite differences of the function, entry by entry.

    FILE is executed.  Arguments are drawn at random by their types, which come from --args, from
    annotations, or from use; --inputs gives some of them.  Exit code 1 if a gradient is wrong, if a
    function that was asked for, by name or @differentiate, has none or cannot be called, or if
    there is nothing to check.
    """
    asked = Asked(target, wrt, args, run=not static)
    if static:
        with limits.bounded(seconds):
            findings = [_static(one) for one in targets(asked)]
    else:
        with silenced():
            findings = list(_numerical(asked, inputs, jit, seconds))
    if json:
        print_json([finding.document() for finding in findings])
    else:
        print_table(COLUMNS, [finding.row() for finding in findings])
        _explain(findings)
    right = [finding for finding in findings if finding.result != LEFT_OUT]
    if not right or not all(finding.passes for finding in right):
        raise typer.Exit(exits.FAILED)


def _explain(findings: Sequence[Finding]) -> None:
    """What can be done about what is not as it should be."""
    for finding in findings:
        if finding.remark and not finding.passes:
            where = finding.place
            place = f"{where['file']}:{where['line']}: " if where else ""
            help = f"\n  help: {finding.hint}" if finding.hint else ""
            print(visible(f"\n{place}{finding.function}: {finding.remark}{help}"))


def _static(target: Target) -> Finding:
    try:
        item = target.listed()
        with types_in_hint(item):
            listing([item], "array")
    except UnsupportedError as error:
        return _refused(target, error)
    types = {name: show(argument) for name, argument in item.arguments.items()}
    return Finding(target.name, DIFFERENTIABLE, _by(item), types)


def _numerical(asked: Asked, inputs: str, jit: bool, seconds: int) -> Iterator[Finding]:
    with limits.running(f"running {asked.file}", seconds):
        module = executed(asked.file)
    wanted = targets(asked, living.described(asked.file, module, asked.name))
    given = samples.parsed_inputs(inputs, vars(module))
    for name in given:
        if not any(name in target.parameters for target in wanted):
            raise AdgenError(f"--inputs: there is no parameter `{name}`")
    functions = functions_of(module, asked.name)
    for target in wanted:
        try:
            with limits.running(f"`{target.name}`", seconds, called=True):
                found = _compared(target, functions[target.name], given, jit)
        except UnsupportedError as error:
            found = _refused(target, error)
        except limits.OutOfTime as error:
            found = _uncalled(target, error.message, error.hint)
        yield found


def _compared(target: Target, function: Any, given: Mapping[str, Any], jit: bool) -> Finding:
    item = target.listed()
    plain = function.py_func if isinstance(function, Differentiable) else function
    own = {name: value for name, value in given.items() if name in item.arguments}
    described = samples.with_types_of(item, own)
    types = {name: show(argument) for name, argument in described.arguments.items()}
    by = _by(described)
    made = Differentiable(plain, tuple(described.positions), Options(jit=jit))
    call = samples.by_position(made)
    with types_in_hint(described):
        plans = samples.plans(samples.optimised(described))
        args, failure = samples.called(call, described, own, list(plans))
    if failure is not None:
        remark = f"{type(failure).__name__}: {failure}"
        found = _uncalled(target, remark, 'give arguments: --inputs "..."')
        return replace(found, by=by, types=types)
    compared = compare(made, args, call)
    if compared.right:
        checking.check(made, described.positions, args)
    return Finding(target.name, RIGHT if compared.right else WRONG, by, types, compared)


def _uncalled(target: Target, remark: str, hint: str) -> Finding:
    source = target.function.source
    result = UNCALLED if target.explicitly else LEFT_OUT
    place = {"file": source.file, "line": source.first_line}
    return Finding(target.name, result, remark=remark, hint=hint, place=place)


def _refused(target: Target, error: UnsupportedError) -> Finding:
    result = REFUSED if target.explicitly else LEFT_OUT
    return Finding(
        target.name, result, remark=error.message, hint=error.hint, place=place_of(error)
    )


def _by(item: Listed) -> tuple[str, ...]:
    names = list(item.arguments)
    return tuple(names[k] for k in item.positions)
