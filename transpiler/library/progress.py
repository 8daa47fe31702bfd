"""``tqdm`` in plain Python: what it runs over, and no bar."""

# ruff: noqa: D102  (the methods are those of the class of that name)

from __future__ import annotations


class tqdm:  # noqa: N801  (messages and the text of programs call it so)
    """What the front end makes of a progress bar."""

    def __init__(self, iterable=None, desc=None, total=None, **options):
        self.iterable = iterable
        self.total = total
        self.n = 0

    def __iter__(self):
        return iter(self.iterable)

    def __len__(self):
        return len(self.iterable) if self.total is None else self.total

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        pass

    def update(self, n=1):
        self.n += n

    def set_description(self, desc=None, refresh=True):
        pass

    def set_description_str(self, desc=None, refresh=True):
        pass

    def set_postfix(self, ordered_dict=None, refresh=True, **values):
        pass

    def set_postfix_str(self, s="", refresh=True):
        pass

    def refresh(self, **options):
        pass

    def close(self):
        pass


def trange(*bounds, **options):
    """``tqdm(range(...))``."""
    return tqdm(range(*bounds), **options)
