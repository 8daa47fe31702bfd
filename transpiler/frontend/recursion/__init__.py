"""Recursion: unrolled where its depth is known while lowering, a loop over stacks elsewhere."""
