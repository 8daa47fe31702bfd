"""Speed of generated gradients beside hand-written adjoints and peers: ``python -m benchmarks``."""
