"""Loops of generated code on several threads: a function of chunks of iterations, called by each.

``on_threads(function, count, arguments)`` calls ``function(0, *arguments)`` to ``function(count -
1, *arguments)``, on Numba's threads where they are free.  How a loop is cut into chunks never
depends on the number of threads, and what chunks add up is added in their order, so results are
the same to the bit whatever runs them.  In plain CPython these functions do the same in order.

Numba's ``parallel=True`` is not used: it costs a second to compile even for one small loop, and
its simplest threading layer ends the process if two Python threads use it at a time.  Here one
call at a time has the threads, by a gate; whoever finds it closed does its chunks by itself:
another Python thread, a call inside a parallel one, a forked process whose threads are gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

MOST_CHUNKS = 64
LEAST_WORK = 20_000  # nanoseconds of a chunk: to wake a thread takes a few thousand
PER_ELEMENT = 10  # more of them for each element of an accumulator that a chunk has for itself

FREE, TAKEN, CLOSED = 0, 1, 2
GATE = "adgen_threads_gate"
_gate = ctypes.c_int64(FREE)

_BYTES, _WORD, _CODE = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)
_WORDS = _WORD.as_pointer()
# What Numba's threads call: its last argument is what the caller of ``run`` has given.
KERNEL = ir.FunctionType(ir.VoidType(), [_BYTES.as_pointer(), _WORDS, _WORDS, _BYTES])


def chunk_count(trips: int, work: int, elements: int) -> int:
    """Into how many chunks a loop is cut: at least one, at most ``MOST_CHUNKS``, or its trips.

    It is a power of two, so that two, four or eight threads have the same share.

    ``work``: about how many nanoseconds an iteration takes.  ``elements``: of the accumulators
    that each chunk has for itself.
    """
    worth = trips * work // (LEAST_WORK + PER_ELEMENT * elements)
    most = max(1, min(MOST_CHUNKS, trips, worth))
    return 1 << (most.bit_length() - 1)


def on_threads(function: Callable[..., Any], count: int, arguments: tuple[Any, ...]) -> None:
    """Call a function for the chunks 0 to ``count - 1``, each on some thread.

    If some raise, the exception of the first of them in order is raised, when all are done.
    """
    for chunk in range(count):
        function(chunk, *arguments)


def launch() -> None:
    """Make Numba's threads and the symbols that machine code refers to; also for cached code."""
    from numba.np.ufunc.parallel import _launch_threads

    _launch_threads()
    llvm.add_symbol(GATE, ctypes.addressof(_gate))


def may_be_nested() -> bool:
    """Whether a function that uses threads may be called by one that Numba runs on threads.

    Numba's layer ``workqueue`` ends the process.
    """
    from numba.np.ufunc import parallel

    launch()
    return bool(parallel._threading_layer != "workqueue")


def _in_child() -> None:
    """After a fork: GNU OpenMP ends a process that uses its threads again; others make new ones."""
    from numba.np.ufunc import parallel

    layer = parallel._threading_layer
    _gate.value = CLOSED if layer == "omp" else FREE


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


# What Numba makes of them


@type_callable(chunk_count)
def _type_chunk_count(context: Any) -> Any:
    def typer(trips: Any, work: Any, elements: Any) -> Any:
        if all(isinstance(kind, types.Integer) for kind in (trips, work, elements)):
            return signature(types.intp, types.intp, types.intp, types.intp)
        return None

    return typer


