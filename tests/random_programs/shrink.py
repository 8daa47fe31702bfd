"""Makes a failing program small: deletes statements, unwraps blocks, replaces expressions."""

from __future__ import annotations

import ast
import copy
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.random_programs.generate import Program


def shrink(program: Program, fails: Callable[[Program], bool], seconds: float = 20.0) -> Program:
    """The smallest program found that still fails, within a time limit."""
    deadline = time.monotonic() + seconds
    shrunk = True
    while shrunk and time.monotonic() < deadline:
        shrunk = False
        for text in _smaller(program.text):
            if time.monotonic() > deadline:
                break
            candidate = replace(program, text=text)
            if len(text) < len(program.text) and _parses(text) and _in_time(fails, candidate):
                program, shrunk = candidate, True
                break
    return program


def _in_time(fails: Callable[[Program], bool], candidate: Program, seconds: int = 3) -> bool:
    """Whether it fails; no for a program that does not end, which deletions may make."""
    if not hasattr(signal, "SIGALRM"):
        return fails(candidate)

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        return fails(candidate)
    except TimeoutError:
        return False
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _parses(text: str) -> bool:
    try:
        compile(text, "<shrunk>", "exec")
    except SyntaxError:
        return False
    return True


def _smaller(text: str) -> Iterator[str]:
    """Simpler texts, the boldest changes first."""
    tree = ast.parse(text)
    count = sum(1 for _ in _places(tree))
    for number in range(count):
        for variant in range(3):
            fresh = ast.parse(text)
            body, index = list(_places(fresh))[number]
            if _cut(body, index, variant):
                yield ast.unparse(ast.fix_missing_locations(fresh)) + "\n"
    spots = sum(1 for _ in _expressions(tree))
    for number in range(spots):
        fresh = ast.parse(text)
        parent, field, position, node = list(_expressions(fresh))[number]
        for child in _simpler(node):
            variant_tree = copy.deepcopy(fresh)
            where = list(_expressions(variant_tree))[number]
            _put(where[0], field, position, child)
            yield ast.unparse(ast.fix_missing_locations(variant_tree)) + "\n"


def _places(tree: ast.AST) -> Iterator[tuple[list[ast.stmt], int]]:
    """Every statement, as a list and a position in it; large ones first."""
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                for index in range(len(body)):
                    yield body, index


def _cut(body: list[ast.stmt], index: int, variant: int) -> bool:
    """Delete a statement (0), or put its body (1) or its else (2) in its place."""
    node = body[index]
    if variant == 0:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return False
        del body[index]
        if not body:
            body.append(ast.Pass())
        return not (len(body) == 1 and isinstance(node, ast.Pass))
    inner = getattr(node, "body" if variant == 1 else "orelse", None)
    if not isinstance(inner, list) or not inner or isinstance(node, ast.FunctionDef):
        return False
    body[index : index + 1] = inner
    return True


def _expressions(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    """Every expression with the place that holds it."""
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if field == "func":  # a number is not called
                continue
            if isinstance(value, ast.expr) and not isinstance(value, (ast.Name, ast.Constant)):
                yield node, field, None, value
            elif isinstance(value, list):
                for position, item in enumerate(value):
                    if isinstance(item, ast.expr) and not isinstance(
                        item, (ast.Name, ast.Constant)
                    ):
                        yield node, field, position, item


def _put(parent: ast.AST, field: str, position: int | None, new: ast.expr) -> None:
    if position is None:
        setattr(parent, field, copy.deepcopy(new))
    else:
        getattr(parent, field)[position] = copy.deepcopy(new)


def _simpler(node: ast.expr) -> list[ast.expr]:
    """Expressions that may stand in for one: its parts, or a number."""
    parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    if isinstance(node, ast.Call):
        parts = [*node.args]
    return [*parts, ast.Constant(0.7), ast.Constant(1)]
