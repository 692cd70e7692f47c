"""Verdicts on pairs of schemas: cold (parse, diff, resolution both ways), warm (parsed), and over a history.

Beside them, in the same run: fastavro's parse of the same two schemas, which does neither diff nor resolution.
CPU time, so that what else the machine does counts little.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fastavro

from mesh_platform.schema.avro.parse import read_avro
from mesh_platform.schema.evolution.comparison import compare
from mesh_platform.schema.evolution.steps import steps
from mesh_platform.schema.evolution.verdict import as_json, judge

FIELDS = (9, 50, 200)
SECONDS = 1.0
PAIRS = 20_000
KINDS: tuple[Any, ...] = (
    "string",
    {"type": "long", "logicalType": "timestamp-micros"},
    "long",
    ["null", "string"],
    {"type": "map", "values": "string"},
)


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    for fields in FIELDS:
        pairs = [_pair(fields, n) for n in range(64)]
        peer = _rate(lambda n, pairs=pairs: [fastavro.parse_schema(json.loads(text)) for text in pairs[n % 64]])
        cold = _rate(lambda n, pairs=pairs: _cold(*pairs[n % 64]))
        readings = [tuple(map(read_avro, pair)) for pair in pairs]
        warm = _rate(lambda n, readings=readings: as_json(compare(*readings[n % 64])))
        yield f"verdicts, {fields} fields, cold", f"{cold:,.0f} /s", f"fastavro parses the two {peer:,.0f} /s"
        yield f"verdicts, {fields} fields, parsed before", f"{warm:,.0f} /s", ""
    yield f"mesh schema diff --batch, {PAIRS} pairs, no name twice", f"{_batch():,.0f} /s", "the whole command"
    history = {f"1.{n}.0": _schema(50, n) for n in range(20)}
    milliseconds = 1000 / _rate(lambda _: _history(history))
    yield "a verdict over 20 versions of 50 columns, cold", f"{milliseconds:.1f} ms", "the issue asks for 50 ms"


def _batch() -> float:
    """Pairs a second of wall time, every record and field of them with a name of its own."""
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        file = Path(folder) / "pairs.jsonl"
        with file.open("w") as written:
            for n in range(PAIRS):
                old, new = (
                    text.replace("column_", f"column_{n}_").replace("Event", f"Event{n}") for text in _pair(9, n)
                )
                written.write(f'{{"id": {n}, "old": {old}, "new": {new}}}\n')
        started = time.perf_counter()
        mesh = str(Path(sys.executable).with_name("mesh"))
        subprocess.run([mesh, "schema", "diff", "--batch", str(file)], check=True, capture_output=True)
        return PAIRS / (time.perf_counter() - started)


def _cold(old: str, new: str) -> None:
    read_avro.cache_clear()
    as_json(judge(old, new))


def _history(texts: dict[str, str]) -> None:
    read_avro.cache_clear()
    list(steps(texts))


def _pair(fields: int, n: int) -> tuple[str, str]:
    """A record, and what one version later may have become of it."""
    old = _columns(fields)
    new = [*old[: n % fields], {**old[n % fields], "doc": f"Better said, {n}"}, *old[n % fields + 1 :]]
    return _record(old), _record([*new, {"name": f"added_{n}", "type": ["null", "long"], "default": None}])


def _schema(fields: int, extra: int) -> str:
    more = [{"name": f"added_{i}", "type": ["null", "long"], "default": None} for i in range(extra)]
    return _record(_columns(fields) + more)


def _columns(fields: int) -> list[dict[str, Any]]:
    return [{"name": f"column_{i}", "type": KINDS[i % len(KINDS)], "doc": f"Column {i}"} for i in range(fields)]


def _record(fields: list[dict[str, Any]]) -> str:
    return json.dumps({"type": "record", "name": "Event", "namespace": "com.example", "fields": fields})


def _rate(once: Callable[[int], object]) -> float:
    started, n = time.process_time(), 0
    while (elapsed := time.process_time() - started) < SECONDS:
        once(n)
        n += 1
    return n / elapsed
