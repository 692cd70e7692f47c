"""The law: any history, in any files, in any order, any number of times, comes to the same tables."""

from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.landing.model import UNAVAILABLE, Event, change_log, final_state
from tests.landing.scene import Scene, avro, change, envelope, gzipped, lines

KEYS = ("a", "b", "c")
NOISE = (
    "null",
    '{"ts_ms":1795414134607}',
    '{"status":"BEGIN","id":"7:1","event_count":null,"ts_ms":5}',
    '{"poison',
    "[]",
)


class Source:
    """A small database that writes what its connector would write."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.lsn = 100
        self.events: list[Event] = []

    def step(self, kind: str, key: str, other: str, value: int, kept: bool) -> None:
        self.lsn += 0 if kind == "snapshot" and kept else 1 + value % 3
        {
            "write": self._write, "delete": self._delete, "rename": self._rename, "copy": self._copy,
            "snapshot": self._snapshot, "truncate": self._truncate,
        }[kind](key, other, value, kept)  # fmt: skip

    def _emit(self, op: str, key: str | None, row: dict[str, Any]) -> None:
        self.events.append(Event(self.lsn, op, key, row))

    def _write(self, key: str, other: str, value: int, kept: bool) -> None:
        """An update that leaves the big column as it is does not repeat it."""
        old = self.rows.get(key)
        body = old["body"] if old and kept else f"body {value}"
        row = {"size": value, "body": body, "note": None if value % 2 else f"note {value}"}
        self.rows[key] = row
        told = UNAVAILABLE if old and kept and body is not None else body
        self._emit("u" if old else "c", key, {**row, "body": told})

    def _delete(self, key: str, other: str, value: int, kept: bool) -> None:
        """With its row, with its key alone, or with stand-ins where a column may not be null."""
        row = self.rows.pop(key, None)
        if row is not None:
            self._emit("d", key, row if kept else {} if value % 2 else {"size": 0, "body": ""})

    def _rename(self, key: str, other: str, value: int, kept: bool) -> None:
        """The old key's delete and the new key's insert share one lsn; the big column may not be repeated then."""
        if key in self.rows and other not in self.rows:
            row = self.rows[other] = self.rows.pop(key)
            self._emit("d", key, {})
            self._emit("c", other, {**row, "body": UNAVAILABLE if kept and row["body"] is not None else row["body"]})

    def _copy(self, key: str, other: str, value: int, kept: bool) -> None:
        """All rows of one COPY share one lsn."""
        for name in (k for k in KEYS if k not in self.rows):
            self.rows[name] = {"size": value, "body": None, "note": name}
            self._emit("c", name, dict(self.rows[name]))

    def _snapshot(self, key: str, other: str, value: int, kept: bool) -> None:
        """May read at the very lsn of the last change."""
        for name, row in self.rows.items():
            self._emit("r", name, dict(row))

    def _truncate(self, key: str, other: str, value: int, kept: bool) -> None:
        self.rows.clear()
        self._emit("t", None, {})


KINDS = ["write"] * 7 + ["delete"] * 2 + ["rename", "copy", "snapshot", "truncate"]


def history(random: Random, steps: int) -> list[Event]:
    source = Source()
    for _ in range(steps):
        source.step(
            random.choice(KINDS), random.choice(KEYS), random.choice(KEYS), random.randrange(10), random.random() < 0.5
        )
    return source.events


def rendered(event: Event, seen: int) -> dict[str, Any]:
    if event.key is None:
        return envelope("t", event.lsn, seen=seen)
    return {**change(event.op, event.key, event.lsn, **event.row), "ts_ms": seen}


Delivery = tuple[list[Event], list[list[tuple[str, list[Any]]]]]


def delivery(random: Random, steps: int) -> Delivery:
    """A history, some of it lost, and landings of files of it: in no order, some twice, with noise between."""
    events = [e for e in history(random, steps) if random.random() < 0.9]
    sent = events + random.choices(events, k=random.randrange(8)) if events else []
    random.shuffle(sent)
    records: list[Any] = [rendered(e, seen) for seen, e in enumerate(sent)]
    for noise in random.choices(NOISE, k=random.randrange(4)):
        records.insert(random.randint(0, len(records)), noise)
    landings: list[list[tuple[str, list[Any]]]] = [[]]
    while records:
        count = random.randint(1, 6)
        name = f"{random.randrange(99):02d}-{len(records)}{random.choice(['.jsonl', '.jsonl.gz', '.avro'])}"
        landings[-1].append((name, records[:count]))
        records = records[count:]
        if random.random() < 0.5:
            landings.append([])
    return events, landings


def encoded(name: str, records: list[Any]) -> tuple[str, bytes]:
    """Noise has no place in an Avro file."""
    if name.endswith(".avro") and not any(isinstance(r, str) for r in records):
        return name, avro(records)
    return (name, gzipped(records)) if name.endswith(".gz") else (name.removesuffix(".avro") + ".jsonl", lines(records))


@given(st.integers(0, 2**32), st.integers(1, 18))
@settings(
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_every_delivery_of_a_history_comes_to_the_same_tables(seed: int, steps: int) -> None:
    events, landings = delivery(Random(seed), steps)
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set threads = 1")
        scene = Scene(Path(folder), DuckDbWarehouse(connection))
        totals: Counter[str] = Counter()
        for landing in landings:
            for name, records in landing:
                scene.put(*encoded(name, records))
            report = scene.land()
            assert report.unreachable == {}
            totals.update(report.rows.as_json())
        assert_model(scene, events)
        sent = [r for landing in landings for _, records in landing for r in records]
        assert totals["read"] == len(sent)
        assert totals["applied"] == len(set(events))
        assert totals["quarantined"] == sum(r in ('{"poison', "[]") for r in sent)
        assert totals["read"] == sum(totals[k] for k in ("applied", "duplicate", "skipped", "quarantined"))
        assert scene.counts() == (0, 0, 0, 0, 0)


def assert_model(scene: Scene, events: list[Event]) -> None:
    columns = "_cdc_op, _cdc_deleted, _cdc_lsn, size, body, note"
    state = {row[0]: row[1:] for row in scene.state(columns=f"id, {columns}")}
    assert state == final_state(events)
    assert scene.changes("_cdc_lsn, _cdc_op, _cdc_deleted, id, size, body, note") == change_log(events)
