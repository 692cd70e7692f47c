"""Readers and policies fed with what nobody would write: no traceback, no crash, no wait, every finding with its place.

`MESH_FUZZ_MINUTES` says for how long (default 1). Each round is a process of its own, so that one that dies is seen.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mesh_platform.cli.formats import as_github, as_json, as_junit
from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.report import report, source_lines
from mesh_platform.policies.govern import govern_files

PROJECT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 11, 23)
EXAMPLES = 400
SECONDS = 2.0
TOKENS = [
    *["\0", "\\u0000", "\ufeff", "\u202e", "\u200b", "\u043e", "\ufb01", "\U0001f600", "\ud83d"],
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "&a ",
    "*a",
    "? ",
    "!!int ",
    "---",
    "#",
    "~",
    "null",
    "true",
    ".nan",
    "-.inf",
    "1e999",
    "0x1",
    "99999999999999999999",
    "2026-02-30",
    "{{",
    "}}",
    "{%",
    "%}",
    "every 0 minutes",
    "*/0 * * * *",
    "* * 31 2 *",
    "../../etc/passwd",
    "a.b",
    "_mesh_x",
    "2.1.0-rc.1",
    "<",
    "&amp;",
    "  ",
    '"type"',
    '"record"',
    '"union"',
    '"null"',
    '"logicalType"',
    '"decimal"',
    '"default"',
    "\t",
    "\r",
    "\n",
]


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    minutes = float(os.environ.get("MESH_FUZZ_MINUTES", "1"))
    until, rounds, fed, wrong = time.monotonic() + 60 * minutes, 0, 0, list[str]()
    while time.monotonic() < until:
        done = subprocess.run(
            [sys.executable, "-m", "bench.fuzz", str(rounds)], capture_output=True, text=True, check=False
        )
        rounds += 1
        if done.returncode == 0:
            fed += json.loads(done.stdout)["fed"]
        else:
            wrong.append(f"round {rounds - 1} ended with {done.returncode}: {done.stderr[-1500:]}")
    yield f"hostile meshes in {minutes:g} min", f"{fed:,}", f"{len(wrong)} rounds of {rounds} went wrong"
    yield from ((f"went wrong ({n})", "", text) for n, text in enumerate(wrong[:5]))


def _round(number: int) -> int:
    """Feed some hundred meshes; raises with the smallest that went wrong."""
    with tempfile.TemporaryDirectory(prefix="mesh-fuzz-") as folder:
        root = Path(folder) / "root"
        ignore = shutil.ignore_patterns("target", "logs", "dbt_packages")
        for name in ("domains", "dbt_projects"):
            shutil.copytree(PROJECT / name, root / name, ignore=ignore)
        files = sorted(p.relative_to(root).as_posix() for p in root.rglob("*.*") if p.is_file())
        fed = 0

        @seed(number)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(path=st.sampled_from(files), spoil=st.one_of(_cuts(), _bytes(), _lines()))
        def feed(path: str, spoil: Callable[[bytes], bytes]) -> None:
            nonlocal fed
            fed += 1
            original = (PROJECT / path).read_bytes()
            try:
                (root / path).write_bytes(spoil(original))
                _judge(root)
            finally:
                (root / path).write_bytes(original)

        feed()
        return fed


def _judge(root: Path) -> None:
    started = time.process_time()
    mesh = gather(root)
    found = govern_files(mesh, Environment(root, root.parent / "home", Target.DUCKDB, "landing"), TODAY)
    assert time.process_time() - started < SECONDS, "too slow"
    assert all(f.line >= 1 and f.column >= 1 and f.code and f.message and f.fix for f in found), "no place"
    assert all("\n" not in f.message for f in found), "two lines"
    shown = "\n".join(report(found, source_lines(root)))
    told = (shown, as_json(found, 0, 0, 0, 0.0), as_github(found), as_junit(found, []))
    assert all(text.encode("utf-8") or not found for text in told), "not printable"


def _cuts() -> st.SearchStrategy[Callable[[bytes], bytes]]:
    """Some places where a token stands instead of what stood there."""
    cut = st.tuples(st.integers(0, 10**6), st.integers(0, 40), st.sampled_from(TOKENS))
    return st.lists(cut, min_size=1, max_size=6).map(lambda cuts: lambda data: _cut(data, cuts))


def _cut(data: bytes, cuts: list[tuple[int, int, str]]) -> bytes:
    for place, length, token in cuts:
        at = place % (len(data) + 1)
        data = data[:at] + token.encode("utf-8", "surrogatepass") + data[at + length :]
    return data


def _bytes() -> st.SearchStrategy[Callable[[bytes], bytes]]:
    return st.binary(max_size=400).map(lambda content: lambda data: content)


def _lines() -> st.SearchStrategy[Callable[[bytes], bytes]]:
    """Lines repeated, moved, or with another value behind their colon."""
    value = st.one_of(
        st.sampled_from(TOKENS),
        st.text(max_size=30),
        st.integers().map(str),
        st.floats().map(str),
        st.booleans().map(str),
    )
    edit = st.tuples(st.integers(0, 10**4), st.sampled_from(["value", "twice", "gone", "swap", "indent"]), value)
    return st.lists(edit, min_size=1, max_size=5).map(lambda edits: lambda data: _edited(data, edits))


def _edited(data: bytes, edits: list[tuple[int, str, str]]) -> bytes:
    lines = data.split(b"\n")
    for place, how, value in edits:
        at = place % len(lines)
        match how:
            case "value":
                lines[at] = lines[at].partition(b":")[0] + b": " + value.encode("utf-8", "surrogatepass")
            case "twice":
                lines.insert(at, lines[at])
            case "gone":
                lines[at] = b""
            case "swap":
                lines[at], lines[-1 - at] = lines[-1 - at], lines[at]
            case _:
                lines[at] = b"  " + lines[at]
    return b"\n".join(lines)


if __name__ == "__main__":
    print(json.dumps({"fed": _round(int(sys.argv[1]))}))
