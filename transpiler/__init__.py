"""Source in, source out: from a numeric Python function to the source of its derivative."""
