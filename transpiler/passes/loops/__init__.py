"""From array level to loop level: every array operation becomes fused explicit loops."""

from adgen.transpiler.passes.loops.lower import lower_to_loops

__all__ = ["lower_to_loops"]
