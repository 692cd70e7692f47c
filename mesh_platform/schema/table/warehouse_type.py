"""What a column's type is called in a warehouse, spelled as the warehouse itself prints it."""

from typing import Final

from mesh_platform.environment import Target
from mesh_platform.schema.avro.avro_type import Array, AvroType, Enum, Fixed, Map, Primitive, Record, unwrapped
from mesh_platform.schema.table.duckdb_keywords import KEYWORDS
from mesh_platform.schema.table.record import Column

_DUCKDB: Final = {
    "boolean": "BOOLEAN", "int": "INTEGER", "long": "BIGINT", "float": "FLOAT", "double": "DOUBLE", "bytes": "BLOB",
    "string": "VARCHAR", "date": "DATE", "time-millis": "TIME", "time-micros": "TIME", "uuid": "VARCHAR",
    "timestamp-millis": "TIMESTAMP WITH TIME ZONE", "timestamp-micros": "TIMESTAMP WITH TIME ZONE",
    "local-timestamp-millis": "TIMESTAMP", "local-timestamp-micros": "TIMESTAMP",
}  # fmt: skip
_BIGQUERY: Final = {
    "boolean": "BOOL", "int": "INT64", "long": "INT64", "float": "FLOAT64", "double": "FLOAT64", "bytes": "BYTES",
    "string": "STRING", "date": "DATE", "time-millis": "TIME", "time-micros": "TIME", "uuid": "STRING",
    "timestamp-millis": "TIMESTAMP", "timestamp-micros": "TIMESTAMP",
    "local-timestamp-millis": "DATETIME", "local-timestamp-micros": "DATETIME",
}  # fmt: skip


def warehouse_type(kind: Column | AvroType, target: Target) -> str:
    """The type a column of this kind has in the target's tables; nullability is not part of it."""
    avro = unwrapped(kind.type if isinstance(kind, Column) else kind)[0]
    return _duckdb(avro) if target is Target.DUCKDB else _bigquery(avro)


def _duckdb(kind: AvroType) -> str:
    match kind:
        case Primitive() | Fixed():
            return _leaf(kind, _DUCKDB) or f"DECIMAL({kind.precision},{kind.scale})"
        case Enum():
            return "VARCHAR"
        case Array():
            return f"{_duckdb(unwrapped(kind.items)[0])}[]"
        case Map():
            return f"MAP(VARCHAR, {_duckdb(unwrapped(kind.values)[0])})"
        case Record():
            return f"STRUCT({', '.join(f'{_quoted(f.name)} {_duckdb(unwrapped(f.type)[0])}' for f in kind.fields)})"
        case _:
            raise ValueError(f"`{kind}` is no column; `read_record` refuses it")


def _bigquery(kind: AvroType) -> str:
    match kind:
        case Primitive() | Fixed():
            return _leaf(kind, _BIGQUERY) or _numeric(kind.precision or 0, kind.scale)
        case Enum():
            return "STRING"
        case Array():
            return f"ARRAY<{_bigquery(unwrapped(kind.items)[0])}>"
        case Map():
            return f"ARRAY<STRUCT<key STRING, value {_bigquery(unwrapped(kind.values)[0])}>>"
        case Record():
            return f"STRUCT<{', '.join(f'{f.name} {_bigquery(unwrapped(f.type)[0])}' for f in kind.fields)}>"
        case _:
            raise ValueError(f"`{kind}` is no column; `read_record` refuses it")


def _leaf(kind: Primitive | Fixed, words: dict[str, str]) -> str | None:
    if kind.logical == "decimal":
        return None
    if isinstance(kind, Fixed):
        return words["bytes"]
    return words[kind.logical or kind.name]


def _numeric(precision: int, scale: int) -> str:
    """NUMERIC holds 29 digits before the point and 9 after it; what exceeds either is a BIGNUMERIC."""
    word = "NUMERIC" if scale <= 9 and precision - scale <= 29 else "BIGNUMERIC"
    return f"{word}({precision},{scale})"


def _quoted(name: str) -> str:
    return f'"{name}"' if name.lower() in KEYWORDS else name
