"""Compiled functions and gradients inside of other people's programs.

    pip install 'adgen[ecosystem]' && pytest tests/ecosystem

Tests of a package that is not installed are skipped.
"""
