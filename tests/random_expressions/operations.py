"""What an expression may consist of: each kind writes a line, and says the shape of its result.

A line is text in NumPy that means the same in ``jax.numpy``.  Values stay small, and away from
where functions have kinks or poles, by what is wrapped around them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

Shape = tuple[int, ...]
Written = tuple[str, Shape]
Draw = np.random.Generator
Operation = Callable[[Draw, str, Shape, str, Shape], Written | None]

UNARY = [
    "np.sin({x})", "np.cos({x})", "np.tanh({x})", "np.exp(-{x} * {x})", "np.log1p({x} * {x})",
    "np.sqrt(1.5 + np.sin({x}))", "np.arctan({x})", "np.square(np.sin({x}))",
    "np.expm1(np.cos({x}))",
    "np.sinh(np.sin({x}))", "np.arcsinh({x})", "np.sinc({x})", "np.exp2(np.sin({x}))",
    "np.reciprocal(2.5 + np.cos({x}))", "np.cbrt(2.5 + np.cos({x}))", "np.log(2.5 + np.sin({x}))",
    "np.arcsin(0.5 * np.sin({x}))", "np.deg2rad({x}) + {x}", "-{x}", "np.abs({x})",
    "np.where({x} > 0.1, {x}, 0.5 * {x})",
    "np.clip({x}, -0.7, 0.9)", "np.maximum({x}, 0.13)",
    "np.nan_to_num({x})", "{x} ** 2 / (1.0 + {x} ** 2)", "np.floor({x}) + {x}",
    "np.sign({x}) * {x}",
]  # fmt: skip
BINARY = [
    "{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} / (2.5 + np.sin({y}))", "np.maximum({x}, {y})",
    "np.minimum({x}, {y})", "np.hypot({x}, 1.0 + {y} * {y})", "np.arctan2({x}, 2.0 + np.sin({y}))",
    "np.logaddexp({x}, {y})", "(1.5 + np.sin({x})) ** np.cos({y})", "np.where({x} > {y}, {x}, {y})",
    "np.copysign({x}, {y})", "np.fmod({x}, 3.3) * {y}",
]  # fmt: skip
REDUCTIONS = [
    "np.sum({x}{a})", "np.mean({x}{a})", "np.max({x}{a})", "np.min({x}{a})", "np.var({x}{a})",
    "np.prod(1.0 + 0.2 * np.sin({x}){a})", "np.median({x}{a})",
    "np.quantile({x}, 0.3{a})", "np.linalg.norm({x}{a}) + 1.0", "np.nansum({x}{a})", 
    "np.sqrt(1.0 + np.var({x}{a}))",
    "np.ptp({x}{a})", "np.average({x}{a})",
]  # fmt: skip
ALONG = [
    "np.cumsum({x}, axis={k})", "np.cumprod(1.0 + 0.2 * np.sin({x}), axis={k})",
    "np.sort({x}, axis={k})", "np.flip({x}, {k})", "np.roll({x}, 1, axis={k})",
    "np.diff({x}, axis={k}, prepend=0.0)", "np.concatenate(({x}, {x}), axis={k})",
]  # fmt: skip


def unary(draw: Draw, x: str, shape: Shape, y: str, other: Shape) -> Written:
    return draw.choice(UNARY).format(x=x), shape


def binary(draw: Draw, x: str, shape: Shape, y: str, other: Shape) -> Written | None:
    try:
        return draw.choice(BINARY).format(x=x, y=y), np.broadcast_shapes(shape, other)
    except ValueError:
        return None


def reduction(draw: Draw, x: str, shape: Shape, y: str, other: Shape) -> Written | None:
    if not shape:
        return None
    keep = bool(draw.integers(2))
    axis: int | None = (
        None if draw.integers(4) == 0 else int(draw.integers(-len(shape), len(shape)))
    )
    text = str(draw.choice(REDUCTIONS))
    if axis is None and "norm" in text and len(shape) > 2:
        return None
    written = "" if axis is None else f", axis={axis}"
    written += ", keepdims=True" if keep else ""
    gone = range(len(shape)) if axis is None else [axis % len(shape)]
    rest = [1 if k in gone else n for k, n in enumerate(shape) if keep or k not in gone]
    return text.format(x=x, a=written), tuple(rest)


def along(draw: Draw, x: str, shape: Shape, y: str, other: Shape) -> Written | None:
    if not shape:
        return None
    k = int(draw.integers(-len(shape), len(shape)))
    text = str(draw.choice(ALONG))
    longer = list(shape)
    if "concatenate" in text:
        longer[k] *= 2
    return text.format(x=x, k=k), tuple(longer)


def rearranged(draw: Draw, x: str, shape: Shape, y: str, other: Shape) -> Written | None:
    rank = len(shape)
    if not 0 < rank < 4:
        return None
    perm = tuple(int(k) for k in draw.permutation(rank))
    forms = [
        (f"np.transpose({x}, {perm})", tuple(shape[k] for k in perm)),
        (f"np.reshape({x}, -1)", (int(np.prod(shape)),)),
        (f"np.expand_dims({x}, {perm[0]})", (*shape[: perm[0]], 1, *shape[perm[0] :])),
        (f"np.tile({x}, 2)", (*shape[:-1], 2 * shape[-1])),
        (f"np.repeat({x}, 2, axis={perm[0]})",
         (*shape[: perm[0]], 2 * shape[perm[0]], *shape[perm[0] + 1 :])),
        (f"np.pad({x}, 1)", tuple(n + 2 for n in shape)),
        (f"np.stack(({x}, 2.0 * {x}), axis={perm[0]})", (*shape[: perm[0]], 2, *shape[perm[0] :])),
        (f"np.broadcast_to({x}, {(2, *shape)})", (2, *shape)),
        (f"np.moveaxis({x}, 0, -1)", (*shape[1:], shape[0])),
    ]  # fmt: skip
    return forms[int(draw.integers(len(forms)))]


def indexed(draw: Draw, x: str, shape: Shape, y: str, other: Shape) -> Written | None:
    if not shape:
        return None
    n, rest = shape[0], shape[1:]
    picked = tuple(int(k) for k in draw.integers(0, n, size=3))
    start = int(draw.integers(0, n))
    forms: list[Written] = [
        (f"{x}[{start}]", rest), (f"{x}[{start}:]", (n - start, *rest)),
        (f"{x}[::-1]", shape), (f"{x}[::2]", ((n + 1) // 2, *rest)),
        (f"{x}[np.array({list(picked)})]", (3, *rest)), (f"{x}[..., -1]", shape[:-1]),
        (f"{x}[np.newaxis]", (1, *shape)),
        (f"np.take({x}, np.array({list(picked)}), axis=0)", (3, *rest)),
        (f"{x}[np.argsort({x}[:, 0])]" if rest else f"{x}[np.argsort({x})]", shape),
    ]  # fmt: skip
    if rest:
        last = tuple(int(k) for k in draw.integers(0, shape[1], size=3))
        forms.append((f"{x}[np.array({list(picked)}), np.array({list(last)})]", (3, *shape[2:])))
        forms.append((f"{x}[:, np.array({list(last)})]", (n, 3, *shape[2:])))
    return forms[int(draw.integers(len(forms)))]


def product(draw: Draw, x: str, shape: Shape, y: str, other: Shape) -> Written | None:
    if not shape or len(shape) > 3:
        return None
    if len(shape) >= 2:
        letters = "ijk"[: len(shape)]
        forms = [
            (f"0.3 * {x} @ np.swapaxes({x}, -1, -2)", (*shape[:-1], shape[-2])),
            (f'np.einsum("{letters},{letters}->{letters[0]}", {x}, {x})', shape[:1]),
            (f'np.einsum("...j,...j->...", {x}, {x})', shape[:-1]),
            (f"np.tensordot({x}, {x}, axes=([0], [0]))", (*shape[1:], *shape[1:])),
        ]
        chosen = forms[int(draw.integers(len(forms)))]
        return None if len(chosen[1]) > 3 else chosen
    forms = [(f"np.outer({x}, np.cos({x}))", (shape[0], shape[0])), (f"np.dot({x}, {x})", ()),
             (f"np.convolve({x}, np.array([0.5, -1.0, 0.25]))", (shape[0] + 2,)),
             (f"np.diag({x})", (shape[0], shape[0]))]  # fmt: skip
    return forms[int(draw.integers(len(forms)))]


OPERATIONS: list[Operation] = [
    unary, unary, binary, binary, reduction, along, rearranged, indexed, product,
]  # fmt: skip
SHAPES: list[Shape] = list(
    itertools.chain([(3,), (4,), (1,), (2, 3), (3, 4), (3, 1), (1, 4), (2, 3, 4), (2, 1, 4)])
)
