"""What a line of a landing file is: the SQL that reads lines as Debezium's or Datastream's changes of one table.

Text is cut out of the JSON by one pass over the line and one over the row in it, then decoded to the declared types.
Nothing here looks at other lines, so the engine reads as many at once as it has threads. Names that start with
`_mesh_` cannot meet a column of a row.
"""

import json
from typing import Final

from mesh_platform.landing.envelopes import datastream
from mesh_platform.landing.envelopes.decode import decoded
from mesh_platform.landing.envelopes.identity import event_id
from mesh_platform.landing.envelopes.row import (
    available_row,
    decoded_row,
    exact_numbers,
    misfit,
    misfit_reason,
    once,
    row_texts,
)
from mesh_platform.landing.files.lines import BAD_BYTES, BAD_REASON
from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.schema.avro.avro_type import Primitive
from mesh_platform.schema.table.record import Column
from mesh_platform.warehouse.sql import identifier, literal

PARSED: Final = "mesh_parsed"
"""The temporary table of a batch's lines in order: file, kind, reason if it is bad, and for a change all of it."""

CHANGE: Final = "change"
BAD: Final = "bad"
TRANSACTION: Final = "transaction"
BLANK: Final = "blank"
HEARTBEAT: Final = "heartbeat"
TOMBSTONE: Final = "tombstone"

_SHAPE: Final = {
    "op": "VARCHAR",
    "before": "JSON",
    "after": "JSON",
    "source": dict.fromkeys(("schema", "db", "table", "lsn", "ts_ms", "ts_us"), "VARCHAR"),
    "transaction": {"id": "VARCHAR", "total_order": "VARCHAR"},
    "status": "VARCHAR",
    "id": "VARCHAR",
    "ts_ms": "VARCHAR",
    BAD_REASON: "VARCHAR",
    BAD_BYTES: "VARCHAR",
}
_USUAL: Final = ("before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns")
_SPACES: Final = "' ' || chr(9) || chr(13)"
_LSN: Final = decoded("_mesh_e.source.lsn", Primitive("long"))
_TABLE: Final = '_mesh_e.source."table"'


def parse(lines: str, table: LandedTable | None) -> str:
    """SQL that makes the table of parsed lines from SQL for the lines (`_mesh_file`, `_mesh_line`).

    Without a table (a folder that is no table's) every change is a change of some other table.
    """
    columns = table.columns if table else ()
    steps = {
        "lines": lines,
        "exact": f"select *, {exact_numbers('_mesh_line', columns)} as _mesh_told from lines",
        "events": f"select *, {datastream.event('_mesh_told')} from exact",
        "texts": _texts(),
        "envelopes": f"select *, try(json_transform(_mesh_text, {literal(json.dumps(_SHAPE))})) as _mesh_e from texts",
        "kinds": f"select *, {_kind(table)} as _mesh_kind from envelopes",
        "images": f"select *, {_image()} as _mesh_image, {_LSN} as _cdc_lsn from kinds",
        "rows": f"select *, {row_texts(columns)} from images",
        "decoded": f"select *, {decoded_row(columns)} from rows",
        "available": f"select {available_row(columns)} from decoded",
        "judged": f"select *, {misfit(columns, table.primary_key if table else ())} as _mesh_misfit from available",
        "explained": f"select *, {_reason(columns)} as _mesh_reason, _mesh_e.op as _cdc_op from judged",
    }
    listed = ",\n".join(f"{name} as ({sql})" for name, sql in steps.items())
    return f"create or replace temp table {PARSED} as with {listed}\n{_answer(columns)}"


def _texts() -> str:
    """A converter that writes schemas wraps the envelope: `{"schema": …, "payload": …}`; Datastream has its own."""
    wrapped = "try(json_exists(_mesh_told, '$.payload') and not json_exists(_mesh_told, '$.op'))"
    return f"""select *, case
        when {datastream.is_debeziums("_mesh_told")} then _mesh_told
        when {datastream.EVENT} is not null then {datastream.envelope()}
        when contains(_mesh_told, 'payload"') and {wrapped} then json_extract(_mesh_told, '$.payload')::varchar
        when starts_with(_mesh_told, '{{') then _mesh_told
        else trim(_mesh_told, {_SPACES}) end as _mesh_text from events"""


