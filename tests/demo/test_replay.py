"""A real shop's invoices become orders and returns, and what they do not say is not made up."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.demo.change import Change
from mesh_platform.demo.envelope import envelope
from mesh_platform.demo.invoice import Invoice, invoices
from mesh_platform.demo.replay import BOOKKEEPING, NO_GOODS, WORTH_NOTHING, Replay, replay
from mesh_platform.demo.retail import MOST_FINDINGS, Unreadable, read_lines

FILE = Path(__file__).with_name("shop_of_twenty_lines.csv")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HEADER = FILE.read_text().splitlines()[0]
GOOD = "700001,11111,BLUE TEAPOT,2,6/30/25 23:30,4.25,501,United Kingdom"


@pytest.fixture(scope="module")
def read() -> dict[str, Invoice]:
    return {i.number: i for i in invoices(read_lines(FILE, FILE.name))}


@pytest.fixture(scope="module")
def replayed() -> Replay:
    return replay(invoices(read_lines(FILE, FILE.name)), NOW)


def rows(replayed: Replay, table: str) -> dict[str, Any]:
    return {c.key: c.row for c in replayed.changes if c.table == table}


def findings(tmp_path: Path, text: str | bytes) -> list[str]:
    file = tmp_path / "bad.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Unreadable) as caught:
        list(read_lines(file, "bad.csv"))
    return [f"{f.line} {f.code}" for f in caught.value.findings]


def test_an_order_is_worth_its_goods_delivery_and_corrections_in_whole_pence(replayed: Replay) -> None:
    totals = {key: row["total_amount_cents"] for key, row in rows(replayed, "orders").items()}
    assert totals == {"700001": 850 + 330 + 300, "700002": 1100 + 90, "700003": 400, "700013": 401, "700014": 200}


def test_lines_of_one_invoice_need_not_stand_together(read: dict[str, Invoice]) -> None:
    assert (read["700002"].lines, read["700002"].goods) == (2, {"33333": 10, "77777": 1})


def test_uk_summer_time_is_an_hour_before_utc(read: dict[str, Invoice]) -> None:
    assert read["700001"].at == datetime(2025, 6, 30, 22, 30, tzinfo=UTC)


def test_the_last_event_is_now_and_the_time_between_events_is_kept(replayed: Replay, read: dict[str, Invoice]) -> None:
    times = {c.key: c.committed for c in replayed.changes}
    assert timedelta(0) < NOW - datetime.fromtimestamp(max(times.values()) / 1e6, UTC) < timedelta(milliseconds=1)
    apart = timedelta(microseconds=times["700013"] - times["700001"])
    assert abs(apart - (read["700013"].at - read["700001"].at)) < timedelta(milliseconds=1)
    assert [c.committed for c in replayed.changes] == sorted(set(times.values()))


def test_a_return_belongs_to_the_latest_earlier_order_of_the_customer_that_had_its_goods(replayed: Replay) -> None:
    returns = rows(replayed, "returns")
    assert {key: row["order_id"] for key, row in returns.items()} == {
        "C700008": "700003",
        "C700009": "700001",
        "C700010": "unknown-C700010",
        "C700011": "unknown-C700011",
    }
    assert (returns["C700009"]["refund_amount_cents"], returns["C700009"]["status"]) == (850, "RESOLVED")
    assert replayed.unmatched == 2


def test_what_is_neither_an_order_nor_a_return_is_counted_with_its_reason(replayed: Replay) -> None:
    assert replayed.left_out == {WORTH_NOTHING: 3, BOOKKEEPING: 1, NO_GOODS: 1}
    assert (replayed.orders, replayed.returns) == (5, 4)


def test_what_the_file_does_not_know_stays_unknown(replayed: Replay) -> None:
    guest = rows(replayed, "orders")["700002"]
    assert (guest["customer_id"], guest["channel"], guest["status"]) == (None, None, "PLACED")
    assert json.loads(guest["metadata"]) == {"country": "France", "lines": "2"}
    assert {c.op for c in replayed.changes} == {"c"}


def test_every_change_is_an_envelope(replayed: Replay) -> None:
    changes: list[Change] = list(replayed.changes)
    assert len({envelope(c)["source"]["lsn"] for c in changes}) == len(changes)


def test_no_invoice_at_all_is_no_change(tmp_path: Path) -> None:
    assert replay([], NOW).changes == []
    assert findings(tmp_path, HEADER + "\n") == ["1 CSV006"]
    assert findings(tmp_path, "") == ["1 CSV001"]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(HEADER.replace("UnitPrice", "Price") + "\n" + GOOD + "\n")
    with pytest.raises(Unreadable) as caught:
        list(read_lines(file, "bad.csv"))
    told = str(caught.value)
    assert told.startswith("bad.csv:1: CSV001 column `UnitPrice` is missing; there is `InvoiceNo`")
    assert "fix: " in told


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("700001,11111,TEAPOT,2,6/30/25 23:30,4.25,501", "CSV004"),
        (GOOD + ",more", "CSV004"),
        (GOOD.replace(",2,", ",two,"), "CSV005"),
        (GOOD.replace(",2,", ",2.5,"), "CSV005"),
        (GOOD.replace("4.25", "4,25"), "CSV004"),
        (GOOD.replace("4.25", "NaN"), "CSV005"),
        (GOOD.replace("4.25", "1e99"), "CSV005"),
        (GOOD.replace("4.25", ""), "CSV005"),
        (GOOD.replace("6/30/25", "30/6/25"), "CSV005"),
        (GOOD.replace("6/30/25", "2/29/25"), "CSV005"),
        (GOOD.replace("700001", ""), "CSV005"),
        (GOOD.replace("BLUE TEAPOT", '"BLUE" TEAPOT'), "CSV003"),
    ],
)
def test_a_wrong_line_is_named_with_its_number(line: str, code: str, tmp_path: Path) -> None:
    assert findings(tmp_path, f"{HEADER}\n{GOOD}\n{line}\n") == [f"3 {code}"]


def test_every_wrong_line_is_named_and_an_endless_list_is_cut(tmp_path: Path) -> None:
    wrong = GOOD.replace(",2,", ",x,")
    assert findings(tmp_path, "\n".join([HEADER, wrong, GOOD, wrong])) == ["2 CSV005", "4 CSV005"]
    assert len(findings(tmp_path, "\n".join([HEADER, *[wrong] * 500]))) == MOST_FINDINGS


def test_another_encoding_is_told_as_such(tmp_path: Path) -> None:
    bad = f"{HEADER}\n{GOOD}\n".encode() + GOOD.replace("BLUE", "£1").encode("latin1")
    assert findings(tmp_path, bad)[0].endswith("CSV002")


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "windows.csv"
    file.write_bytes(b"\xef\xbb\xbf" + FILE.read_bytes().replace(b"\n", b"\r\n"))
    assert invoices(read_lines(file, "windows.csv")) == invoices(read_lines(FILE, "x"))
