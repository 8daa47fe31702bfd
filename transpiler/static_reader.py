"""The statements of a file, read one after the other as Python would run them."""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import itertools
import logging
import math
import operator
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from adgen.transpiler.constants import NotConstant, evaluate
from adgen.transpiler.dialects import ADGEN, NUMBA, module_at, stand_in
from adgen.transpiler.errors import AdgenError, Unrun
from adgen.transpiler.source import Source, source_of_node
from adgen.transpiler.span import Span
from adgen.transpiler.static_bindings import StaticBindings, StaticFunction
from adgen.transpiler.static_rules import Declarations
from adgen.transpiler.surroundings import MISSING

MODULES: dict[str, Any] = {"numpy": np, "math": math, "builtins": builtins, "numba": NUMBA}
MODULES |= {module.__name__: module for module in (contextlib, functools, itertools, operator)}
MODULES |= {module.__name__: module for module in (logging, time, warnings)}
MODULES |= dict.fromkeys(("adgen", "autograd", "jax"), ADGEN)
HARMLESS_DECORATORS = frozenset({"njit", "jit", "differentiate", "lru_cache", "cache", "wraps"})


class Reader:
    """Walks the statements of a module in order, as Python would run them."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file = file
        self.lines = lines
        self.bindings = StaticBindings()
        self.functions: dict[str, StaticFunction] = {}
        self.adgen: set[str] = set()  # names of the package
        self.differentiate: set[str] = set()  # names of the decorator
        self.declarations = Declarations(self.adgen)

    def read(self, statement: ast.stmt) -> None:
        """Take in what one statement binds."""
        match statement:
            case ast.Import() | ast.ImportFrom():
                self._import(statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(statement)
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._assign([target], value)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                self._assign([target], ast.BinOp(ast.Name(name, ast.Load()), op, value))
            case ast.Try(body=body) if all(
                isinstance(part, (ast.Import, ast.ImportFrom)) for part in body
            ):
                for part in body:  # `try: import numba except ImportError: …`
                    self.read(part)
            case ast.ClassDef() if self._bases_of_exception(statement):
                self._exception(statement)
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Expr(value=ast.Call() as call) if self.declarations.declares_rules(
                call.func, self.bindings.lookup
            ):
                self._rules(call)
            case ast.If(test=test, orelse=[]) if ast.unparse(test) == "__name__ == '__main__'":
                pass  # does not run on import either
            case _:
                self._opaque(statement)

    def _bases_of_exception(self, statement: ast.ClassDef) -> list[Any]:
        """The bases of a class of exceptions; none for any other class."""
        if statement.keywords or statement.decorator_list:
            return []
        bases = [
            self.bindings.lookup(base.id) if isinstance(base, ast.Name) else MISSING
            for base in statement.bases
        ]
        known = all(isinstance(base, type) and issubclass(base, BaseException) for base in bases)
        return bases if known else []

    def _exception(self, statement: ast.ClassDef) -> None:
        """A class that stands for the one of the file: it is named, and never raised."""
        defined = {part.name: None for part in statement.body if isinstance(part, ast.FunctionDef)}
        names = {**defined, "__module__": Path(self.file).stem}
        made = type(statement.name, (*self._bases_of_exception(statement), Unrun), names)
        self.functions.pop(statement.name, None)
        self.bindings.bind(statement.name, made)

    def forget_globals(self, tree: ast.Module) -> None:
        """Names that some function rebinds through ``global`` have no value to rely on."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                for name in node.names:
                    self.bindings.hide(name, "a function rebinds it through `global`")

    def _opaque(self, statement: ast.stmt) -> None:
        """A statement that is not followed: what it binds or may change becomes unknown."""
        reason = f"it depends on line {statement.lineno}, which is not run"
        for name in _bound_names(statement):
            self.functions.pop(name, None)
            self.bindings.hide(name, reason)
        used = [part.id for part in ast.walk(statement) if isinstance(part, ast.Name)]
        values = self.bindings.values
        touched = [values[name] for name in used if isinstance(values.get(name), np.ndarray)]
        for name, value in list(values.items()):
            if any(value is array for array in touched):
                self.bindings.hide(name, reason)

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            if isinstance(statement, ast.Import):
                self._import_module(alias)
            elif alias.name == "*":
                self._import_star(statement)
            else:
                self._import_name(statement, alias)

    def _import_module(self, alias: ast.alias) -> None:
        name = alias.asname or alias.name.partition(".")[0]
        path = alias.name if alias.asname else name
        if path == "adgen":
            self.adgen.add(name)
        value = _resolve(path)
        if value is MISSING:
            self.bindings.hide(name, f"module `{path}` is not imported when a file is only read")
        else:
            self.bindings.bind(name, value)

    def _import_name(self, statement: ast.ImportFrom, alias: ast.alias) -> None:
        name, module = alias.asname or alias.name, statement.module or ""
        if module.partition(".")[0] == "adgen" and alias.name == "differentiate":
            self.differentiate.add(name)
        self.declarations.imported(module, alias.name, name)
        value = MISSING if statement.level else _resolve(f"{module}.{alias.name}")
        if value is MISSING:
            origin = "." * statement.level + module
            self.bindings.hide(
                name, f"it comes from module `{origin}`, which is not imported when a file is read"
            )
        else:
            self.bindings.bind(name, value)

    def _import_star(self, statement: ast.ImportFrom) -> None:
        module = MODULES.get(statement.module or "", stand_in(statement.module or ""))
        if module is None or statement.level:
            for name in list(self.bindings.values):
                self.bindings.hide(name, f"`from {statement.module} import *` may have replaced it")
            return
        names = getattr(module, "__all__", None) or [n for n in vars(module) if n[0] != "_"]
        for name in names:
            self.bindings.bind(name, getattr(module, name))

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> None:
        if isinstance(value, ast.Lambda):
            for target in targets:
                if isinstance(target, ast.Name):
                    self._enter(target.id, value, decorated=False, options={})
            return
        try:
            known = evaluate(value, self.bindings.lookup)
        except NotConstant as error:
            line = targets[0].lineno
            self._opaque(ast.Assign(targets, value, lineno=line))
            for name in [name for target in targets for name in _bound_names(target)]:
                self.bindings.hide(name, f"{error} (line {line})")
            return
        for target in targets:
            self._bind_target(target, known)

    def _bind_target(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.functions.pop(target.id, None)
            self.bindings.bind(target.id, value)
        elif (
            isinstance(target, (ast.Tuple, ast.List))
            and isinstance(value, tuple)
            and len(value) == len(target.elts)
        ):
            for part, item in zip(target.elts, value, strict=True):
                self._bind_target(part, item)
        else:
            self._opaque(ast.Expr(value=target, lineno=target.lineno))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        options: dict[str, object] = {}
        decorated, unknown = False, ""
        declaring: list[ast.expr] = []
        for decorator in node.decorator_list:
            callee = decorator.func if isinstance(decorator, ast.Call) else decorator
            if self._is_differentiate(callee):
                decorated = True
                options = self._options(decorator)
            elif self.declarations.concerns(decorator, self.bindings.lookup):
                declaring.append(decorator)
            elif ast.unparse(callee).rpartition(".")[2] not in HARMLESS_DECORATORS:
                unknown = ast.unparse(callee)
        self._enter(node.name, node, decorated, options)
        for decorator in declaring:
            self._declare(node.name, decorator)
        if unknown:
            self.bindings.hide(
                node.name, f"what its decorator `{unknown}` does is not known without running it"
            )

    def _declare(self, name: str, decorator: ast.expr) -> None:
        """A primitive, a function with a rule, or the rule of one (``@f.defjvp``)."""
        lookup = self.bindings.lookup
        try:
            made = self.declarations.declared(decorator, lookup(name), lookup)
        except NotConstant as error:
            self.bindings.hide(name, f"{error} (line {decorator.lineno})")
            return
        if made is not None:
            self.bindings.bind(name, made)

    def _rules(self, call: ast.Call) -> None:
        try:
            self.declarations.take_rules(call, self.bindings.lookup, self._source)
        except NotConstant as error:
            self.bindings.hide(ast.unparse(call.args[0]), f"{error} (line {call.lineno})")

    def _is_differentiate(self, callee: ast.expr) -> bool:
        match callee:
            case ast.Name(id=name):
                return name in self.differentiate
            case ast.Attribute(value=ast.Name(id=name), attr="differentiate"):
                return name in self.adgen
        return False

    def _options(self, decorator: ast.expr) -> dict[str, object]:
        """The keywords of ``@differentiate(wrt=…)``, which must be constants."""
        options: dict[str, object] = {}
        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
        for keyword in keywords:
            if keyword.arg is None:
                continue
            try:
                options[keyword.arg] = self._option(keyword.value)
            except NotConstant as error:
                raise AdgenError(
                    f"`{keyword.arg}` is not known without running the file: {error}",
                    self._span(keyword.value),
                    hint=f"write a literal, as in {keyword.arg}=0",
                ) from error
        return options

    def _option(self, node: ast.expr) -> object:
        """A constant, or a dict of constants.  Raises NotConstant."""
        if not isinstance(node, ast.Dict) or None in node.keys:
            return evaluate(node, self.bindings.lookup)
        items = zip(node.keys, node.values, strict=True)
        lookup = self.bindings.lookup
        return {evaluate(key, lookup): evaluate(value, lookup) for key, value in items if key}

    def _span(self, node: ast.expr) -> Span:
        line = self.lines[node.lineno - 1]
        last = node.end_lineno or node.lineno
        end = node.end_col_offset or node.col_offset + 1
        return Span(self.file, node.lineno, node.col_offset, last, end, line)

    def _enter(
        self,
        name: str,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        decorated: bool,
        options: Mapping[str, object],
    ) -> None:
        source = replace(self._source(node), name=name)
        self.functions.pop(name, None)
        self.functions[name] = StaticFunction(source, decorated, options)
        self.bindings.bind(name, source)

    def _source(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Source:
        defaults = dict(self._defaults(node.args))
        return source_of_node(node, self.file, self.lines, self.bindings, defaults)

    def _defaults(self, args: ast.arguments) -> Iterator[tuple[str, object]]:
        positional = [*args.posonlyargs, *args.args]
        pairs: list[tuple[ast.arg, ast.expr | None]] = list(
            zip(positional[len(positional) - len(args.defaults) :], args.defaults, strict=True)
        )
        pairs += zip(args.kwonlyargs, args.kw_defaults, strict=True)
        for arg, default in pairs:
            if default is None:
                continue
            try:
                yield arg.arg, evaluate(default, self.bindings.lookup)
            except NotConstant:
                yield arg.arg, MISSING


def _resolve(path: str) -> object:
    """``numpy.linalg`` → the module, by attributes alone: nothing but SciPy is imported."""
    found = module_at(path)
    first, _, rest = path.partition(".")
    value: object = MODULES.get(first, MISSING)
    if found is not None:
        value, rest = found
    for name in filter(None, rest.split(".")):
        value = getattr(value, name, MISSING)
    return value


def _bound_names(node: ast.AST) -> Iterator[str]:
    """All names that a statement or target binds, anywhere in it."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, (ast.Store, ast.Del)):
            yield part.id
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part.name
        elif isinstance(part, ast.alias):
            yield part.asname or part.name.partition(".")[0]
