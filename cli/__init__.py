"""The command line: ``adgen show``, ``adgen rules``."""
