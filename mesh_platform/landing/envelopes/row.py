"""The row in an envelope: SQL that decodes it to the declared columns and finds what does not fit.

Works on `_mesh_image`, the row as JSON text, and `_mesh_e.op`.
"""

import json
import re
from collections.abc import Iterable
from typing import Final

from mesh_platform.landing.envelopes.decode import decoded, default_text, doubt
from mesh_platform.schema.table.record import Column
from mesh_platform.warehouse.sql import identifier, literal

_UNAVAILABLE: Final = "__debezium_unavailable_value"
_BASE64: Final = "X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="
_NUMBERS: Final = ",".join(str(byte) for byte in _UNAVAILABLE.encode())
_PLACEHOLDERS: Final = (
    _UNAVAILABLE,
    _BASE64,
    f'["{_UNAVAILABLE}"]',
    f'["{_BASE64}"]',
    f"[{_NUMBERS}]",
    f'{{"{_UNAVAILABLE}":"{_UNAVAILABLE}"}}',
)
"""What stands for a value that was too big to be repeated and had not changed, in the types that can be so big."""


_DOUBT: Final = literal(
    ", and it could be a number or base64: set `decimal.handling.mode` to `string`, and send the point"
)


def exact_numbers(line: str, columns: tuple[Column, ...]) -> str:
    """SQL for the JSON text `line` with the long fractions of exact columns as texts, since JSON makes doubles of them.

    A column's name in quotes and a colon cannot be within a text, where quotes are escaped.
    """
    exact = "|".join(re.escape(c.name) for c in columns if getattr(c.type, "logical", None) == "decimal")
    if not exact:
        return line
    key = f'("(?:{exact})"[ ]*:[ ]*)'
    fraction = r"(-?[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))"
    is_long = f"regexp_matches({line}, {literal(key + '-?[0-9.]{16}')})"
    told = literal(r'\1"\2"')
    return f"if({is_long}, regexp_replace({line}, {literal(key + fraction)}, {told}, 'g'), {line})"


def row_texts(columns: tuple[Column, ...]) -> str:
    """SELECT items: the declared columns as texts, `_mesh_r`; the names of all that were sent, `_mesh_keys`."""
    shape = literal(json.dumps({c.name: "VARCHAR" for c in columns}))
    row = f"json_transform(_mesh_image, {shape})" if columns else "null"
    return f"{row} as _mesh_r, json_keys(_mesh_image) as _mesh_keys"


def decoded_row(columns: tuple[Column, ...]) -> str:
    """SELECT items: each declared column as its type, `_cdc_unavailable` and `_cdc_extra`."""
    values = [f"{_value(c)} as {identifier(c.name)}" for c in columns]
    return ", ".join([*values, f"{_unavailable(columns)} as _cdc_unavailable", f"{_extra(columns)} as _cdc_extra"])


def available_row(columns: tuple[Column, ...]) -> str:
    """SELECT items that replace the placeholders among the values by nothing."""
    values = [f"if({_was_sent(c)}, {identifier(c.name)}, null) as {identifier(c.name)}" for c in columns]
    return f"* replace ({', '.join(values)})" if values else "*"


def misfit(columns: tuple[Column, ...], primary_key: tuple[str, ...]) -> str:
    """SQL for the name of the first column whose value is none of its type; NULL where all are."""
    if not columns:
        return "null"
    cases = " ".join(f"when {_does_not_fit(c, c.name in primary_key)} then {literal(c.name)}" for c in columns)
    return f"case when _mesh_image is null then null {cases} end"


def misfit_reason(columns: tuple[Column, ...]) -> str:
    """SQL for the sentence about the column that `misfit` names."""
    if not columns:
        return "null"
    declared = " ".join(f"when {literal(c.name)} then {_declared(c)}" for c in columns)
    sent = "json_extract_string(_mesh_image, '$.\"' || _mesh_misfit || '\"')"
    told = f"coalesce('`' || left({sent}, 100) || '`', 'null or missing')"
    says = f"'; the row schema says ' || case _mesh_misfit {declared} end"
    return f"'column `' || _mesh_misfit || '` is ' || {told} || {says}"


