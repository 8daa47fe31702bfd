"""Processes that are forked while a thread compiles, and processes that are spawned."""

import multiprocessing
import os
import threading
import time

import numpy as np
import pytest

import adgen
from adgen.locks import compiling

WAIT = 60.0  # seconds for a child before it counts as hung
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def cubes(x):
    return np.sum(x**3)


def in_child(work):
    """The exit code of a forked process that does the work: 0 for True; None if it hangs."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if work() else 2
        finally:
            os._exit(code)
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return None


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_a_fork_waits_for_the_compilation_of_another_thread(jit):
    held, released = threading.Event(), []

    def compile_slowly():
        with compiling(jit):
            held.set()
            time.sleep(0.3)
            released.append(True)

    thread = threading.Thread(target=compile_slowly)
    thread.start()
    held.wait()

    def work():
        gradient = adgen.grad(lambda x: np.sum(x**3), jit=jit)
        return released == [True] and gradient(np.ones(2)).tolist() == [3.0, 3.0]

    assert in_child(work) == 0
    thread.join()
    assert adgen.grad(cubes, jit=jit)(np.ones(2)).tolist() == [3.0, 3.0]  # and the parent goes on


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_forks_while_threads_compile_all_the_time():
    stop = threading.Event()

    def compile_always():
        while not stop.is_set():
            adgen.grad(lambda x: np.sum(np.sin(x)), jit=False)(np.ones(2))

    threads = [threading.Thread(target=compile_always) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            gradient = adgen.grad(lambda x: np.sum(x**3), jit=False)
            assert in_child(lambda g=gradient: g(np.ones(2)).tolist() == [3.0, 3.0]) == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_spawned_process_compiles_by_itself():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply_async(adgen.grad(cubes, jit=False), (np.ones(2),)).get(WAIT)
    assert found.tolist() == [3.0, 3.0]
