"""Small fresh arrays handed to Python as arrays of NumPy's own.

Numba wraps the memory of each array that a function returns in an object of its own, which takes
longer than to compute many a gradient.  A few hundred numbers are copied in less time into an
array that NumPy allocates from the memory that it keeps for small ones.
"""

from __future__ import annotations

import ctypes
import importlib
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.callwrapper import PyCallWrapper
from numba.core.pythonapi import PythonAPI
from numba.np.numpy_support import as_dtype

SMALL = 8192  # bytes: a copy of more takes as long as an object around it

_EMPTY_ARRAY = "adgen_empty_array"
_PLACE_OF_EMPTY_ARRAY = 184  # of `PyArray_Empty` in the table that NumPy's C interface is
_BYTES, _WORD, _INT = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)


def is_possible() -> bool:
    """Whether words are what is written here for."""
    return ctypes.sizeof(ctypes.c_void_p) == ctypes.sizeof(ctypes.c_int64)


def find_numpy() -> None:
    """Make the symbol known that machine code refers to; also for code from disk."""
    if not llvm.address_of_symbol(_EMPTY_ARRAY):
        llvm.add_symbol(_EMPTY_ARRAY, _numpy_interface()[_PLACE_OF_EMPTY_ARRAY])


def _numpy_interface() -> Any:
    """The table of functions that extensions are given by NumPy."""
    interface: Any = importlib.import_module("numpy._core._multiarray_umath")
    kind = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
    pointer_of = kind(("PyCapsule_GetPointer", ctypes.pythonapi))
    address = pointer_of(interface._ARRAY_API, None)
    return ctypes.cast(address, ctypes.POINTER(ctypes.c_void_p))


class Wrapper(PyCallWrapper):  # type: ignore[misc]
    """The function that Python calls: unboxes arguments, calls the machine code, boxes results."""

    def build_wrapper(self, api: Any, builder: Any, closure: Any, args: Any, kws: Any) -> None:
        """Numba's, but for small results."""
        super().build_wrapper(_Interface(self.context, builder), builder, closure, args, kws)


class _Interface(PythonAPI):  # type: ignore[misc]
    """Calls of CPython, as instructions."""

    def from_native_value(self, typ: Any, val: Any, env_manager: Any = None) -> Any:
        """The Python object of a value, whose references it takes over; NULL after an error."""
        if not _is_plain(typ):
            return super().from_native_value(typ, val, env_manager)
        builder = self.builder
        array = self.context.make_array(typ)(self.context, builder, value=val)
        size = builder.mul(array.nitems, array.itemsize)
        result = cgutils.alloca_once(builder, self.pyobj)
        with builder.if_else(self._is_small_and_alone(array, size)) as (small, other):
            with small:
                dtype = env_manager.read_const(env_manager.add_const(as_dtype(typ.dtype)))
                builder.store(self._copied(typ, array, size, dtype), result)
                self.context.nrt.decref(builder, typ, val)
            with other:
                builder.store(super().from_native_value(typ, val, env_manager), result)
        return builder.load(result)

    def _is_small_and_alone(self, array: Any, size: ir.Value) -> ir.Value:
        """Whether the memory of an array is nobody else's, and not worth an object."""
        builder = self.builder
        fresh = cgutils.is_null(builder, array.parent)
        held = cgutils.is_not_null(builder, array.meminfo)
        small = builder.icmp_unsigned("<=", size, _WORD(SMALL))
        alone = cgutils.alloca_once_value(builder, cgutils.false_bit)
        with builder.if_then(builder.and_(builder.and_(fresh, held), small)):
            # Numba's own instructions count references in the first word of what it allocates
            count = builder.load_atomic(
                builder.bitcast(array.meminfo, _WORD.as_pointer()), "monotonic", 8
            )
            builder.store(builder.icmp_unsigned("==", count, _WORD(1)), alone)
        return builder.load(alone)

    def _copied(self, kind: types.Array, array: Any, size: ir.Value, dtype: ir.Value) -> ir.Value:
        """A new array of NumPy's with the elements of another; NULL where there is no memory."""
        builder = self.builder
        self.incref(dtype)  # which the call takes over
        signature = ir.FunctionType(self.pyobj, [_INT, _WORD.as_pointer(), self.pyobj, _INT])
        empty = cgutils.get_or_insert_function(builder.module, signature, _EMPTY_ARRAY)
        shape = cgutils.alloca_once_value(builder, array.shape)
        extents = builder.bitcast(shape, _WORD.as_pointer())
        made = builder.call(empty, [_INT(kind.ndim), extents, dtype, _INT(0)])
        with builder.if_then(cgutils.is_not_null(builder, made), likely=True):
            # the first field of an array, behind what every object has
            head = builder.bitcast(made, _BYTES)
            field = builder.gep(head, [_WORD(object.__basicsize__)])
            data = builder.load(builder.bitcast(field, _BYTES.as_pointer()))
            cgutils.raw_memcpy(builder, data, array.data, size, _WORD(1))
        return made


def _is_plain(kind: Any) -> bool:
    """Whether values of a type are arrays as generated code makes them."""
    if type(kind) is not types.Array or kind.layout != "C" or not kind.mutable or not kind.aligned:
        return False
    return isinstance(kind.dtype, (types.Float, types.Integer, types.Boolean)) and kind.ndim > 0
