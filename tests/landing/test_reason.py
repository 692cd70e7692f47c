"""Every reason that landing gives is of a kind, every kind is one that it gives, and none tells a value."""

import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest

from mesh_platform.landing.files.lines import LONGEST_LINE
from mesh_platform.landing.records.reason import GONE, OTHER, REASONS, kind_sql, reason_of, shown_sql
from mesh_platform.landing.records.reference import PAGE, page
from tests.landing.scene import Scene, avro, change, lines

SECRET = "jane@example.com\n'); the row schema says"


def without(key: str) -> dict[str, Any]:
    return {k: v for k, v in change("c", "a", 5).items() if k != key}


def sourced(**told: Any) -> dict[str, Any]:
    event = change("c", "a", 5)
    return {**event, "source": {**event["source"], **told}}


RECORDS: Mapping[str, bytes] = {
    "a value does not fit": lines([change("c", "a", 5, size=SECRET)]),
    "a value is missing": lines([{**change("c", "a", 5), "after": {"size": 3}}]),
    "not JSON": b'{"half": "' + SECRET.encode().replace(b"\n", b" ") + b"\n",
    "not UTF-8": b'{"a": "\xff"}\n',
    "a key twice": json.dumps(change("c", "a", 5)).replace('"op":', '"op": "u", "op":').encode() + b"\n",
    "a column twice": json.dumps(change("c", "a", 5)).replace('"note":', '"note": "x", "note":').encode() + b"\n",
    "no change record": lines([without("op")]),
    "unknown op": lines([{**change("c", "a", 5), "op": SECRET}]),
    "no source position": lines([sourced(lsn=SECRET)]),
    "no row": lines([{**change("c", "a", 5), "after": None}]),
    "too long": b'{"long": "' + b"x" * LONGEST_LINE + b'"}\n',
}


def undecodable() -> bytes:
    """A block that is whole and holds no record of the header's schema."""
    content = avro([change("c", "a", 5)], codec="null")
    head, sync = content[: content.rindex(content[-16:], 0, -16) + 16], content[-16:]
    return head + b"\x02\x06\xff\xff\xff" + sync


FILES: Mapping[str, tuple[str, bytes]] = {
    "unknown format": ("rows.csv", b"id,size\n"),
    "broken gzip": ("cut.jsonl.gz", gzip.compress(b"null\n" * 99)[:-9]),
    "a compression bomb": ("bomb.jsonl.gz", gzip.compress(b"\n" * (65 << 20))),
    "broken Avro": ("cut.avro", avro([change("c", "a", 5)])[:-5]),
    "unknown Avro codec": ("codec.avro", avro([change("c", "a", 5)]).replace(b"\x0edeflate", b"\x0edeflatf")),
    "unreadable Avro schema": ("schema.avro", avro([change("c", "a", 5)]).replace(b'"Value"', b'"Other"', 1)),
    "undecodable Avro": ("not.avro", undecodable()),
}
ELSEWHERE = {
    "cannot be read": f"cannot be read: Permission denied{GONE}",
    "refused by the engine": f"the engine cannot read it: Invalid Input Error: {SECRET}",
}
"""Reasons that a test running as a superuser, with a sound engine, cannot bring about."""


def told(scene: Scene) -> list[tuple[str, str, str]]:
    """(reason, kind, what is shown of it)"""
    sql = f"select reason, {kind_sql('reason')}, {shown_sql('reason')} from mesh_landing.quarantine order by record"
    return [(str(r), str(k), str(s)) for r, k, s in scene.warehouse.query(sql)]


@pytest.mark.parametrize("kind", RECORDS)
def test_a_bad_record_is_of_its_kind_and_tells_no_value(scene: Scene, kind: str) -> None:
    scene.put("one.jsonl", RECORDS[kind])
    assert scene.counts()[4] == 1
    [(reason, found, shown)] = told(scene)
    assert (found, reason_of(reason).name) == (kind, kind)
    assert "jane" not in shown
    assert "\\" not in shown


@pytest.mark.parametrize("kind", FILES)
def test_a_bad_file_is_of_its_kind(scene: Scene, kind: str) -> None:
    name, content = FILES[kind]
    scene.put(name, content)
    assert scene.counts()[4] == 1
    [(reason, found, _)] = told(scene)
    assert (found, reason_of(reason).name) == (kind, kind)
    assert reason_of(reason).whole_file


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_a_reason_that_only_happens_elsewhere_is_of_its_kind(scene: Scene, kind: str) -> None:
    assert reason_of(ELSEWHERE[kind]).name == kind
    sql = f"select {kind_sql('r')}, {shown_sql('r')} from (select ? as r)"
    [(found, shown)] = scene.warehouse.query(sql, [ELSEWHERE[kind]])
    assert found == kind
    assert "jane" not in str(shown)


def test_no_kind_is_told_of_that_landing_does_not_give() -> None:
    assert [r.name for r in REASONS] == [*RECORDS, *_in_order(*FILES, *ELSEWHERE)]


def _in_order(*names: str) -> list[str]:
    return [r.name for r in REASONS if r.name in names]


def test_what_is_of_no_kind_is_said_to_be_so(scene: Scene) -> None:
    assert reason_of("who knows") is OTHER
    [(kind, shown)] = scene.warehouse.query(f"select {kind_sql('r')}, {shown_sql('r')} from (select 'who knows' as r)")
    assert (kind, shown) == (OTHER.name, OTHER.shown)


def test_the_page_is_as_the_reasons_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m mesh_platform.landing.records.reference`"


def test_the_bomb_is_small_on_disk() -> None:
    assert len(FILES["a compression bomb"][1]) < 100_000
