"""Numba's reconstruction of static single assignment, one variable after the other.

Numba goes through the whole function for each variable that is assigned more than once, which
takes time that grows with the square of its length.  Here only the blocks that mention a variable
are gone through; what is done in them are Numba's own steps.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

from numba.core import ssa
from numba.core.analysis import compute_cfg_from_blocks
from numba.core.compiler_machinery import register_pass
from numba.core.ir_utils import build_definitions
from numba.core.postproc import PostProcessor
from numba.core.untyped_passes import ReconstructSSA

Blocks = dict[int, Any]


@register_pass(mutates_CFG=True, analysis_only=False)
class ShortSSA(ReconstructSSA):  # type: ignore[misc]
    """Numba's pass with a shorter way through the blocks."""

    _name = "adgen_reconstruct_ssa"

    def run_pass(self, state: Any) -> bool:
        """Give every assignment a variable of its own."""
        state.func_ir.blocks = reconstructed(state.func_ir.blocks)
        self._patch_locals(state)
        state.func_ir._definitions = build_definitions(state.func_ir.blocks)
        PostProcessor(state.func_ir).run(emit_dels=False)
        return True


def reconstructed(blocks: Blocks) -> Blocks:
    """The blocks of a function with each variable assigned once."""
    blocks = dict(blocks)
    flow = compute_cfg_from_blocks(blocks)
    fronts = ssa._iterated_domfronts(flow)
    mentioned = _mentioned(blocks)
    variables_of = ssa._CacheListVars()
    for name in ssa._find_defs_violators(blocks, flow):
        some = {label: blocks[label] for label in mentioned[name]}
        some, made = ssa._fresh_vars(some, name)
        blocks.update(some)
        _reach(blocks, some, name, made, (flow, fronts, variables_of))
    return blocks


def _mentioned(blocks: Blocks) -> dict[str, list[int]]:
    """The labels of the blocks that mention each variable, in order."""
    found: dict[str, dict[int, None]] = defaultdict(dict)
    for label, block in blocks.items():
        for statement in block.body:
            for variable in statement.list_vars():
                found[variable.name][label] = None
    return {name: list(labels) for name, labels in found.items()}


def _reach(blocks: Blocks, some: Blocks, name: str, made: Any, known: tuple[Any, Any, Any]) -> None:
    """Let uses of a variable name the assignment that reaches them; ``made``: those, by block."""
    flow, fronts, variables_of = known
    joins: dict[int, list[Any]] = defaultdict(list)
    states = {
        "scope": ssa._get_scope(some), "varname": name, "defmap": made, "phimap": joins,
        "cfg": flow, "phi_locations": ssa._compute_phi_locations(fronts, made),
    }  # fmt: skip
    blocks.update(ssa._run_block_rewrite(some, states, ssa._FixSSAVars(variables_of)))
    for label, nodes in joins.items():
        if nodes:
            block = copy.copy(blocks[label])
            block.body = nodes + block.body
            blocks[label] = block