def once(keys: str, usual: Iterable[str]) -> str:
    """SQL for: no key of this list is there twice; quickly told where the list is the usual one."""
    return f"case when {keys} = {names_list(usual)} then true else len(list_distinct({keys})) = len({keys}) end"


def names_list(names: Iterable[str]) -> str:
    """SQL for a list of these texts."""
    return f"[{', '.join(map(literal, names))}]::varchar[]"


def without(image: str, names: str) -> str:
    """SQL for the JSON object in the text `image` without the keys of the list `names`; NULL where none is left."""
    entries = f"map_entries(from_json({image}, '\"MAP(VARCHAR, JSON)\"'))"
    rest = f"list_filter({entries}, lambda entry: not list_contains({names}, entry.key))"
    return f"case when len({rest}) > 0 then to_json(map_from_entries({rest}))::varchar end"


def is_placeholder(text: str) -> str:
    """SQL for: this text stands for a value that was not repeated."""
    return f"list_contains({names_list(_PLACEHOLDERS)}, {text})"


def _text(column: Column) -> str:
    """A default stands in where a value may not be null; not in a delete, which may know nothing but the key."""
    text, default = f"_mesh_r.{identifier(column.name)}", default_text(column)
    if default is None:
        return text
    return f"if({text} is null and _mesh_image is not null and _mesh_e.op <> 'd', {literal(default)}, {text})"


def _value(column: Column) -> str:
    """What the text stands for; nothing where that is in doubt."""
    value, doubtful = decoded(_text(column), column.type), _in_doubt(column)
    return f"case when {doubtful} then null else {value} end" if doubtful else value


def _in_doubt(column: Column) -> str | None:
    """A number that is no text in the JSON is nothing but a number."""
    doubtful = doubt(f"_mesh_r.{identifier(column.name)}", column.type)
    path = literal(f'$."{column.name}"')
    return doubtful and f"case when {doubtful} then json_type(_mesh_image, {path}) = 'VARCHAR' else false end"


def _unavailable(columns: tuple[Column, ...]) -> str:
    some = " or ".join(f"contains(_mesh_image, {literal(m)})" for m in (_UNAVAILABLE, _BASE64, _NUMBERS))
    named = ", ".join(f"if({is_placeholder(_text(c))}, {literal(c.name)}, null)" for c in columns)
    found = f"list_sort(list_filter([{named}]::varchar[], lambda name: name is not null))"
    return f"case when {some} then case when len({found}) > 0 then {found} end end"


def _extra(columns: tuple[Column, ...]) -> str:
    """What the row schema does not declare is kept, not lost; by far most rows have none of it."""
    declared = names_list(c.name for c in columns)
    odd = f"not list_has_all({declared}, _mesh_keys) and len(list_distinct(_mesh_keys)) = len(_mesh_keys)"
    others = without("_mesh_image", declared)
    return f"case when _mesh_keys is null or _mesh_keys = {declared} then null when {odd} then {others} end"


def _does_not_fit(column: Column, is_key: bool) -> str:
    """Text that is no value of the type; or null where there may be none, of which a delete may have any number."""
    name, text = identifier(column.name), _text(column)
    if is_key:
        return f"{name} is null"
    expected = f"{text} is not null" if column.nullable else f"({text} is not null or _mesh_e.op <> 'd')"
    return f"{name} is null and {expected} and {_was_sent(column)}"


def _was_sent(column: Column) -> str:
    return f"(_cdc_unavailable is null or not list_contains(_cdc_unavailable, {literal(column.name)}))"


def _declared(column: Column) -> str:
    """SQL for what the row schema says of the column."""
    kind = getattr(column.type, "logical", None) or getattr(column.type, "name", type(column.type).__name__.lower())
    says = literal(f"{kind}{' or null' if column.nullable else ', never null'}")
    doubtful = _in_doubt(column)
    return f"{says} || if({doubtful}, {_DOUBT}, '')" if doubtful else says
