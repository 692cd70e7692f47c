"""What redelivery is recognised by: two change records of one table are the same change if these texts are equal."""

from collections.abc import Iterable, Sequence
from typing import Final

from mesh_platform.landing.envelopes.decode import decoded, default_text
from mesh_platform.landing.envelopes.row import names_list, without
from mesh_platform.schema.avro_type import AvroType, Enum, Fixed, Primitive
from mesh_platform.schema.record import Column
from mesh_platform.warehouse.sql import identifier, literal

IDENTITY_VERSION: Final = 2
"""Raised when the text below becomes another one: what has landed is then told anew."""


def event_id(columns: Iterable[Column], retired: Sequence[str] = ()) -> str:
    """SQL for the identity of a change with its `_cdc_` columns and these columns of the row.

    Made of the op, the source position and the content as decoded, in an order that does not depend on the schema's; of
    nothing that differs between two deliveries (file, format, connector clock, version). No two rows are
    one text: what may hold the separator is told with its length. A column that was not sent counts as not sent,
    whatever it was filled with since; so does one that holds its default, or null. A `retired` column, which the schema
    declares no longer, has no part in it: what came before lies in a column, what comes now beside the row. On position
    0, where a backfill is that knows no other, the place there is part of it.
    """
    row = [_part(c) for c in sorted(columns, key=lambda c: c.name)]
    place = "if(_cdc_lsn = 0, _cdc_total_order::varchar, null)"
    parts = ["_cdc_op", "_cdc_lsn::varchar", place, *row, *_beside(retired)]
    return f"md5(concat_ws(chr(31), {', '.join(parts)}))"


def _beside(retired: Sequence[str]) -> tuple[str, str]:
    gone = names_list(retired)
    repeated = "_cdc_unavailable::varchar"
    if retired:
        others = f"list_filter(_cdc_unavailable, lambda name: not list_contains({gone}, name))"
        repeated = f"case when len({others}) > 0 then {others}::varchar end"
    told = without("_cdc_extra", gone, "coalesce(entry.value::varchar, 'null') = 'null'")
    return repeated, f"case when _cdc_extra is not null then {told} end"


def _part(column: Column) -> str:
    name, default = identifier(column.name), default_text(column)
    text = f"{name}::varchar"
    if isinstance(column.type, Primitive) and (column.type.logical or "").startswith(("timestamp", "local-timestamp")):
        text = f"coalesce(epoch_us({name})::varchar, {text})"
    told = text if _is_plain(column.type) else f"strlen({text}) || ':' || {text}"
    sent = f"{literal(column.name + '=')} || {told}"
    repeated = f"_cdc_unavailable is not null and list_contains(_cdc_unavailable, {literal(column.name)})"
    stands_in = "" if default is None else f" when {name} = {decoded(literal(default), column.type)} then null"
    return f"case when {repeated} then null{stands_in} else {sent} end"


def _is_plain(kind: AvroType) -> bool:
    """Whether no value of the type has a control character in its text."""
    return isinstance(kind, Enum | Fixed) or (isinstance(kind, Primitive) and kind.name != "string")
