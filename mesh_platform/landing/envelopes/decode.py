"""How a connector's text becomes a value of the declared type: SQL that yields NULL for what does not fit.

A connector writes times as ISO text or as a number since 1970 (or midnight) in the unit the row schema declares, exact
numbers as text, base64 or a number, bytes as base64. Everything else is as it is in JSON. The engine's own casts are
generous: they round, cut and guess, so each is asked only about texts that it reads to the letter.
"""

import json
from typing import Any, Final

from mesh_platform.environment import Target
from mesh_platform.schema.avro.avro_type import Array, AvroType, Enum, Fixed, Map, Primitive, Record, unwrapped
from mesh_platform.schema.table.record import Column
from mesh_platform.schema.table.warehouse_type import warehouse_type
from mesh_platform.warehouse.sql import literal

_DAY_MICROS: Final = 86_400_000_000
_FOREVER_MILLIS: Final = 9_223_372_036_825_200
"""What Debezium writes for PostgreSQL's `infinity` in numeric modes, in ms; `-infinity` is below minus this."""
_FOREVER_DAYS: Final = {-2_147_472_692: "infinity", -2_147_472_691: "-infinity"}
"""What it writes for a date's: the ends of 32 bits, pushed over by the days from 1970 to 2000."""
_NUMBER: Final = r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?"
_PLAIN: Final = r"[+-]?[0-9]+(\.[0-9]*)?"
_BOOLEANS: Final = "['true', 'false', 't', 'f', '1', '0']"
_NO_NUMBER: Final = "['NaN', 'Infinity', '-Infinity', 'nan', 'inf', '-inf']"
_LARGEST_EXACT: Final = 9_007_199_254_740_991
"""Up to here a number that was written with a point is still itself after JSON has made a double of it."""
_FLOATING_DIGITS: Final = {"float": 7, "double": 15}
"""Whole numbers of no more digits are exact."""
_FURTHEST: Final = 40
"""Places by which a point is moved: more than a decimal has."""
_ENDS: Final = " ".join(f"when {days} then '{end}'::date" for days, end in _FOREVER_DAYS.items())
_DATE: Final = f"case {{n}} {_ENDS} else date '1970-01-01' + {{n}} end"


def decoded(text: str, kind: AvroType) -> str:
    """SQL for the value that the SQL expression `text` (VARCHAR) stands for; NULL where it stands for none."""
    match kind:
        case Primitive(logical="decimal") | Fixed(logical="decimal"):
            return _decimal(text, kind.precision or 0, kind.scale)
        case Primitive():
            return _primitive(text, kind)
        case Fixed():
            value = f"try(from_base64({text}))"
            return f"case when octet_length({value}) = {kind.size} then {value} end"
        case Enum():
            # a list, not `in (…)`: of that the engine makes a join, and forgets the order of the lines
            return f"case when list_contains([{', '.join(map(literal, kind.symbols))}], {text}) then {text} end"
        case _:
            return f"try(json_transform_strict({text}, {literal(json.dumps(_structure(kind)))}))"


def doubt(text: str, kind: AvroType) -> str | None:
    """SQL for: this JSON text could be a number and could be base64, and means another amount as each.

    Debezium's numbers as text have a point wherever the type has a scale, so text without one may be either; where the
    type has no scale it is taken as a number. None for a type that has no such texts.
    """
    if not isinstance(kind, Primitive | Fixed) or kind.logical != "decimal" or not kind.scale:
        return None
    return f"(length({text}) % 4 = 0 and regexp_full_match({text}, '[+]?[0-9]+([eE][+]?[0-9]+)?'))"


def default_text(column: Column) -> str | None:
    """What stands in for a value that may not be null and was not sent: the schema's default, as JSON text would."""
    plain = isinstance(column.type, Primitive) and column.type.name not in ("bytes", "null")
    if column.nullable or not column.has_default or not (plain or isinstance(column.type, Enum)):
        return None
    return column.default if isinstance(column.default, str) else json.dumps(column.default)


def _primitive(text: str, kind: Primitive) -> str:
    match kind.logical or kind.name:
        case "int":
            return _whole(text, "INTEGER")
        case "long":
            return _whole(text, "BIGINT")
        case "float" | "double":
            return _floating(text, kind.name)
        case "boolean":
            return f"case when list_contains({_BOOLEANS}, {text}) then try_cast({text} as boolean) end"
        case "bytes":
            return f"try(from_base64({text}))"
        case "uuid":
            return f"case when try_cast({text} as uuid) is not null then {text} end"
        case "date":
            return _or_number(text, "INTEGER", _DATE, _day(text))
        case "time-millis" | "time-micros":
            return _time(text, 1000 if kind.logical == "time-millis" else 1)
        case "string":
            return text
        case logical:
            return _timestamp(text, logical)


def _whole(text: str, kind: str) -> str:
    """`try_cast` alone would round `1.5` and read `0x1F`."""
    value = f"try_cast({text} as {kind})"
    exact = (
        f"regexp_full_match({text}, {literal(_NUMBER)}) and try_cast({text} as decimal(38, 10)) = {value}"
        f" and {value} between -{_LARGEST_EXACT} and {_LARGEST_EXACT}"
    )
    return f"case when {value}::varchar = {text} then {value} when {exact} then {value} end"


