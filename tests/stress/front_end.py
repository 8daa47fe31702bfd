"""Text of every kind for the front end: it must answer or refuse, soon, and run none of it.

Streams of random tokens; functions of the modules that are installed here, as they are and with
their tokens and their trees mutated; text with odd characters in it.  Whatever is no AdgenError
is a failure, and so is what takes more than five seconds or makes Python open a file for
writing, start a process or execute code.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import functools
import io
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
import tokenize
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from adgen.cli.targets import Asked, done, targets
from adgen.listing import listing
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.static_module import read_text
from tests.random_programs.generate import generate

LIMIT = 5.0  # seconds of processor time for one text
MOST_LINES = 40  # of a function that is taken from a module
_PROGRAMS = 400  # random programs whose parts change places
_MEMORY = 6 << 30  # bytes of address space for one worker
_FORBIDDEN = ("exec", "os.system", "subprocess.Popen", "os.remove", "os.mkdir", "socket.connect")


Kind = Callable[[random.Random], str]


class TooSlow(BaseException):
    """The time of one text is over."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--print", action="store_true", help="print the texts that failed")


def run(given: argparse.Namespace) -> list[str]:
    """What went wrong, with the seed and the number that make the text again."""
    chunk = 500
    numbers = range(given.first, given.first + given.count)
    jobs = [(given.seed, part[0], len(part)) for part in _parts(numbers, chunk)]
    failures: list[str] = []
    done: dict[str, int] = {}
    context = multiprocessing.get_context("spawn")
    with context.Pool(given.workers, maxtasksperchild=200) as pool:
        for found, counts in pool.imap_unordered(_chunk, jobs):
            failures += found
            for kind, count in counts.items():
                done[kind] = done.get(kind, 0) + count
            for failure in found:
                print(failure, flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in sorted(done.items())))
    if given.print:
        for failure in failures:
            print(text(given.seed, int(failure.split()[1].rstrip(":"))))
    return failures


def _parts(numbers: range, size: int) -> Iterator[range]:
    for begin in range(0, len(numbers), size):
        yield numbers[begin : begin + size]


def _chunk(job: tuple[str, int, int]) -> tuple[list[str], dict[str, int]]:
    seed, first, count = job
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    _watch()
    failures: list[str] = []
    counts: dict[str, int] = {}
    for number in range(first, first + count):
        written = text(seed, number)
        outcome = attempt(written)
        if outcome.startswith("took"):  # twice, or the machine was busy
            outcome = attempt(written)
        kind = outcome.split("\n")[0] if outcome in ("shown", "refused") else "failed"
        counts[kind] = counts.get(kind, 0) + 1
        if kind == "failed":
            failures.append(f"text {number}: {outcome}")
    return failures, counts


# One text


def attempt(written: str) -> str:
    """``shown``, ``refused``, or what went wrong."""
    begin = time.process_time()
    _executed.clear()
    try:
        with _time_limit(), contextlib.redirect_stderr(io.StringIO()):
            outcome = _shown(written)
    except TooSlow:
        outcome = "took too long\n" + _where()
    except BaseException as error:  # a crash is what is looked for
        outcome = f"{type(error).__name__}: {str(error)[:200]}\n{_where()}"
    if time.process_time() - begin > LIMIT + 1:
        outcome = f"took {time.process_time() - begin:.0f} s"
    return f"executed {_executed}" if _executed else outcome


def _shown(written: str) -> str:
    try:
        show(written)
    except AdgenError:
        return "refused"
    return "shown"


def show(written: str, name: str = "", most: int = 2) -> None:
    """What ``adgen show`` does with a file of this text; of its functions the first ones."""
    module = read_text(written, "text.py")
    chosen = targets(Asked(f"text.py::{name}" if name else "text.py"), module)[:most]
    done(chosen, lambda item: listing([item], "array"))


def _where() -> str:
    frames = traceback.extract_tb(sys.exc_info()[2])[-3:]
    return " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    def over(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


_executed: list[str] = []


@functools.cache
def _watch() -> None:
    """Have Python report what a text must not bring about; adgen's own imports come before."""
    attempt("import numpy as np\ndef f(x: float):\n    return np.sum(np.exp(x) ** 2)\n")

    def heard(event: str, facts: tuple[object, ...]) -> None:
        if event == "exec" and not _is_of_the_text(facts[0]):
            return
        forbidden = event in _FORBIDDEN or (event == "open" and "w" in str(facts[1]))
        if forbidden and not _importing():
            _executed.append(f"{event} {facts!r:.100}")

    sys.addaudithook(heard)


def _is_of_the_text(code: object) -> bool:
    return getattr(code, "co_filename", "text.py") in ("text.py", "<string>", "<unknown>")


def _importing() -> bool:
    """Whether a library is being imported: what it executes and writes is its own."""
    frame = sys._getframe(2)
    while frame is not None:
        if "importlib._bootstrap" in frame.f_code.co_filename:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


# The texts


def text(seed: str, number: int, kinds: Sequence[Kind] | None = None) -> str:
    """The text of a number, of one of these kinds or of any."""
    chance = random.Random(f"{seed} {number}")
    return chance.choice(kinds or _KINDS)(chance)


