"""Random IR programs: what is emitted means what the interpreter says."""

from __future__ import annotations

import pytest

from adgen.transpiler.emit.copies import insert_copies, verify_copies
from tests.emit.random_ir import Generator, arguments
from tests.emit.running import check


@pytest.mark.parametrize("block", range(8))
def test_random_programs(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        function = Generator(seed).function()
        verify_copies(insert_copies(function))
        check(function, *arguments(seed))
