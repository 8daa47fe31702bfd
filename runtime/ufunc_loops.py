"""The compiled inner loops of ufuncs, called from generated code.

A ufunc of NumPy or SciPy is a table of C functions ``loop(args, extents, strides, data)``, one for
each combination of dtypes.  Generated code calls that very function, so its results are those
of the ufunc to the bit.  Addresses differ from process to process and machine code is kept on
disk, so code looks an address up when it first needs it, and keeps it in a variable.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.registry import cpu_target
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin
from numba.np.numpy_support import as_dtype, from_dtype

_POINTER, _WORD = ir.IntType(8).as_pointer(), ir.IntType(64)
_LOOP = ir.FunctionType(
    ir.VoidType(), [_POINTER.as_pointer(), _WORD.as_pointer(), _WORD.as_pointer(), _POINTER]
)
_LETTERS = {
    types.float64: "d", types.float32: "f", types.complex128: "D", types.complex64: "F",
    types.int64: "l",
}  # fmt: skip


class _UFunc(ctypes.Structure):
    """The head of NumPy's public ``PyUFuncObject``, behind that of every object."""

    _fields_ = (
        ("inputs", ctypes.c_int),
        ("outputs", ctypes.c_int),
        ("operands", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
    )


_found: dict[tuple[str, str, str], Any] = {}


def address_of_loop(module: str, name: str, kinds: str) -> int:
    """The address of two pointers: to the loop of a ufunc for dtypes like ``dd->d``, to its data.

    Raises ValueError if the ufunc has no such loop.
    """
    key = module, name, kinds
    if key not in _found:
        ufunc = getattr(importlib.import_module(module), name)
        head = _UFunc.from_address(id(ufunc) + object.__basicsize__)
        k = ufunc.types.index(kinds)
        data = head.data[k] if head.data else None
        _found[key] = (ctypes.c_void_p * 2)(head.functions[k], data)
    return ctypes.addressof(_found[key])


def numbers_kernel(home: ModuleType, module: str, name: str) -> None:
    """Put into a module a function of numbers that Numba compiles to a call of a ufunc's loop.

    The loop is the one that NumPy takes for numbers of those types.  In plain CPython it is the
    ufunc.
    Raises AttributeError if there is no such ufunc.
    """
    ufunc = getattr(importlib.import_module(module), name)

    def kernel(*numbers: Any) -> Any:
        return ufunc(*numbers)

    kernel.__name__ = kernel.__qualname__ = name
    kernel.__module__ = home.__name__
    setattr(home, name, kernel)  # where Numba looks for what it is given a type of

    @infer_global(kernel)
    class _Kernel(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            """The signature, for as many numbers as the ufunc takes."""
            if kws or len(args) != ufunc.nin:
                return None
            if not all(isinstance(arg, (types.Number, types.Boolean)) for arg in args):
                return None
            return signature(*_types_of_loop(ufunc, args))

    @lower_builtin(kernel, types.VarArg(types.Any))
    def _lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
        kinds = _kinds(ufunc, sig)
        result = context.get_value_type(sig.return_type)
        outputs = [cgutils.alloca_once(builder, result) for _ in range(ufunc.nout)]
        inputs = [cgutils.alloca_once_value(builder, arg) for arg in args]
        call_loop(context, builder, (module, name, kinds), [*inputs, *outputs], [1], ())
        return builder.load(outputs[0])

    cpu_target.typing_context.refresh()  # it may be asked for in the middle of a compilation


def _types_of_loop(ufunc: Any, args: Sequence[types.Type]) -> list[types.Type]:
    """The types of the result and the operands in the loop for arguments of those types."""
    wide = [types.float64 if isinstance(arg, types.Boolean) else arg for arg in args]
    given = (*(as_dtype(arg) for arg in wide), *(None for _ in range(ufunc.nout)))
    loop = [from_dtype(dtype) for dtype in ufunc.resolve_dtypes(given)]
    return [loop[ufunc.nin], *loop[: ufunc.nin]]


def _kinds(ufunc: Any, sig: Any) -> str:
    letters = "".join(_LETTERS[kind] for kind in sig.args)
    return f"{letters}->{_LETTERS[sig.return_type] * ufunc.nout}"


def call_loop(
    context: Any,
    builder: ir.IRBuilder,
    loop: tuple[str, str, str],
    operands: Sequence[ir.Value],
    extents: Sequence[ir.Value | int],
    strides: Sequence[ir.Value | int],
) -> None:
    """Emit a call of a loop on operands given by address.

    ``extents``, ``strides``: as the loop wants them; strides that are not given are 0.
    """
    entry = _entry(context, builder, loop)

    def row(kind: ir.Type, values: Sequence[Any]) -> ir.Value:
        words = cgutils.alloca_once(builder, kind, max(len(values), 1))
        for k, value in enumerate(values):
            value = ir.Constant(kind, value) if isinstance(value, int) else value
            builder.store(value, builder.gep(words, [_WORD(k)]))
        return words

    pointers = row(_POINTER, [builder.bitcast(operand, _POINTER) for operand in operands])
    steps = [*strides, *[0] * (len(operands) - len(strides))]
    address = builder.bitcast(builder.load(entry), _LOOP.as_pointer())
    data = builder.load(builder.gep(entry, [_WORD(1)]))
    builder.call(address, [pointers, row(_WORD, extents), row(_WORD, steps), data])


def _entry(context: Any, builder: ir.IRBuilder, loop: tuple[str, str, str]) -> ir.Value:
    """Emit the look-up of a loop: the address of its pointers, asked for where it is not known."""
    label = "adgen." + ".".join(loop).replace("->", "_")
    place = builder.module.globals.get(label)
    if place is None:
        place = cgutils.add_global_variable(builder.module, _POINTER.as_pointer(), label)
        place.initializer = ir.Constant(place.type.pointee, None)
        place.linkage = "internal"
    with builder.if_then(cgutils.is_null(builder, builder.load(place)), likely=False):
        api = context.get_python_api(builder)
        lock = api.gil_ensure()
        function, *given = (
            api.unserialize(api.serialize_object(part)) for part in (address_of_loop, *loop)
        )
        found = api.call_function_objargs(function, given)
        for thing in (function, *given):
            api.decref(thing)
        failed = cgutils.is_null(builder, found)
        with builder.if_then(failed, likely=False):
            api.gil_release(lock)
            context.call_conv.return_exc(builder)
        address = api.long_as_longlong(found)
        api.decref(found)
        api.gil_release(lock)
        builder.store(builder.inttoptr(address, place.type.pointee), place)
    return builder.load(place)
