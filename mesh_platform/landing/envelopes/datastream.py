"""Google Datastream's events: SQL that tells one as the envelope Debezium would have written of the same change.

So everything after it is told once. For PostgreSQL sources; an event of another one has no position that we can order
by, and says so in quarantine. The order is the log's (`source_metadata.lsn`): the other sort key is the source's clock.
"""

import json
from typing import Final

EVENT: Final = "_mesh_d"
"""The column of the event's parts; NULL for a line that is none."""

_PARTS: Final = {
    "read_method": "VARCHAR",
    "source_timestamp": "VARCHAR",
    "sort_keys": ["VARCHAR"],
    "source_metadata": dict.fromkeys(("schema", "database", "table", "is_deleted", "change_type", "lsn"), "VARCHAR"),
    "payload": "JSON",
}
_META: Final = f"{EVENT}.source_metadata"
_LSN: Final = "[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}"


def event(line: str) -> str:
    """SQL for the parts of an event in the text `line`; cheaply NULL for other lines."""
    is_one = f"json_exists({line}, '$.source_metadata') and not json_exists({line}, '$.op')"
    return f"""case when not {is_debeziums(line)} and contains({line}, '_metadata"') and try({is_one})
        then json_transform({line}, '{json.dumps(_PARTS)}') end as {EVENT}"""


def is_debeziums(line: str) -> str:
    """SQL for: the text `line` begins as a bare envelope of Debezium does; most lines need no other look."""
    return f"""starts_with({line}, '{{"before":')"""


def envelope() -> str:
    """SQL for the event as an envelope, JSON text.

    A backfill that knows no position is read before everything that was streamed: it fills in what no stream tells, and
    overwrites nothing. Several of them are in the order in which they were made, told as a place on position 0.
    """
    micros = f"coalesce(epoch_us(try_cast({EVENT}.source_timestamp as timestamptz)), try({_millis()} * 1000))"
    is_told = f"coalesce({_position()}, '') <> ''"
    return f"""json_object('op', {_op()},
        'before', if({_op()} = 'd', {EVENT}.payload, null), 'after', if({_op()} = 'd', null, {EVENT}.payload),
        'source', json_object('schema', {_META}."schema", 'db', {_META}.database, 'table', {_META}."table",
            'ts_us', {micros},
            'lsn', case when {is_told} then {_number(_position())} when {_op()} = 'r' then '0' end),
        'transaction', if({is_told} or {_op()} <> 'r', null, json_object('total_order', {micros})))::varchar"""


def _op() -> str:
    """What Datastream knows no name for stays as it is, and goes to quarantine."""
    return f"""case
        when lower({_META}.is_deleted) = 'true' or {_META}.change_type in ('DELETE', 'UPDATE-DELETE') then 'd'
        when contains({EVENT}.read_method, 'backfill') then 'r'
        when {_META}.change_type = 'INSERT' then 'c'
        when {_META}.change_type in ('UPDATE', 'UPDATE-INSERT') then 'u' else {_META}.change_type end"""


def _position() -> str:
    return f"coalesce(nullif({_META}.lsn, ''), {EVENT}.sort_keys[2])"


def _number(lsn: str) -> str:
    """`16/B374D848` as the 64 bits it stands for; what is none stays as it is."""
    high, low = (f"try_cast('0x' || split_part({lsn}, '/', {n}) as bigint)::hugeint" for n in (1, 2))
    return f"case when regexp_full_match({lsn}, '{_LSN}') then ({high} * 4294967296 + {low})::varchar else {lsn} end"


def _millis() -> str:
    return f"try_cast({EVENT}.source_timestamp as bigint)"