def _kind(table: LandedTable | None) -> str:
    return f"""case
        when _mesh_text is null or _mesh_text = '' then '{BLANK}'
        when _mesh_text = 'null' then '{TOMBSTONE}'
        when _mesh_e is null then '{BAD}'
        when _mesh_e.op = 'm' then 'message'
        when _mesh_e.op is null and _mesh_e.status in ('BEGIN', 'END') and _mesh_e.id is not null then '{TRANSACTION}'
        when _mesh_e.op is null and try_cast(_mesh_e.ts_ms as bigint) is not null
            and list_has_all(['ts_ms', 'ts_us', 'ts_ns'], json_keys(_mesh_text)) then '{HEARTBEAT}'
        when _mesh_e.op is null or {_TABLE} is null then '{BAD}'
        when not {_is_of(table)} then 'foreign'
        when not list_contains(['c', 'u', 'd', 'r', 't'], _mesh_e.op) then '{BAD}'
        else '{CHANGE}' end"""


def _is_of(table: LandedTable | None) -> str:
    if table is None:
        return "false"
    schema = "coalesce(_mesh_e.source.\"schema\" || '.', _mesh_e.source.db || '.', '')"
    name = literal(table.source_table)
    return f"({schema} || {_TABLE} = {name}" + (")" if "." in table.source_table else f" or {_TABLE} = {name})")


def _image() -> str:
    """The row a change is about: as it was before a delete, as it is after everything else; none for a truncate."""
    return f"""case when _mesh_kind <> '{CHANGE}' or _mesh_e.op = 't' then null
        when _mesh_e.op = 'd' then _mesh_e.before else _mesh_e.after end"""


def _reason(columns: tuple[Column, ...]) -> str:
    """Why a line is in quarantine; NULL for a line that is not."""
    when = "if(_mesh_e.op = 'd', '`before`', '`after`')"
    return f"""case
        when _mesh_kind not in ('{BAD}', '{CHANGE}') then null
        when _mesh_e is null then 'not JSON'
        when not {once("json_keys(_mesh_text)", _USUAL)} or {_wrapped_twice()} then 'the record has a key twice'
        when _mesh_e.op is null and _mesh_e.{BAD_REASON} is not null then _mesh_e.{BAD_REASON}
        when _mesh_e.op is null then 'not a change record: it has no `op`'
        when {_TABLE} is null then 'not a change record: it has no `source.table`'
        when _mesh_kind = '{BAD}' then 'unknown op `' || left(_mesh_e.op, 20) || '`'
        when _cdc_lsn is null then
            'no source position: `source.lsn` is ' || coalesce('`' || left(_mesh_e.source.lsn, 40) || '`', 'missing')
        when _mesh_e.op = 't' then null
        when _mesh_image is null or not starts_with(_mesh_image, '{{')
        then 'op `' || _mesh_e.op || '` without ' || {when}
        when not {once("_mesh_keys", [c.name for c in columns])} then 'the row has a column twice'
        when _mesh_misfit is not null then {misfit_reason(columns)} end"""


def _wrapped_twice() -> str:
    """SQL for: a key of what wraps the envelope is there twice; of a line that is the envelope nothing is read."""
    keys = "coalesce(json_keys(_mesh_line), [])"
    bare = f"{datastream.EVENT} is not null or _mesh_line = _mesh_text"
    return f"case when {bare} then false else not {once(keys, ('schema', 'payload'))} end"


def _answer(columns: tuple[Column, ...]) -> str:
    listed = "".join(f", {identifier(c.name)}" for c in columns)
    identity = event_id(columns)
    return f"""select _mesh_file, if(_mesh_reason is null, _mesh_kind, '{BAD}') as _mesh_kind, _mesh_reason,
        case when _mesh_reason is null then null when _mesh_e.{BAD_REASON} is null then encode(_mesh_line)
            else coalesce(try(from_base64(_mesh_e.{BAD_BYTES})), encode(_mesh_line)) end as _mesh_raw,
        if(_mesh_kind = '{HEARTBEAT}', {_moment("_mesh_e.ts_ms", 1000)}, null) as _mesh_beat,
        case when _mesh_kind = '{CHANGE}' then _mesh_e."transaction".id
            when _mesh_kind = '{TRANSACTION}' and _mesh_e.status = 'END' then _mesh_text end as _mesh_transaction,
        _cdc_op, _cdc_op in ('d', 't') as _cdc_deleted, _cdc_op = 'r' as _cdc_snapshot, _cdc_lsn,
        coalesce({_moment("_mesh_e.source.ts_us", 1)}, {_moment("_mesh_e.source.ts_ms", 1000)})
            as _cdc_source_timestamp,
        try_cast(_mesh_e."transaction".total_order as bigint) as _cdc_total_order, _cdc_unavailable, _cdc_extra{listed},
        if(_mesh_reason is null and _mesh_kind = '{CHANGE}', {identity}, null) as _cdc_event_id
        from explained"""


def _moment(text: str, micros: int) -> str:
    return f"try(make_timestamptz(try_cast({text} as bigint) * {micros}))"
