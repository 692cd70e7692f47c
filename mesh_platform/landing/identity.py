"""What redelivery is recognised by: two change records of one table are the same change if these texts are equal."""

from collections.abc import Sequence

from mesh_platform.warehouse.sql import identifier, literal


def event_id(columns: Sequence[str]) -> str:
    """SQL for the identity of a change with its `_cdc_` columns and these columns of the row.

    Made of the op, the source position and the content as decoded, in an order that does not depend on the schema's; of
    nothing that differs between two deliveries (file, format, connector clock, version). A column that was not sent
    counts as not sent, whatever it was filled with since.
    """
    parts = ["_cdc_op", "_cdc_lsn::varchar", *map(_part, sorted(columns)), "_cdc_unavailable::varchar", "_cdc_extra"]
    return f"md5(concat_ws(chr(31), {', '.join(parts)}))"


def _part(column: str) -> str:
    sent = f"{literal(column + '=')} || {identifier(column)}::varchar"
    return (
        f"case when _cdc_unavailable is null or not list_contains(_cdc_unavailable, {literal(column)}) then {sent} end"
    )
