"""Draws of random numbers in the middle of compiled code: NumPy's own call, made by CPython.

So the numbers are NumPy's, and the generator is as NumPy leaves it.  A call costs about two
microseconds, and ten milliseconds to compile.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import (
    NativeValue,
    box,
    lower_builtin,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.numpy_support import from_dtype

from adgen.runtime.opaque import emit_call
from adgen.runtime.outside import PYTHON, kind_of
from adgen.runtime.streams import Stream


def drawn(text: str, kind: str, *values: Any) -> Any:
    """What the function of these values that ``text``, a lambda, says gives.

    ``kind``: ``float``, ``i8``, ``f8[:, :]``; ``""`` for nothing; for a generator its class.
    """
    found = _function(text)(*values)
    if not kind:
        return None
    if kind in PYTHON:
        return PYTHON[kind](found)
    if _is_stream(kind):
        return Stream(found)
    dtype, ndim = kind_of(kind)
    return np.ascontiguousarray(found, dtype) if ndim else dtype.type(found)


@functools.cache
def _function(text: str) -> Callable[..., Any]:
    function: Callable[..., Any] = eval(text, {"np": np})
    return function


def _is_stream(kind: str) -> bool:
    return kind[:1].isupper()


class StreamType(types.Type):  # type: ignore[misc]
    """The type of a generator in machine code: a reference that is counted."""

    def __init__(self) -> None:
        super().__init__("adgen.Stream")


_STREAM = StreamType()


@register_model(StreamType)
class _Model(models.StructModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        members = [
            ("meminfo", types.MemInfoPointer(types.voidptr)),
            ("object", types.pyobject),
            ("bits", types.voidptr),  # of a Generator: the structure of its bit generator
        ]
        super().__init__(manager, kind, members)


@typeof_impl.register(Stream)
def _typeof(value: Stream, context: Any) -> StreamType:
    return _STREAM


@unbox(StreamType)
def _unbox(kind: Any, held: Any, c: Any) -> NativeValue:
    generator = c.pyapi.object_getattr_string(held, "generator")
    made = cgutils.create_struct_proxy(kind)(c.context, c.builder)
    made.object = generator
    made.meminfo = c.pyapi.nrt_meminfo_new_from_pyobject(cgutils.voidptr_t(None), generator)
    made.bits = _bits(c, generator)
    c.pyapi.decref(generator)  # meminfo has a reference of its own
    return NativeValue(made._getvalue())


def _bits(c: Any, generator: ir.Value) -> ir.Value:
    """Emit the address in ``generator.bit_generator.capsule``, null where there is none."""
    api, builder = c.pyapi, c.builder
    found = cgutils.alloca_once_value(builder, cgutils.voidptr_t(None))
    source = api.object_getattr_string(generator, "bit_generator")
    with builder.if_else(cgutils.is_not_null(builder, source)) as (then, otherwise):
        with then:
            capsule = api.object_getattr_string(source, "capsule")
            with builder.if_else(cgutils.is_not_null(builder, capsule)) as (inner, missing):
                with inner:
                    kind = ir.FunctionType(cgutils.voidptr_t, [api.pyobj, cgutils.voidptr_t])
                    take = api._get_function(kind, "PyCapsule_GetPointer")
                    name = c.context.insert_const_string(builder.module, "BitGenerator")
                    builder.store(builder.call(take, [capsule, name]), found)
                    api.decref(capsule)
                with missing:
                    api.err_clear()
            api.decref(source)
        with otherwise:
            api.err_clear()
    return builder.load(found)


@box(StreamType)
def _box(kind: Any, value: Any, c: Any) -> Any:
    """The generator itself, for CPython is to call its methods."""
    generator = cgutils.create_struct_proxy(kind)(c.context, c.builder, value).object
    c.pyapi.incref(generator)
    c.context.nrt.decref(c.builder, kind, value)
    return generator


@infer_global(drawn)
class _Drawn(AbstractTemplate):  # type: ignore[misc]
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        """The signature: two literal texts, and values of any types that Numba can box."""
        if kws or len(args) < 2 or not all(isinstance(a, types.StringLiteral) for a in args[:2]):
            return None
        return signature(_type_of(args[1].literal_value), *args)


def _type_of(kind: str) -> Any:
    if not kind:
        return types.none
    if _is_stream(kind):
        return _STREAM
    dtype, ndim = (np.dtype(PYTHON[kind]), 0) if kind in PYTHON else kind_of(kind)
    return types.Array(from_dtype(dtype), ndim, "C") if ndim else from_dtype(dtype)


@lower_builtin(drawn, types.StringLiteral, types.StringLiteral, types.VarArg(types.Any))
def _lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    texts = [kind.literal_value for kind in sig.args[:2]]
    values = list(zip(sig.args[2:], args[2:], strict=True))
    return emit_call(context, builder, drawn, texts, sig.return_type, values)