WORDS = (
    (
        "def f ( x , y ) : return for in range while if else elif break continue np . sum dot exp "
        "+ - * / ** @ = += [ ] { } lambda not and or is None True 0 1 2.5 1e400 1j 'a' f'{x}' "
        "x y z i n len tuple list dict class async await yield with as try except finally raise "
        "global nonlocal del pass assert match case _ : : : := -> ... \\ # \n \n \n \n\t \n    "
        "\n        import from __import__ eval exec open __builtins__ __class__ 0x_ 99999999999999"
    )
    .replace("\n", " NL")
    .split(" ")
)


def _tokens(chance: random.Random) -> str:
    words = [chance.choice(WORDS).replace("NL", "\n") for _ in range(chance.randrange(1, 60))]
    return " ".join(words)


def _tokens_in_function(chance: random.Random) -> str:
    lines = ["import numpy as np", "def f(x, y=1.0):"]
    for _ in range(chance.randrange(1, 6)):
        words = [chance.choice(WORDS) for _ in range(chance.randrange(1, 9))]
        lines.append("    " * chance.choice((1, 1, 2)) + " ".join(words).replace("NL", " "))
    return "\n".join(lines)


def _real(chance: random.Random) -> str:
    return "import numpy as np\nimport math\n" + chance.choice(_functions())


def _characters(chance: random.Random) -> str:
    letters = list(_real(chance))
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(letters))
        letters[at] = chance.choice(
            (
                "",
                "\0",
                "\ufeff",
                "\u202e",
                "é",
                "\r",
                "\x0c",
                "(" * 300,
                "-" * 500,
                "\t",
                "9" * 5000,
            )
        )
    return "".join(letters)


def _mutated_tokens(chance: random.Random) -> str:
    written = _real(chance)
    words = [t.string for t in tokenize.generate_tokens(io.StringIO(written).readline)]
    lines = written.split("\n")
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(2, len(lines)) if len(lines) > 2 else 0
        old, new = chance.choice(words), chance.choice((*words, *WORDS[:40]))
        lines[at] = lines[at].replace(old, new, 1) if old else lines[at]
    return "\n".join(lines)


def _mutated_tree(chance: random.Random) -> str:
    """Real functions whose parts have changed places: they parse, and mean something odd."""
    tree, donor = (ast.parse(_real(chance)) for _ in range(2))
    for _ in range(chance.randrange(1, 5)):
        _graft(tree, donor, chance)
    with contextlib.suppress(Exception):  # some trees have no text
        return ast.unparse(ast.fix_missing_locations(tree))
    return "def f(x): return x"


def _graft(tree: ast.AST, donor: ast.AST, chance: random.Random) -> None:
    """Put some expression or statement of ``donor`` in the place of one of ``tree``."""
    kind = chance.choice((ast.expr, ast.expr, ast.stmt))
    places = [
        (node, field, at)
        for node in ast.walk(tree)
        for field, value in ast.iter_fields(node)
        for at, part in enumerate(value if isinstance(value, list) else [value])
        if isinstance(part, kind) and isinstance(getattr(part, "ctx", ast.Load()), ast.Load)
    ]
    parts = [
        node
        for node in ast.walk(donor)
        if isinstance(node, kind) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    ]
    if not places or not parts:
        return
    node, field, at = chance.choice(places)
    new = copy.deepcopy(chance.choice(parts))
    value = getattr(node, field)
    if isinstance(value, list):
        value[at] = new
    else:
        setattr(node, field, new)


def _numeric(chance: random.Random) -> str:
    """Programs that adgen does differentiate, with parts in other places: they reach deepest."""
    tree, donor = (ast.parse(_program(chance.randrange(_PROGRAMS))) for _ in range(2))
    for _ in range(chance.randrange(1, 3)):
        _graft(tree, donor, chance)
    with contextlib.suppress(Exception):
        return ast.unparse(ast.fix_missing_locations(tree))
    return "def f(x): return x"


@functools.cache
def _program(number: int) -> str:
    """One of the random programs; to make one takes as long as to read three."""
    return generate(f"text {number}").text


@functools.cache
def _functions() -> list[str]:
    """Functions of installed modules of numbers, each short, with its indentation taken off."""
    found: list[str] = []
    for path in sorted(_files()):
        try:
            written = path.read_text()
            tree = ast.parse(written)
        except (OSError, SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                if node.end_lineno - node.lineno < MOST_LINES:
                    node.decorator_list = []
                    found.append(ast.unparse(node))
    return found


def _files() -> list[Path]:
    import numba
    import numpy
    import scipy

    folders = [Path(m.__file__).parent for m in (numpy, scipy, numba)]
    chosen = ["lib", "linalg", "polynomial", "random", "special", "stats", "optimize", "integrate",
              "interpolate", "signal", "ndimage", "np", "core", "examples"]  # fmt: skip
    return [p for f in folders for name in chosen for p in (f / name).glob("*.py")]


_KINDS: list[Kind] = [
    *[_tokens] * 4, *[_tokens_in_function] * 6, *[_real] * 3, *[_characters] * 5,
    *[_mutated_tokens] * 8, *[_mutated_tree] * 13, _numeric,
]  # fmt: skip
