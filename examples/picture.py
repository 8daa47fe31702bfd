"""What the examples share: where their picture goes, and how it is saved."""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt


def options(doc, name, **numbers):
    """The options of an example: ``--out``, and whole numbers with their defaults."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(f"{name}.png"), help="the picture")
    for key, default in numbers.items():
        parser.add_argument(f"--{key}", type=int, default=default)
    return parser.parse_args()


def save(path, title, xlabel="", ylabel="", legend=False):
    """Save what was plotted."""
    plt.title(title)
    plt.xlabel(xlabel)
    plt.ylabel(ylabel)
    if legend:
        plt.legend()
    plt.tight_layout()
    plt.savefig(path, dpi=110)
    plt.close()
    print(f"saved {path}")
