"""What lies in the landing zone, from a history and from trading on, is what happened in the shop."""

import gzip
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.demo.change import SYSTEM, Change, micros
from mesh_platform.demo.envelope import envelope
from mesh_platform.demo.life import HOUR
from mesh_platform.demo.shop import advance, book_at, snapshot
from mesh_platform.demo.state import LONGEST_GAP, read_state, state_file, write_state
from mesh_platform.demo.trade import NothingToTrade, catch_up, fill, trade
from mesh_platform.environment import EnvironmentProblem

NOW = datetime(2026, 11, 23, 9, 12, 30, tzinfo=UTC)
Tables = dict[str, dict[str, Any]]


def files(zone: Path) -> list[Path]:
    return sorted(p for p in zone.rglob("*") if p.is_file() and SYSTEM in p.parts)


def records(path: Path) -> list[Any]:
    if path.suffix == ".avro":
        with path.open("rb") as file:
            return list(fastavro.reader(file))
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    return [json.loads(line) for line in text.splitlines()]


def envelopes(zone: Path) -> list[dict[str, Any]]:
    return [r for path in files(zone) for r in records(path) if r and "op" in r]


def tables(changes: Iterable[dict[str, Any]]) -> Tables:
    """A model of the two tables: every change applied once, in the order of the log."""
    made: Tables = {"orders": {}, "returns": {}}
    for change in sorted(changes, key=lambda c: c["source"]["lsn"]):
        rows = made[change["source"]["table"]]
        if change["op"] == "d":
            rows.pop(change["before"]["id"], None)
        else:
            rows[change["after"]["id"]] = dict(change["after"])
    return made


def ticking(*moments: datetime) -> tuple[Callable[[], datetime], Callable[[float], bool]]:
    """A clock that shows these moments in turn (the first twice) and a pause that ends with them."""
    shown = iter([moments[0], *moments])
    left = [len(moments)]

    def pause(seconds: float) -> bool:
        left[0] -= 1
        return not left[0]

    return lambda: next(shown), pause


def test_a_history_lies_by_table_and_hour_in_three_formats(tmp_path: Path) -> None:
    filled = fill(tmp_path, tmp_path / "shop.json", NOW, days=3, seed=1)
    found = files(tmp_path / SYSTEM)
    assert len(found) == filled.files
    assert {p.name.partition("Z")[2] for p in found} == {".jsonl", ".jsonl.gz", ".avro"}
    assert {p.relative_to(tmp_path / SYSTEM).parts[0] for p in found} == {"public.orders", "public.returns"}
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith(".") or p.name.endswith(".tmp")]
    assert len(envelopes(tmp_path)) == filled.changes


def test_the_last_heartbeat_of_a_history_is_now(tmp_path: Path) -> None:
    fill(tmp_path, tmp_path / "shop.json", NOW, days=1, seed=1)
    beats = [r["ts_ms"] for p in files(tmp_path / SYSTEM) for r in records(p) if r and "op" not in r]
    assert max(beats) == micros(NOW - timedelta(milliseconds=1)) // 1000


def test_a_delete_is_followed_by_its_tombstone_and_there_are_both(tmp_path: Path) -> None:
    fill(tmp_path, tmp_path / "shop.json", NOW, days=3, seed=1)
    for path in files(tmp_path / SYSTEM):
        read = records(path)
        deletes = [n for n, r in enumerate(read) if r and r.get("op") == "d"]
        assert [n for n, r in enumerate(read) if r is None] == [n + 1 for n in deletes]
    assert any(c["op"] == "d" for c in envelopes(tmp_path))


def test_the_files_hold_the_shop_as_a_simple_model_of_its_tables_sees_it(tmp_path: Path) -> None:
    fill(tmp_path, tmp_path / "shop.json", NOW, days=4, seed=2)
    state = read_state(tmp_path / "shop.json")
    assert state
    _, changes = advance(book_at(state.shop, state.shop.captured), micros(NOW))
    happened: list[Change] = [*snapshot(state.shop), *changes]
    assert tables(envelopes(tmp_path / SYSTEM)) == tables(envelope(c) for c in happened)


def test_the_same_history_is_the_same_files_to_the_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        fill(tmp_path / name, tmp_path / f"{name}.json", NOW, days=1, seed=1)
    a, b = (files(tmp_path / name) for name in ("a", "b"))
    assert [p.read_bytes() for p in a] == [p.read_bytes() for p in b]


@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=5))
@settings(max_examples=5)
def test_however_often_the_shop_is_restarted_the_same_happens(seconds: list[int]) -> None:
    with TemporaryDirectory() as folder:
        zone = Path(folder)
        _play(zone / "often", seconds)
        _play(zone / "once", [sum(seconds)])
        often, once = envelopes(zone / "often"), envelopes(zone / "once")
        assert tables(often) == tables(once)
        assert len(often) == len(once)


