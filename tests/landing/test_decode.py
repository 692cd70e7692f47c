"""Values as connectors write them: each lands as what it is or is kept in quarantine, never as something near it."""

from typing import Any

import pytest

from tests.landing.scene import THINGS, Scene, envelope, lines, mesh_of

REFUSED = None
FIXED = {"type": "fixed", "name": "Four", "size": 4}


def decimal(precision: int, scale: int) -> dict[str, Any]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


def time(kind: str) -> dict[str, Any]:
    return {"type": "int" if kind in ("date", "time-millis") else "long", "logicalType": kind}


def landed(scene: Scene, kind: Any, values: list[str]) -> dict[str, str | None]:
    """Each of these values, as JSON, with what it landed as; None for one whose record is in quarantine."""
    scene.mesh = mesh_of([{"name": "id", "type": "string"}, {"name": "v", "type": ["null", kind], "default": None}])
    row = '"after":{"id":"%d","v":%s}'
    empty = lines([envelope("c", 10)]).decode().strip()
    records = [empty.replace('"after":null', row % (n, value)) for n, value in enumerate(values)]
    scene.put("values.jsonl", lines(records))
    scene.land()
    assert not [reason for reason in scene.reasons() if not reason.startswith("column `v` is")]
    known = dict(scene.warehouse.query(f"select id::int, v::varchar from {THINGS}"))
    return {value: known.get(n) for n, value in enumerate(values)}


def test_a_decimal_is_exact_or_refused_however_it_is_written(scene: Scene) -> None:
    expected = {
        "0.00001": REFUSED,
        '"0.00001"': REFUSED,
        '"1.5E-5"': REFUSED,
        "1e-9": REFUSED,
        '"1e-4"': "0.0001",
        '"12.50000000E-2"': "0.1250",
        '"1.234567E5"': "123456.7000",
        '"2769424E-1"': "276942.4000",
        '"-1E+3"': "-1000.0000",
        '"0E-8"': "0.0000",
        '"1e9"': REFUSED,
        '"1e999999999999"': REFUSED,
        '"+5."': "5.0000",
        '"NaN"': REFUSED,
        '"1_000"': REFUSED,
    }
    assert landed(scene, decimal(10, 4), list(expected)) == expected


def test_a_decimal_in_base64_may_have_all_the_digits_of_its_type(scene: Scene) -> None:
    expected = {'"tMSzV6V5O4X2dd3AAAAAAQ=="': "-99999999999999999999999999999999999.999", '"AR9x+w=="': "18838.011"}
    assert landed(scene, decimal(38, 3), list(expected)) == expected


def test_text_that_could_be_a_number_or_base64_is_taken_as_neither(scene: Scene) -> None:
    expected = {
        '"0014"': REFUSED,  # -29292.88
        '"12345678"': REFUSED,
        '"12E4"': REFUSED,
        "1234": "1234.00",
        '"1234.00"': "1234.00",
        '"123"': "123.00",
        '"-123"': "-123.00",
        '"AeQ="': "4.84",
    }
    assert landed(scene, decimal(12, 2), list(expected)) == expected
    assert all("decimal.handling.mode" in reason for reason in scene.reasons())


def test_a_doubtful_text_that_was_kept_beside_the_row_stays_there(scene: Scene) -> None:
    price = {"name": "price", "type": ["null", decimal(12, 2)], "default": None}
    rows = [envelope("c", n, after={"id": f"k{n}", "price": told}) for n, told in enumerate(["0014", "00.14", 1234], 1)]
    scene.mesh = mesh_of([{"name": "id", "type": "string"}])
    scene.put("one.jsonl", lines(rows))
    scene.land()
    scene.mesh = mesh_of([{"name": "id", "type": "string"}, price])
    scene.land()
    assert scene.changes("id, price::varchar, _cdc_extra") == [
        ("k1", None, '{"price":"0014"}'),
        ("k2", "0.14", None),
        ("k3", "1234.00", None),
    ]


def test_a_whole_number_as_text_is_a_number_where_the_type_has_no_scale(scene: Scene) -> None:
    assert landed(scene, decimal(10, 0), ['"1234"', "1234"]) == {'"1234"': "1234", "1234": "1234"}


def test_a_number_with_more_digits_than_a_double_is_exact(scene: Scene) -> None:
    values = ["1234567890.1234567891", "-0.1000000000000000055", "1.23456789012345678901E3", "12345678901234567.5"]
    got = landed(scene, decimal(38, 20), values)
    assert {v: told and told.rstrip("0") for v, told in got.items()} == {
        "1234567890.1234567891": "1234567890.1234567891",
        "-0.1000000000000000055": "-0.1000000000000000055",
        "1.23456789012345678901E3": "1234.56789012345678901",
        "12345678901234567.5": "12345678901234567.5",
    }


