"""Many threads, many processes, hostile text: what takes too long for every test run.

    python -m tests.stress threads|processes|front_end [options]

``test_stress.py`` runs a little of each.
"""