def _floating(text: str, kind: str) -> str:
    """Digits of a fraction are rounded, as it is with such numbers; nothing becomes infinite, zero or its neighbour."""
    value = f"try_cast({text} as {kind})"
    vanishes = f"{value} = 0 and regexp_matches({text}, '^[^eE]*[1-9]')"
    few = f"length({text}) <= {_FLOATING_DIGITS[kind]} or contains({text}, '.')"
    same = " or ".join(
        f"try_cast({v} as decimal(38, 0)) = try_cast({text} as decimal(38, 0))" for v in (value, f"{value}::varchar")
    )
    is_itself = f"{few} or not regexp_full_match({text}, '[+-]?[0-9]+') or {same}"
    fits = (
        f"regexp_full_match({text}, {literal(_NUMBER)}) and not isinf({value}) and not ({vanishes}) and ({is_itself})"
    )
    return f"case when {fits} or list_contains({_NO_NUMBER}, {text}) then {value} end"


def _time(text: str, micros: int) -> str:
    """A whole day or more is no time of day, which the engine would wrap around; and it would forget an offset."""
    count = _whole(text, "BIGINT")
    of_day = f"{count} between 0 and {_DAY_MICROS // micros - 1}"
    number = f"case when {of_day} then time '00:00:00' + to_microseconds({count} * {micros}) end"
    utc = f"regexp_full_match({text}, '[0-9:.]+(Z|[+-]00:?00)?')"
    return f"case when {utc} and contains({text}, ':') then try_cast({text} as time) else {number} end"


def _day(text: str) -> str:
    """A time of day has no place in a date, unless it is midnight; ISO writes years past 9999 with a plus."""
    whole_day = r"([+-]?[0-9]+-[0-9]+-[0-9]+( \(BC\))?([T ]00:00(:00(\.0*)?)?)?(Z|[+-]00:?00)?|-?infinity)"
    return f"case when regexp_full_match({text}, {literal(whole_day)}) then try_cast(ltrim({text}, '+') as date) end"


def _timestamp(text: str, logical: str) -> str:
    zoned = not logical.startswith("local-")
    kind, make = ("timestamptz", "make_timestamptz") if zoned else ("timestamp", "make_timestamp")
    micros = 1000 if logical.endswith("millis") else 1
    forever = _FOREVER_MILLIS * (1000 // micros)
    number = (
        f"case when {{n}} >= {forever} then 'infinity'::{kind} when {{n}} <= -{forever} then '-infinity'::{kind}"
        f" else {make}({{n}} * {micros}) end"
    )
    moment = f"try_cast(ltrim({text}, '+') as {kind})"
    return _or_number(
        text, "BIGINT", number, moment if zoned else f"case when {_has_no_offset(text)} then {moment} end"
    )


def _has_no_offset(text: str) -> str:
    """A moment elsewhere is no local time, and the engine would forget the offset."""
    return f"not regexp_matches({text}, ':[0-9.]+ ?[+-]') or regexp_matches({text}, '[+-]00(:?00)?$')"


def _or_number(text: str, kind: str, number: str, otherwise: str) -> str:
    count = _whole(text, kind)
    return (
        f"case when {count} is not null then try({number.format(n=f'try_cast({text} as {kind})')}) else {otherwise} end"
    )


def _decimal(text: str, precision: int, scale: int) -> str:
    """A number as text, or its unscaled value as base64 of two's complement; digits beyond the scale do not fit."""
    kind = f"decimal({precision}, {scale})"
    bits = f"from_base64({text})::bit::varchar"
    unscaled = (
        f"try((case when length({bits}) <= 128 then lpad({bits}, 128, left({bits}, 1))::bit::hugeint end)::varchar)"
    )
    return f"""case when regexp_full_match({text}, {literal(_PLAIN)}) then {_exact(text, kind, scale)}
        when regexp_full_match({text}, {literal(_NUMBER)}) then {_exact(_moved(text), kind, scale)}
        else {_exact(_moved(f"({unscaled} || 'e-{scale}')"), kind, scale)} end"""


def _exact(text: str, kind: str, scale: int) -> str:
    """A number without an exponent; the engine would round away digits beyond the scale."""
    return f"case when length(rtrim(split_part({text}, '.', 2), '0')) <= {scale} then try_cast({text} as {kind}) end"


def _moved(text: str) -> str:
    """The same number without its exponent: the point moved among the digits; NULL where it would leave them."""
    whole, part = (f"regexp_extract({text}, '^[+-]?([0-9]*)\\.?([0-9]*)', {group})" for group in (1, 2))
    exponent = f"try_cast(regexp_extract({text}, '[eE][+]?(.*)', 1) as integer)"
    zeros = literal("0" * _FURTHEST)
    digits, point = f"({zeros} || {whole} || {part} || {zeros})", f"({_FURTHEST} + length({whole}) + {exponent})"
    moved = f"if(starts_with({text}, '-'), '-', '') || {digits}[:{point}] || '.' || {digits}[{point} + 1:]"
    return f"(case when {exponent} between -{_FURTHEST} and {_FURTHEST} then {moved} end)"


def _structure(kind: AvroType) -> Any:
    """The shape of a nested value, as the engine's JSON functions take it."""
    kind = unwrapped(kind)[0]
    match kind:
        case Array():
            return [_structure(kind.items)]
        case Record():
            return {f.name: _structure(f.type) for f in kind.fields}
        case Map():
            return warehouse_type(kind, Target.DUCKDB)
        case _:
            return warehouse_type(kind, Target.DUCKDB)
