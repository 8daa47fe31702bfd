"""What all tests share: a cache folder of their own, and quiet property tests."""

from __future__ import annotations

import os
import tempfile

import hypothesis
import pytest

hypothesis.settings.register_profile("adgen", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.load_profile("adgen")


def pytest_configure(config: pytest.Config) -> None:
    """Compiled code of a test run must not come from, or go to, the user's cache."""
    if "ADGEN_CACHE_DIR" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="adgen_tests_", ignore_cleanup_errors=True)
        os.environ["ADGEN_CACHE_DIR"] = folder.name
        config.add_cleanup(folder.cleanup)
