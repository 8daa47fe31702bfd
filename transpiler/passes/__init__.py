"""Passes over the IR: pure functions from Function to Function, one per file."""