def test_a_text_that_speaks_of_a_number_stays_as_it_is(scene: Scene) -> None:
    text = {"name": "note", "type": ["null", "string"], "default": None}
    price = {"name": "price", "type": ["null", decimal(38, 20)], "default": None}
    scene.mesh = mesh_of([{"name": "id", "type": "string"}, text, price])
    note = '{"price": 0.12345678901234567890}'
    scene.put("one.jsonl", lines([envelope("c", 10, after={"id": "a", "note": note})]))
    scene.land()
    assert scene.state(columns="note") == [(note,)]


KINDS: list[tuple[Any, dict[str, str | None]]] = [
    (
        time("date"),
        {
            '"2026-01-02"': "2026-01-02",
            '"2026-01-02T00:00:00Z"': "2026-01-02",
            '"2017-09-15Z"': "2017-09-15",
            '"2026-01-02T10:30:00Z"': REFUSED,
            '"2026-01-02 10:30:00"': REFUSED,
            '"2026-01-02T00:00:00+05:00"': REFUSED,
            '"2026-01-02x"': REFUSED,
            '"epoch"': REFUSED,
            '"infinity"': "infinity",
            '"+30000-01-01"': "30000-01-01",
            "20000": "2024-10-04",
            "20000.5": REFUSED,
        },
    ),
    (
        time("timestamp-millis"),
        {
            "1795414134607": "2026-11-23 06:08:54.607+00",
            "1795414134607.5": REFUSED,
            '"+30000-01-01T00:00:00Z"': "30000-01-01 00:00:00+00",
        },
    ),
    (
        time("local-timestamp-micros"),
        {
            '"2026-01-02T10:30:00"': "2026-01-02 10:30:00",
            '"2026-01-02T10:30:00Z"': "2026-01-02 10:30:00",
            '"2026-01-02T10:30:00+00:00"': "2026-01-02 10:30:00",
            '"2026-01-02T10:30:00+05:00"': REFUSED,
            '"2026-01-02 10:30:00.5-05"': REFUSED,
        },
    ),
    (
        time("time-micros"),
        {"37800000000": "10:30:00", "1.5": REFUSED, '"10:30:00.5Z"': "10:30:00.5", '"10:30:00+02:00"': REFUSED},
    ),
    (
        "long",
        {
            "9007199254740993.0": REFUSED,
            "9007199254740993": "9007199254740993",
            '"9223372036854775807"': "9223372036854775807",
            "1e3": "1000",
            "1.0": "1",
            "1.5": REFUSED,
        },
    ),
    (
        "boolean",
        {"true": "true", '"f"': "false", "1": "true", '"yes"': REFUSED, "2": REFUSED, '"on"': REFUSED},
    ),
    (
        "float",
        {
            "3.141592653589793": "3.1415927",
            "16777217": REFUSED,
            "16777216": "16777216.0",
            "1e-50": REFUSED,
            "1e39": REFUSED,
            "0e-50": "0.0",
            '"NaN"': "nan",
        },
    ),
    (
        "double",
        {
            "9007199254740993": REFUSED,
            "9007199254740992": "9007199254740992.0",
            "12345678901234567890": REFUSED,
            "12345678901234567000": "1.2345678901234567e+19",
            "0.30000000000000004": "0.30000000000000004",
            '"1_000"': REFUSED,
            '"0x10"': REFUSED,
            '"-Infinity"': "-inf",
        },
    ),
    (FIXED, {'"AAAAAA=="': "\\x00\\x00\\x00\\x00", '"AAAA"': REFUSED, '"nope!"': REFUSED}),
]


@pytest.mark.parametrize(
    ("kind", "expected"),
    KINDS,
    ids=[str(k.get("logicalType", "fixed")) if isinstance(k, dict) else k for k, _ in KINDS],
)
def test_a_value_of_another_type_lands_whole_or_not_at_all(
    scene: Scene, kind: Any, expected: dict[str, str | None]
) -> None:
    assert landed(scene, kind, list(expected)) == expected


def test_a_fixed_value_that_was_not_repeated_is_no_reason_to_refuse_the_file(scene: Scene) -> None:
    scene.mesh = mesh_of([{"name": "id", "type": "string"}, {"name": "v", "type": ["null", FIXED], "default": None}])
    whole = [envelope("c", 10, after={"id": "a", "v": "AAECAw=="})]
    scene.put("one.jsonl", lines([*whole, envelope("u", 20, after={"id": "a", "v": "__debezium_unavailable_value"})]))
    assert scene.counts() == (2, 2, 0, 0, 0)
    assert scene.state(columns="v") == [(b"\x00\x01\x02\x03",)]
