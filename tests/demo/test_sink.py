"""Records become files that nobody sees half written, and that no later file replaces."""

from datetime import UTC, datetime
from pathlib import Path

from mesh_platform.demo.sink import Record, deliver, folder_of

NOW = datetime(2026, 11, 23, 12, 0, 1, 500, tzinfo=UTC)
BATCH = [
    Record("orders_service.transaction", '{"status":"BEGIN"}'),
    Record("orders_service.public.orders", '{"op":"d"}'),
    Record("orders_service.public.orders", None),
    Record("orders_service.public.returns", '{"op":"c","after":{"reason":"ü"}}'),
    Record("__debezium-heartbeat.orders_service", '{"ts_ms":1}'),
]


def texts(paths: list[Path]) -> dict[str, str]:
    return {path.parents[3].name: path.read_text("utf-8") for path in paths}


def test_a_batch_is_one_file_a_topic_in_the_order_of_the_records(tmp_path: Path) -> None:
    assert texts(deliver(tmp_path, "orders_service", BATCH, NOW)) == {
        "transaction": '{"status":"BEGIN"}\n',
        "public.orders": '{"op":"d"}\nnull\n',
        "public.returns": '{"op":"c","after":{"reason":"ü"}}\n',
        "heartbeat": '{"ts_ms":1}\n',
    }


def test_a_file_is_named_after_the_moment_it_was_written(tmp_path: Path) -> None:
    (path,) = deliver(tmp_path, "p", [Record("p.public.orders", "{}")], NOW)
    assert path == tmp_path / "public.orders" / "2026/11/23" / "20261123T120001.000500Z.jsonl"


def test_a_second_batch_of_the_same_moment_gets_a_name_of_its_own(tmp_path: Path) -> None:
    first = deliver(tmp_path, "p", [Record("p.t", "1")], NOW)
    second = deliver(tmp_path, "p", [Record("p.t", "2")], NOW)
    assert [p.read_text() for p in (*first, *second)] == ["1\n", "2\n"]
    assert [p.name for p in (*first, *second)] == sorted(p.name for p in (*first, *second))


def test_what_is_half_written_is_hidden_and_temporary(tmp_path: Path) -> None:
    deliver(tmp_path, "p", BATCH, NOW)
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith(".") or p.suffix == ".tmp"]


def test_no_records_are_no_files(tmp_path: Path) -> None:
    assert deliver(tmp_path, "p", [], NOW) == []


def test_a_topic_that_is_not_the_prefix_s_keeps_its_name() -> None:
    assert folder_of("orders_service.public.orders", "orders_service") == "public.orders"
    assert folder_of("elsewhere.public.orders", "orders_service") == "elsewhere.public.orders"
