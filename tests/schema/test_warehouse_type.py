import json
from typing import Any

import duckdb
import pytest

from mesh_platform.environment import Target
from mesh_platform.schema.table.duckdb_keywords import KEYWORDS
from mesh_platform.schema.table.record import Column, read_record
from mesh_platform.schema.table.warehouse_type import warehouse_type
from mesh_platform.warehouse.duckdb import DuckDbWarehouse

STRUCT = {
    "type": "record",
    "name": "S",
    "fields": [
        {"name": "key", "type": "string"},
        {"name": "Amount", "type": ["null", "long"]},
        {"name": "date", "type": "int"},
    ],
}
KINDS: list[tuple[Any, str, str]] = [
    ("string", "VARCHAR", "STRING"),
    ("int", "INTEGER", "INT64"),
    ("long", "BIGINT", "INT64"),
    ("float", "FLOAT", "FLOAT64"),
    ("double", "DOUBLE", "FLOAT64"),
    ("boolean", "BOOLEAN", "BOOL"),
    ("bytes", "BLOB", "BYTES"),
    ({"type": "fixed", "name": "F", "size": 4}, "BLOB", "BYTES"),
    ({"type": "enum", "name": "E", "symbols": ["A"]}, "VARCHAR", "STRING"),
    ({"type": "int", "logicalType": "date"}, "DATE", "DATE"),
    ({"type": "int", "logicalType": "time-millis"}, "TIME", "TIME"),
    ({"type": "long", "logicalType": "time-micros"}, "TIME", "TIME"),
    ({"type": "long", "logicalType": "timestamp-millis"}, "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"),
    ({"type": "long", "logicalType": "timestamp-micros"}, "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"),
    ({"type": "long", "logicalType": "local-timestamp-micros"}, "TIMESTAMP", "DATETIME"),
    ({"type": "string", "logicalType": "uuid"}, "VARCHAR", "STRING"),
    ({"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}, "DECIMAL(12,2)", "NUMERIC(12,2)"),
    ({"type": "bytes", "logicalType": "decimal", "precision": 38}, "DECIMAL(38,0)", "BIGNUMERIC(38,0)"),
    (
        {"type": "fixed", "name": "D", "size": 8, "logicalType": "decimal", "precision": 18, "scale": 10},
        "DECIMAL(18,10)",
        "BIGNUMERIC(18,10)",
    ),
    ({"type": "array", "items": "string"}, "VARCHAR[]", "ARRAY<STRING>"),
    ({"type": "map", "values": ["null", "long"]}, "MAP(VARCHAR, BIGINT)", "ARRAY<STRUCT<key STRING, value INT64>>"),
    (STRUCT, 'STRUCT("key" VARCHAR, Amount BIGINT, date INTEGER)', "STRUCT<key STRING, Amount INT64, date INT64>"),
    (
        {"type": "array", "items": STRUCT},
        'STRUCT("key" VARCHAR, Amount BIGINT, date INTEGER)[]',
        "ARRAY<STRUCT<key STRING, Amount INT64, date INT64>>",
    ),
]  # fmt: skip


def column(kind: Any) -> Column:
    return read_record(json.dumps({"type": "record", "name": "R", "fields": [{"name": "c", "type": kind}]})).columns[0]


@pytest.mark.parametrize(("kind", "duck", "big"), KINDS, ids=[duck for _, duck, _ in KINDS])
def test_every_type_is_spelled_for_both_warehouses(kind: Any, duck: str, big: str) -> None:
    for written in (kind, ["null", kind]):
        assert warehouse_type(column(written), Target.DUCKDB) == duck
        assert warehouse_type(column(written), Target.BIGQUERY) == big
        assert warehouse_type(column(written).type, Target.DUCKDB) == duck


def test_duckdb_prints_the_types_as_they_are_spelled(warehouse: DuckDbWarehouse) -> None:
    spelled = [warehouse_type(column(kind), Target.DUCKDB) for kind, _, _ in KINDS]
    warehouse.execute("create table main.spelled (" + ", ".join(f"c{i} {t}" for i, t in enumerate(spelled)) + ")")
    assert [printed for _, printed in warehouse.columns("main", "spelled")] == spelled


def test_the_words_duckdb_quotes_are_those_it_calls_keywords() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute("select keyword_name from duckdb_keywords()").fetchall()
    assert {name for (name,) in rows} == KEYWORDS
