"""Functions as the text of a Python module."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

import gast

from adgen.transpiler import optimisations
from adgen.transpiler.emit import classes, kernels, nodes, opaque, vector_forms
from adgen.transpiler.emit.comments import Comments
from adgen.transpiler.emit.layout import fit
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.emit.origins import Origins
from adgen.transpiler.emit.plan import Plan, plan
from adgen.transpiler.emit.printing import print_statement
from adgen.transpiler.emit.repeated import share_equal_loops
from adgen.transpiler.emit.reserved import PLAIN_MODULES, local_name
from adgen.transpiler.emit.statements import Statements
from adgen.transpiler.emit.style import WIDTH, Style
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Operand
from adgen.transpiler.ir.trees import Constant, parts_of
from adgen.transpiler.nesting import walks_deep
from adgen.transpiler.primitives.spelling import import_of


@walks_deep
def emit_module(
    functions: Sequence[Function],
    style: Style,
    header: str = "",
    origins: Origins | None = None,
) -> str:
    """The text of a module: ``header`` as comment lines, the imports it needs, the functions.

    ``origins`` is told what the statements come from.
    """
    emitted = [emit_function(function, style, origins) for function in functions]
    texts = [text for all_of_one in emitted for text in all_of_one]
    comments = [
        (line if line.startswith("#") else f"# {line}").rstrip() + "\n"
        for line in header.splitlines()
    ]
    imports = [f"{line}\n" for line in _imports(functions, texts, style)]
    top = "\n".join(part for part in ("".join(comments), "".join(imports)) if part)
    return "\n\n".join([top, *texts] if top else texts)


def emit_function(function: Function, style: Style, origins: Origins | None = None) -> list[str]:
    """The text of a function definition, behind those of the functions that it calls.

    Raises InvalidIR if a write in place could be seen through another value.
    """
    comments = Comments()
    definitions = _definitions(plan(function, style), comments, origins)
    return [fit(comments.insert(print_statement(node))) for node in definitions]


def _definitions(planned: Plan, comments: Comments, origins: Origins | None) -> list[Stmt]:
    function = planned.function
    write = Statements(planned, comments, origins)

    def returns(yields: Sequence[Operand]) -> list[Stmt]:
        count = core.leaves(function.structure)
        value = _nested(function.structure, write.expressions.operands(yields[:count]))
        if function.residuals_out:
            value = nodes.tuple_([value, write.slots.handed_over()])
        nothing = isinstance(function.structure, Constant) and not function.residuals_out
        return [] if nothing else [gast.Return(value)]

    names = [planned.naming.values[param] for param in function.params]
    if function.residuals_in:
        names = ["residuals", *names]
    body = comments.docstring(function.doc)
    body += write.slots.received() + write.slots.initial() + write.body(returns)
    shared: list[Stmt] = []
    if planned.style.numba and optimisations.enabled(optimisations.EQUAL_LOOPS):
        shared = share_equal_loops(planned, names, body)
    params = [gast.Name(name, gast.Param(), None, None) for name in names]
    arguments = gast.arguments(params, [], None, [], [], None, [])
    definition = gast.FunctionDef(
        local_name(function.name), arguments, body or [gast.Pass()], _decorators(planned), None,
        None, [],
    )  # fmt: skip
    definitions = [*write.chunks.functions, *shared, definition]
    if origins is not None:
        for made in definitions:
            origins.note_definition(made, planned)
    return definitions


def _decorators(planned: Plan) -> list[Expr]:
    """What CPython needs to be as silent as the program wants it; Numba says nothing anyway."""
    ignored = planned.function.ignored
    if not ignored or planned.style.numba:
        return []
    return [nodes.call("np.errstate", **{kind: nodes.constant("ignore") for kind in ignored})]


def _nested(structure: Any, items: list[Expr]) -> Expr:
    """The result, nested as the structure says (see ``ir/trees.py``); consumes ``items``."""
    if structure is core.LEAF:
        return items.pop(0)
    if isinstance(structure, Constant):
        return nodes.constant(None)
    return nodes.tuple_([_nested(part, items) for part in parts_of(structure) or ()])


def _imports(functions: Sequence[Function], texts: Sequence[str], style: Style) -> list[str]:
    """The import lines that the texts need, in three groups."""
    named = {*((module, "") for module in PLAIN_MODULES), ("numpy", "np")}
    used = {
        (module, short)
        for module, short in named
        if any(re.search(rf"\b{short or module}\.", text) for text in texts)
    }
    found = {
        import_of(op.callee, style.numba)
        for function in functions
        for _, op in core.walk(function.body)
        if not isinstance(op.callee, str)
    }
    if not style.numba:
        found |= classes.imported(functions)
    for text in texts:
        found |= (
            kernels.imports(text, style.numba) | vector_forms.imports(text) | opaque.imports(text)
        )
    pairs = sorted(pair for pair in found if pair is not None)
    groups = [
        [f"import {module}" for module in PLAIN_MODULES if (module, "") in used],
        ["import numpy as np"] if ("numpy", "np") in used else [],
        [
            _from_import(module, [name for other, name in pairs if other == module])
            for module in dict.fromkeys(module for module, _ in pairs)
        ],
    ]
    lines: list[str] = []
    for group in groups:
        lines += [*([""] if lines and group else []), *group]
    return lines


def _from_import(module: str, names: Sequence[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    rows = textwrap.wrap(", ".join(names) + ",", WIDTH - 4)
    return "\n".join([f"from {module} import (", *(f"    {row}" for row in rows), ")"])
