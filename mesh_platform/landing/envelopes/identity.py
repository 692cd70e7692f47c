"""What redelivery is recognised by: two change records of one table are the same change if these texts are equal."""

from collections.abc import Iterable

from mesh_platform.landing.envelopes.decode import decoded, default_text
from mesh_platform.schema.avro.avro_type import AvroType, Enum, Fixed, Primitive
from mesh_platform.schema.table.record import Column
from mesh_platform.warehouse.sql import identifier, literal


def event_id(columns: Iterable[Column]) -> str:
    """SQL for the identity of a change with its `_cdc_` columns and these columns of the row.

    Made of the op, the source position and the content as decoded, in an order that does not depend on the schema's; of
    nothing that differs between two deliveries (file, format, connector clock, version). No two rows are
    one text: what may hold the separator is told with its length. A column that was not sent counts as not sent,
    whatever it was filled with since; so does one that holds its default, or null. On position 0, where a backfill is
    that knows no other, the place there is part of it. Two row schemas may tell one change otherwise: what landed under
    another one is recognised by op, key and place alone.
    """
    row = [_part(c) for c in sorted(columns, key=lambda c: c.name)]
    place = "if(_cdc_lsn = 0, _cdc_total_order::varchar, null)"
    parts = ["_cdc_op", "_cdc_lsn::varchar", place, *row, "_cdc_unavailable::varchar", _beside()]
    return f"md5(concat_ws(chr(31), {', '.join(parts)}))"


def _beside() -> str:
    """Keys in an order of their own: two writers may have two."""
    entries = "map_entries(from_json(_cdc_extra, '\"MAP(VARCHAR, JSON)\"'))"
    told = f"list_filter({entries}, lambda entry: coalesce(entry.value::varchar, 'null') <> 'null')"
    return f"case when _cdc_extra is not null and len({told}) > 0 then list_sort({told})::varchar end"


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
