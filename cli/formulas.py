"""The derivatives in the table as formulas, from the text of the rules themselves."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
from collections.abc import Mapping
from typing import Any

from adgen.transpiler.primitives.kinds import Bilinear, Elementwise, Linear, Primitive, Unknown
from adgen.transpiler.primitives.spelling import called, is_special
from adgen.transpiler.primitives.table import find


def formula_of(entry: Primitive) -> str:
    """``t * np.cos(x)``: what a tangent ``t`` of each operand contributes to that of the result.

    From the rule itself where that is an expression, else as the table has it.
    """
    if entry.formula:
        return entry.formula
    match entry.kind:
        case Elementwise(rules=rules):
            parts = [_formula(rule, entry.operands) for rule in rules]
            return "" if None in parts else ", ".join(part for part in parts if part is not None)
        case Linear():
            return _applied(entry, ("t", *entry.operands[1:]))
        case Bilinear():
            first, second = entry.operands
            return f"{_applied(entry, ('t', second))}, {_applied(entry, (first, 't'))}"
    return ""


def name_of(entry: Primitive) -> str:
    """How users spell it: ``np.sin``, ``math.sin``, ``x + y``."""
    callee: Any = entry.callee
    if entry.symbol and _module(callee) in ("_operator", "operator"):
        return _applied(entry, ("x", "y")[: len(entry.operands)])
    return _function_name(entry)


def _applied(entry: Primitive, operands: tuple[str, ...]) -> str:
    if entry.symbol and _module(entry.callee) in ("_operator", "operator"):
        return f"{entry.symbol}{operands[0]}" if len(operands) == 1 else (
            f"{operands[0]} {entry.symbol} {operands[1]}"
        )  # fmt: skip
    return f"{_function_name(entry)}({', '.join(operands)})"


def _function_name(entry: Primitive) -> str:
    callee: Any = entry.callee
    if is_special(callee) or entry.shape is not None:
        return called(callee)
    module = _module(callee)
    if module.startswith("adgen."):
        return called(callee)
    short = {"numpy": "np.", "builtins": "", "math": "math.", "_operator": "operator."}
    return f"{short.get(module, f'{module}.')}{getattr(callee, '__name__', repr(callee))}"


def _module(callee: Any) -> str:
    return getattr(callee, "__module__", None) or "numpy"


def _formula(rule: Any, names: tuple[str, ...]) -> str | None:
    if rule is None:
        return "0"
    if isinstance(rule, Unknown):
        return "unknown"
    body = _body(rule)
    if body is None:
        return None
    given = inspect.signature(rule).parameters
    meant: dict[str, ast.expr] = {
        own: ast.Name(name, ast.Load())
        for own, name in zip(given, ("t", "f", *names), strict=False)
    }
    for own, parameter in given.items():  # functions that a loop gives to its rules
        entry = find(parameter.default)
        if entry is not None:
            meant[own] = ast.parse(_function_name(entry), mode="eval").body
    return ast.unparse(_Written(meant, rule.__globals__).visit(body))


def _body(rule: Any) -> ast.expr | None:
    """The expression of a lambda, or of a function that only returns one."""
    code = getattr(rule, "__code__", None)
    if code is None or code.co_freevars:
        return None
    found = [
        node
        for node in _functions_of_file(code.co_filename)
        if node.lineno <= code.co_firstlineno <= (node.end_lineno or 0)
        and [arg.arg for arg in node.args.args] == list(code.co_varnames[: code.co_argcount])
    ]
    for node in found:
        if isinstance(node, ast.Lambda) and code.co_name == "<lambda>":
            if len(found) == 1 or _holds(node, code):
                return node.body
        elif isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            match node.body:
                case [*before, ast.Return(value=value)] if all(map(_says_nothing, before)):
                    return value
    return None


def _says_nothing(statement: ast.stmt) -> bool:
    """A docstring, or an import."""
    is_doc = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_doc or isinstance(statement, (ast.Import, ast.ImportFrom))


def _holds(node: ast.Lambda, code: Any) -> bool:
    """Whether a lambda is the one that a code object was made of: its columns say."""
    places = [place for place in code.co_positions() if None not in place and any(place[2:])]
    first = node.body.lineno, node.body.col_offset
    last = node.body.end_lineno or 0, node.body.end_col_offset or 0
    return bool(places) and all(
        first <= (line, column) and (end_line, end_column) <= last
        for line, end_line, column, end_column in places
    )  # fmt: skip


@functools.cache
def _tree_of_file(file: str) -> ast.Module:
    try:
        with open(file, encoding="utf-8") as stream:
            return ast.parse(stream.read())
    except (OSError, SyntaxError):
        return ast.Module([], [])


@functools.cache
def _functions_of_file(file: str) -> list[ast.Lambda | ast.FunctionDef]:
    tree = _tree_of_file(file)
    return [node for node in ast.walk(tree) if isinstance(node, (ast.Lambda, ast.FunctionDef))]


def _constants_of_file(file: str) -> dict[str, ast.expr]:
    """Names of the module, and what they are assigned."""
    found: dict[str, ast.expr] = {}
    for node in _tree_of_file(file).body:
        match node:
            case ast.Assign(targets=[ast.Name() as name], value=value):
                found[name.id] = value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                named = zip(names, values, strict=True)
                found |= {name.id: value for name, value in named if isinstance(name, ast.Name)}
    return found


class _Written(ast.NodeTransformer):
    """Parameters as what they stand for, and helpers of the table written out."""

    def __init__(self, meant: Mapping[str, ast.expr], known: Mapping[str, Any]) -> None:
        self.meant = meant
        self.known = known

    def visit(self, node: ast.AST) -> Any:
        """A copy: rules are read once and may be written out for several functions."""
        return super().visit(copy.deepcopy(node)) if isinstance(node, ast.expr) else node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.meant or not isinstance(self.known.get(node.id), float):
            return self.meant.get(node.id, node)
        constant: ast.expr = self.visit(_constants_of_file(self.known["__file__"])[node.id])
        return constant

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        module = self.known.get(node.value.id) if isinstance(node.value, ast.Name) else None
        entry = find(getattr(module, node.attr, None))
        return node if entry is None else ast.parse(_function_name(entry), mode="eval").body

    def visit_Call(self, node: ast.Call) -> ast.expr:
        args = [self.visit(arg) for arg in node.args]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "call":  # of a Tracer
            return ast.Call(args[0], [self.visit(node.func.value), *args[1:]], [])
        helper = self.known.get(node.func.id) if isinstance(node.func, ast.Name) else None
        body = _body(helper)
        if helper is None or body is None:
            keywords = [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords]
            return ast.Call(self.visit(node.func), args, keywords)
        own = dict(zip(inspect.signature(helper).parameters, args, strict=True))
        written: ast.expr = _Written(own, helper.__globals__).visit(body)
        return written