@lower_builtin(chunk_count, types.intp, types.intp, types.intp)
def _lower_chunk_count(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    trips, work, elements = args
    least = builder.add(_WORD(LEAST_WORK), builder.mul(elements, _WORD(PER_ELEMENT)))
    count = builder.sdiv(builder.mul(trips, work), least)
    for most in (trips, _WORD(MOST_CHUNKS)):
        count = builder.select(builder.icmp_signed("<", count, most), count, most)
    count = builder.select(builder.icmp_signed(">", count, _WORD(1)), count, _WORD(1))
    zeros = builder.ctlz(count, ir.IntType(1)(1))
    return builder.shl(_WORD(1), builder.sub(_WORD(63), zeros))


@type_callable(on_threads)
def _type_on_threads(context: Any) -> Any:
    def typer(function: Any, count: Any, arguments: Any) -> Any:
        if not isinstance(function, types.Dispatcher) or not isinstance(arguments, types.BaseTuple):
            return None
        kinds: Any = arguments
        function.get_call_type(context, (types.intp, *kinds), {})
        return signature(types.none, function, types.intp, arguments)

    return typer


@lower_builtin(on_threads, types.Dispatcher, types.intp, types.BaseTuple)
def _lower_on_threads(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    launch()
    library = context.active_code_library
    library._reload_init.add(launch)  # before cached machine code is loaded
    task = _Task(context, builder, sig.args[2])
    kernel = _kernel(task, sig.args[0].dispatcher)
    data = task.make(args[1], args[2])
    run(builder, kernel, data, args[1])
    _raise_first(context, builder, task, args[1])
    return context.get_dummy_value()


class _Task:
    """What the calls of a kernel share, on the stack of the caller.

    The next chunk to be done, their number, how each has ended, and the arguments.
    """

    NEXT, COUNT, CODES, ERRORS, ARGUMENTS = range(5)

    def __init__(self, context: Any, builder: ir.IRBuilder, kind: Any) -> None:
        self.context, self.builder, self.kind = context, builder, kind
        self.error = context.call_conv.get_function_type(types.none, ()).args[1].pointee
        codes, errors = ir.ArrayType(_CODE, MOST_CHUNKS), ir.ArrayType(self.error, MOST_CHUNKS)
        tuple_type = context.get_value_type(kind)
        self.type = ir.LiteralStructType([_WORD, _WORD, codes, errors, tuple_type])
        self.data: Any = None

    def make(self, count: ir.Value, arguments: ir.Value) -> ir.Value:
        """The task, ready to begin."""
        self.data = cgutils.alloca_once(self.builder, self.type)
        for field, value in (
            (self.NEXT, _WORD(0)), (self.COUNT, count), (self.ARGUMENTS, arguments)
        ):  # fmt: skip
            self.builder.store(value, self.field(self.builder, self.data, field))
        return self.builder.bitcast(self.data, _BYTES)

    def field(self, builder: ir.IRBuilder, data: ir.Value, *path: Any) -> ir.Value:
        """The address of a part of a task."""
        return cgutils.gep_inbounds(builder, data, 0, *path)


def _kernel(task: _Task, dispatcher: Any) -> ir.Function:
    """A function of the form that Numba's threads call: it takes chunks until none is left."""
    context = task.context
    kinds = (types.intp, *task.kind)
    compiled = dispatcher.overloads[kinds]
    context.active_code_library.add_linking_library(compiled.library)
    module = task.builder.module
    kernel = ir.Function(module, KERNEL, module.get_unique_name("adgen_chunks"))
    kernel.linkage = "internal"
    builder = ir.IRBuilder(kernel.append_basic_block("entry"))
    data = builder.bitcast(kernel.args[3], task.type.as_pointer())
    count = builder.load(task.field(builder, data, task.COUNT))
    packed = builder.load(task.field(builder, data, task.ARGUMENTS))
    given = cgutils.unpack_tuple(builder, packed, len(task.kind))
    with each_chunk(builder, task.field(builder, data, task.NEXT), count) as chunk:
        function = context.declare_function(module, compiled.fndesc)
        status, _ = context.call_conv.call_function(
            builder, function, compiled.signature.return_type, kinds, [chunk, *given]
        )
        builder.store(
            builder.select(status.is_ok, _CODE(0), status.code),
            task.field(builder, data, task.CODES, chunk),
        )
        builder.store(status.excinfoptr, task.field(builder, data, task.ERRORS, chunk))
    builder.ret_void()
    return kernel


@contextlib.contextmanager
def each_chunk(builder: ir.IRBuilder, taken: ir.Value, count: ir.Value) -> Iterator[ir.Value]:
    """Emit, for a chunk that nobody else has taken, what is emitted meanwhile, until none is left.

    ``taken``: the address of how many have been taken.
    """
    head, body, end = (builder.append_basic_block(name) for name in ("head", "body", "end"))
    builder.branch(head)
    builder.position_at_end(head)
    chunk = builder.atomic_rmw("add", taken, _WORD(1), "monotonic")
    builder.cbranch(builder.icmp_signed("<", chunk, count), body, end)
    builder.position_at_end(body)
    yield chunk
    builder.branch(head)
    builder.position_at_end(end)


def run(builder: ir.IRBuilder, kernel: ir.Function, data: ir.Value, count: ir.Value) -> None:
    """Call the kernel on threads if there are several, and chunks, and the gate is free."""
    gate = _global(builder.module, GATE)
    threads = _threads(builder, count)
    several = builder.icmp_signed(">", threads, _WORD(1))
    with builder.if_else(several) as (shared, single):
        with shared:
            taken = builder.cmpxchg(gate, _WORD(FREE), _WORD(TAKEN), "acquire", "monotonic")
            with builder.if_else(builder.extract_value(taken, 1)) as (free, closed):
                with free:
                    _parallel(builder, kernel, data, threads)
                    builder.store_atomic(_WORD(FREE), gate, "release", 8)
                with closed:
                    _alone(builder, kernel, data)
        with single:
            _alone(builder, kernel, data)


def _global(module: ir.Module, name: str) -> ir.GlobalVariable:
    found = module.globals.get(name)
    if found is None:
        found = ir.GlobalVariable(module, _WORD, name)
        found.linkage = "external"
    return found


def _alone(builder: ir.IRBuilder, kernel: ir.Function, data: ir.Value) -> None:
    none = ir.Constant(_BYTES.as_pointer(), None)
    words = ir.Constant(_WORD.as_pointer(), None)
    builder.call(kernel, [none, words, words, data])


def _threads(builder: ir.IRBuilder, count: ir.Value) -> ir.Value:
    """How many threads there are to take chunks: no more than there are chunks."""
    kind = ir.FunctionType(_WORD, [])
    asked = cgutils.get_or_insert_function(builder.module, kind, "get_num_threads")
    threads = builder.and_(builder.call(asked, []), _WORD(0xFFFFFFFF))  # it returns a C int
    return builder.select(builder.icmp_signed("<", count, threads), count, threads)


def _parallel(
    builder: ir.IRBuilder, kernel: ir.Function, data: ir.Value, threads: ir.Value
) -> None:
    """One call of the kernel for each thread, as a loop over nothing that Numba runs."""
    kind = ir.FunctionType(ir.VoidType(), [_BYTES] * 5 + [_WORD] * 3)
    run = cgutils.get_or_insert_function(builder.module, kind, "numba_parallel_for")
    pointers = cgutils.alloca_once_value(builder, ir.Constant(_BYTES, None))
    dimensions = cgutils.alloca_once(builder, _WORD)
    builder.store(threads, dimensions)
    steps = cgutils.alloca_once_value(builder, _WORD(0))
    given = [builder.bitcast(x, _BYTES) for x in (kernel, pointers, dimensions, steps)]
    builder.call(run, [*given, data, _WORD(0), _WORD(1), threads])


def _raise_first(context: Any, builder: ir.IRBuilder, task: _Task, count: ir.Value) -> None:
    with cgutils.for_range(builder, count) as chunk:
        code = builder.load(task.field(builder, task.data, task.CODES, chunk.index))
        with builder.if_then(builder.icmp_signed("!=", code, _CODE(0)), likely=False):
            error = builder.load(task.field(builder, task.data, task.ERRORS, chunk.index))
            status = context.call_conv._get_return_status(builder, code, error)
            context.call_conv.return_status_propagate(builder, status)