def _play(zone: Path, seconds: list[int]) -> None:
    now = NOW
    fill(zone / "landing", zone / "shop.json", now, days=0.1, seed=4)
    for more in seconds:
        now += timedelta(seconds=more)
        catch_up(zone / "landing", zone / "shop.json", now)
    catch_up(zone / "landing", zone / "shop.json", NOW + timedelta(seconds=sum(seconds) + 60))


def test_trading_goes_on_from_the_history_without_a_gap_and_without_giving_a_number_twice(tmp_path: Path) -> None:
    kept = tmp_path / "shop.json"
    fill(tmp_path / "landing", kept, NOW, days=1, seed=1)
    clock, pause = ticking(*[NOW + timedelta(seconds=10 * n) for n in range(1, 200)])
    trade(tmp_path / "landing", kept, clock, pause)
    clock, pause = ticking(*[NOW + timedelta(hours=20, seconds=10 * n) for n in range(1, 200)])
    trade(tmp_path / "landing", kept, clock, pause)
    read = envelopes(tmp_path / "landing")
    state = read_state(kept)
    assert state
    _, changes = advance(book_at(state.shop, state.shop.captured), state.until)
    assert len(read) == len(snapshot(state.shop)) + len(changes)
    assert tables(read) == tables(envelope(c) for c in [*snapshot(state.shop), *changes])
    born = {(c["source"]["table"], c["after"]["id"], c["source"]["lsn"]) for c in read if c["op"] in "cr"}
    assert len(born) == len({(t, key) for t, key, _ in born})


def test_a_quiet_shop_delivers_a_heartbeat_a_minute_and_not_a_file_a_tick(tmp_path: Path) -> None:
    kept = tmp_path / "shop.json"
    fill(tmp_path / "landing", kept, NOW, days=0.1, seed=1)
    before = set(files(tmp_path / "landing"))
    clock, pause = ticking(*[NOW + timedelta(seconds=n) for n in range(1, 121)])
    trade(tmp_path / "landing", kept, clock, pause)
    new = set(files(tmp_path / "landing")) - before
    with_changes = {p for p in new if any(r and "op" in r for r in records(p))}
    assert len(new - with_changes) <= 2 + len(with_changes)
    assert len(new) < 30


def test_after_too_long_a_gap_the_time_before_it_has_no_new_orders(tmp_path: Path) -> None:
    kept = tmp_path / "shop.json"
    fill(tmp_path / "landing", kept, NOW, days=1, seed=1)
    back = NOW + timedelta(days=20)
    catch_up(tmp_path / "landing", kept, back)
    state = read_state(kept)
    assert state
    assert [(w.since, w.until) for w in state.shop.closed] == [(micros(NOW), micros(back) - LONGEST_GAP)]
    placed = [
        c["source"]["ts_us"]
        for c in envelopes(tmp_path / "landing")
        if c["op"] == "c" and c["source"]["table"] == "orders"
    ]
    gap = state.shop.closed[0]
    assert not [at for at in placed if at in gap and at > gap.since + HOUR]
    assert [at for at in placed if at >= gap.until]
    assert read_state(kept) == state


def test_a_crash_between_files_and_state_delivers_again_and_loses_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "shop.json"
    fill(tmp_path / "landing", kept, NOW, days=0.5, seed=1)
    before = read_state(kept)
    assert before
    catch_up(tmp_path / "landing", kept, NOW + timedelta(hours=2))
    write_state(kept, before)
    catch_up(tmp_path / "landing", kept, NOW + timedelta(hours=3))
    state = read_state(kept)
    assert state
    _, changes = advance(book_at(state.shop, state.shop.captured), state.until)
    assert tables(envelopes(tmp_path / "landing")) == tables(envelope(c) for c in [*snapshot(state.shop), *changes])


def test_a_clock_that_goes_back_does_no_harm(tmp_path: Path) -> None:
    kept = tmp_path / "shop.json"
    fill(tmp_path / "landing", kept, NOW, days=0.1, seed=1)
    before = files(tmp_path / "landing")
    catch_up(tmp_path / "landing", kept, NOW - timedelta(hours=1))
    assert files(tmp_path / "landing") == before


def test_where_no_shop_was_opened_none_trades(tmp_path: Path) -> None:
    with pytest.raises(NothingToTrade, match="mesh demo"):
        catch_up(tmp_path / "landing", state_file(tmp_path), NOW)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"seed": 1}', '{"seed": 1, "captured": "x", "until": "y", "closed": []}']
)
def test_a_broken_state_is_told_as_such(text: str, tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(text)
    with pytest.raises(EnvironmentProblem, match="unreadable"):
        catch_up(tmp_path / "landing", tmp_path / "shop.json", NOW)
