"""Transactions of the source, as its connector tells them: how many changes of each table there must be.

A row of `mesh_landing.transactions` says either how many changes a transaction had in a table (`expected`, told at its
end) or how many of them a batch landed, or a person dismissed (`landed`). Rows are only added, in the transaction that
lands the batch or records the decision; whether a transaction is complete is the comparison of their sums, so that a
gap closes when the late file lands.
"""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.envelopes.envelope import CHANGE, PARSED, TRANSACTION
from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.landing.tables.change_log import FRESH
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import literal

_END: Final = {
    "id": "VARCHAR",
    "ts_ms": "BIGINT",
    "data_collections": [{"data_collection": "VARCHAR", "event_count": "BIGINT"}],
}
_PLACES: Final = ("$.transaction.id", "$.payload.transaction.id")
"""Where a change tells its transaction, as it is or as a converter wraps it."""


def note_transactions(
    warehouse: Warehouse, system: str, table: LandedTable | None, captured: Collection[str], now: datetime
) -> None:
    """Add what the parsed lines tell of transactions; `captured` are the system's tables that some domain declares.

    Costs next to nothing where the connector tells nothing of them.
    """
    changes, ends = warehouse.query(
        f"select count(*) filter (_mesh_kind = '{CHANGE}'), count(*) filter (_mesh_kind = '{TRANSACTION}')"
        f" from {PARSED} where _mesh_transaction is not null"
    )[0]
    if changes and table:
        _note_landed(warehouse, system, table)
    if ends and captured:
        _note_ends(warehouse, system, captured, now)


def note_decided(warehouse: Warehouse, records: str, *, dismissed: bool) -> None:
    """Count the changes among these `records` (SQL for rows of the quarantine) as if they had landed, or no longer.

    One of which no transaction can be read (a whole file, a cut record) accounts for nothing.
    """
    told = ", ".join(f"try(json_extract_string(decode(raw), '{place}'))" for place in _PLACES)
    warehouse.execute(
        f"""insert into {names.TRANSACTIONS} by name
        with decided as (select system, source_table, coalesce({told}) as id from ({records}))
        select system, {_one("id")} as transaction_id, source_table, {1 if dismissed else -1} * count(*) as landed
        from decided where id is not null group by all"""
    )


def _note_landed(warehouse: Warehouse, system: str, table: LandedTable) -> None:
    warehouse.execute(
        f"""insert into {names.TRANSACTIONS} by name
        select {literal(system)} as system, {_one("p._mesh_transaction")} as transaction_id,
            {literal(table.source_table)} as source_table, count(*) as landed
        from {FRESH} f join {PARSED} p on p.rowid = f._mesh_place
        where p._mesh_transaction is not null group by 2"""
    )


def _note_ends(warehouse: Warehouse, system: str, captured: Collection[str], now: datetime) -> None:
    """A connector may name the database before the table: `shop.public.orders` is `public.orders`."""
    listed = ", ".join(f"({literal(name)})" for name in sorted(captured))
    shape = literal(json.dumps(_END))
    warehouse.execute(
        f"""insert into {names.TRANSACTIONS} by name
        with ends as (
            select json_transform(_mesh_transaction, {shape}) as told from {PARSED}
            where _mesh_kind = '{TRANSACTION}' and _mesh_transaction is not null),
        parts as (select told.id, told.ts_ms, unnest(told.data_collections) as part from ends)
        select {literal(system)} as system, {_one("id")} as transaction_id, t.name as source_table,
            part.event_count as expected, 0 as landed,
            coalesce(try(make_timestamptz(ts_ms * 1000)), ?::timestamptz) as ended_at
        from parts join (values {listed}) t(name)
            on part.data_collection = t.name or ends_with(part.data_collection, '.' || t.name)
        where part.event_count > 0""",
        [now],
    )


def _one(transaction: str) -> str:
    """PostgreSQL's connector names a transaction `<number>:<lsn>`, with another lsn in each change and at the end."""
    digits = f"translate({transaction}, '0123456789', '')"
    return f"case when {digits} = ':' then split_part({transaction}, ':', 1) else {transaction} end"
