"""Blocks under construction: where symbolic integers are computed once and looked up."""

from __future__ import annotations

import builtins
import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.passes.loops.symbolic import (
    FLOORDIV,
    MAX0,
    MINIMUM,
    TIMES,
    ZERO,
    Apply,
    Atom,
    Extent,
    Sym,
    Symbols,
)
from adgen.transpiler.primitives.builder import Builder


class Scope:
    """One block of the output, its values, and the integers computed in it so far.

    A ``dim`` is taken right where its array is defined, so that it never keeps
    an array alive that has been written since.
    """

    def __init__(self, symbols: Symbols, parent: Scope | None = None) -> None:
        self.symbols = symbols
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.chunks: list[list[Op]] = []
        self.builder = Builder()
        self._home: dict[Value, list[Op]] = {}  # array -> the chunk that takes its dims
        self._renamed: dict[Value, Operand] = {}
        self._memo: dict[Sym, Operand] = {}
        self._same: dict[Sym, Sym] = {}

    def define(self, values: tuple[Value, ...]) -> None:
        """Values that are at hand from here on (block arguments, results of ops)."""
        chunk: list[Op] = []
        self.chunks += [self.builder.ops, chunk]
        self.builder.ops = []
        for value in values:
            self._home[value] = chunk

    def rename(self, old: Value, new: Operand) -> None:
        """An integer value of the input that is another operand in the output."""
        self._renamed[old] = new

    def remember(self, sym: Sym, operand: Operand) -> None:
        """An operand that holds a symbolic integer."""
        if not sym.is_const:
            self._memo.setdefault(sym, operand)

    def close(self, args: tuple[Value, ...], yields: tuple[Operand, ...]) -> Block:
        """The finished block."""
        ops = [op for chunk in (*self.chunks, self.builder.ops) for op in chunk]
        return Block(args, tuple(ops), yields)

    # Equal extents

    def same(self, sym: Sym) -> Sym:
        """The representative of all extents that guards have made equal to this one."""
        scope: Scope | None = self
        while scope is not None:
            if sym in scope._same:
                return self.same(scope._same[sym])
            scope = scope.parent
        return sym

    def agree(self, a: Sym, b: Sym) -> bool:
        """Record that two extents are equal from here on; whether a check is needed for that."""
        a, b = self.same(a), self.same(b)
        if a == b:
            return False
        if b.is_const:
            a, b = b, a
        self._same[b] = a
        return True

    # Emission of symbolic integers

    def emit(self, sym: Sym) -> Operand:
        """An operand of that value, computed in the outermost block where that is possible."""
        if sym.is_const:
            return sym.const
        scope = self._owner(sym)
        return scope._emit(sym)

    def _owner(self, sym: Sym) -> Scope:
        """The innermost scope that defines something the integer is computed from."""
        deepest: Scope | None = None
        for atom in self.symbols.atoms_of(sym):
            scope = self._scope_of(atom.value if isinstance(atom, Extent) else atom)
            if deepest is None or scope.depth > deepest.depth:
                deepest = scope
        return deepest or self

    def _scope_of(self, value: Value) -> Scope:
        scope: Scope | None = self
        while scope is not None:
            if value in scope._home or value in scope._renamed:
                return scope
            scope = scope.parent
        raise AssertionError(f"{value!r} is not at hand here")

    def _emit(self, sym: Sym) -> Operand:
        if sym in self._memo:
            return self._memo[sym]
        total: Operand = sym.const if sym.const > 0 else 0
        started = False
        for number, factor in sorted(sym.terms, key=lambda term: term[1] < 0):
            atom = self._atom(self.symbols.atoms[number])
            if abs(factor) != 1:
                atom = self._int(operator.mul, abs(factor), atom)
            if factor > 0:
                total = self._int(operator.add, total, atom) if started or total else atom
            else:
                total = self._int(operator.sub, total, atom)
            started = True
        if sym.const < 0:
            total = self._int(operator.sub, total, -sym.const)
        self._memo[sym] = total
        return total

    def _atom(self, atom: Atom) -> Operand:
        if isinstance(atom, Extent):
            return self._dim(atom)
        if isinstance(atom, Value):
            return self._scope_of(atom)._renamed.get(atom, atom)
        args = [self.emit(arg) for arg in atom.args]
        if atom.function == MAX0:
            return self._int(builtins.max, args[0], 0)
        if atom.function == MINIMUM:
            return self._int(builtins.min, *args)
        if atom.function == TIMES:
            return self._int(operator.mul, *args)
        if atom.function == FLOORDIV:
            return self._int(operator.floordiv, *args)
        return self._wrap(atom, args)

    def _wrap(self, atom: Apply, args: list[Operand]) -> Operand:
        """``i + n if i < 0 else i`` without a branch: ``i + n * (i < 0)`` as integers."""
        index, extent = args
        negative = self.builder.emit(operator.lt, index, 0)
        shifted = self._int(operator.add, index, extent)
        return self.builder.emit(np.where, negative, shifted, index)

    def _dim(self, atom: Extent) -> Operand:
        scope = self._scope_of(atom.value)
        sym = self.symbols.atom(atom)
        if sym not in scope._memo:
            builder = Builder()
            scope._memo[sym] = builder.emit(core.DIM, atom.value, axis=atom.axis)
            scope._home[atom.value].extend(builder.ops)
        return scope._memo[sym]

    def _int(self, callee: object, *operands: Operand) -> Operand:
        return self.builder.emit(callee, *operands)  # type: ignore[arg-type]


__all__ = ["ZERO", "Scope"]
