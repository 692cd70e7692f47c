"""Why something is in quarantine: every kind of reason, what it means and what to do; the docs and the check use these.

A reason in `mesh_landing.quarantine` may quote a value. What is shown outside the warehouse is the reason without it.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mesh_platform.warehouse.sql import literal


@dataclass(frozen=True)
class Reason:
    """One kind of reason."""

    name: str
    pattern: str
    """A regular expression for its beginning, in the common part of Python's and the engine's grammar."""
    shown: str
    """What of it may leave the warehouse; `\\1` is a group of the pattern."""
    means: str
    do: str
    whole_file: bool = False
    is_cut: bool = False
    """Quarantine keeps only the beginning, so only the file can be read again."""

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.DOTALL)


_DISMISS: Final = "`mesh quarantine dismiss PATH --because WHY`"
_RESEND: Final = (
    "Have the source send the records again (the same path rewritten, or a new file),"
    f" then {_DISMISS} what is still here."
)
_REPLAY: Final = "`mesh land --replay`"

REASONS: Final = (
    Reason(
        "a value does not fit",
        r"^column `([^`]*)` is `.*`; the row schema says (.*)$",
        r"column `\1` holds a value that does not fit; the row schema says \2",
        "The source sent a value that the row schema's type cannot hold without losing something.",
        f"Compare the column's type at the source with `sources/<table>.avsc`; widen the schema, then {_REPLAY}.",
    ),
    Reason(
        "a value is missing",
        r"^column `([^`]*)` is null or missing; the row schema says (.*)$",
        r"column `\1` is null or missing; the row schema says \2",
        "The row schema says the column is never null (or it is part of the key), and the record has no value for it.",
        "Where a product needs the value, have the source send the row again, with it, and leave the schema alone."
        " Where it may be missing, make the column nullable in the row schema, or give it a default; if it is the key,"
        f" have the source's replica identity include it. Then {_REPLAY}.",
    ),
    Reason(
        "not JSON",
        r"^not JSON(: [a-z ]+)?$",
        r"not JSON\1",
        "The line is cut, or was never JSON; a writer that died in the middle of a line leaves one.",
        f"Look at the raw bytes. A cut line is followed by its whole one in most sinks. {_RESEND}",
    ),
    Reason(
        "not UTF-8",
        r"^not UTF-8: ([a-z ]+) at byte ([0-9]+)$",
        r"not UTF-8: \1 at byte \2",
        "The line holds bytes that are no text, so nothing in it can be trusted.",
        f"Look for a sink or copy step that re-encodes. {_RESEND}",
    ),
    Reason(
        "a key twice",
        r"^the record has a key twice$",
        "the record has a key twice",
        "Two values for one key of the envelope: which one counts is anybody's guess, so none does.",
        f"The connector does not write such records: look for what rewrites them on the way. {_RESEND}",
    ),
    Reason(
        "a column twice",
        r"^the row has a column twice$",
        "the row has a column twice",
        "Two values for one column of the row: which one counts is anybody's guess, so none does.",
        f"The connector does not write such records: look for what rewrites them on the way. {_RESEND}",
    ),
    Reason(
        "no change record",
        r"^not a change record: it has no `(op|source.table)`$",
        r"not a change record: it has no `\1`",
        "JSON, and no envelope: flattened by a transform (`ExtractNewRecordState`), or some other topic's.",
        f"Take the transform out of the connector's or the sink's configuration. {_RESEND}",
    ),
    Reason(
        "unknown op",
        r"^unknown op `.*`$",
        "an `op` that is none of c, u, d, r, t",
        "An envelope with an operation that no connector of this version writes.",
        f"Look at the raw record; a new connector may have a new operation, which landing must learn. Then {_REPLAY}.",
    ),
    Reason(
        "no source position",
        r"^no source position: `source.lsn` is .*$",
        "no source position: `source.lsn` is missing or no number",
        "Without the place in the source's log a change cannot be ordered among the others of its key.",
        f"See whether a transform drops `source`, or whether landing does not know the connector. {_RESEND}",
    ),
    Reason(
        "no row",
        r"^op `(.)` without `(before|after)`$",
        r"op `\1` without `\2`",
        "The envelope says that a row changed and does not say which.",
        f"For deletes the table needs a primary key or a replica identity. {_RESEND}",
    ),
    Reason(
        "too long",
        r"^a (line|record) of ([0-9]+) bytes; at most ([0-9]+) are read$",
        r"a \1 of \2 bytes; at most \3 are read",
        "Longer than any change record should be; quarantine keeps its beginning, the file has the rest.",
        "Keep the file. Exclude the column at the connector (`column.exclude.list`), and have the record sent again.",
        is_cut=True,
    ),
    Reason(
        "unknown format",
        r"^unknown format; files that end in (.*) are read",
        r"unknown format; files that end in \1 are read",
        "The name does not end as a change file's does, so it was not opened.",
        f"Take it out of the landing zone, or name it by what it is (a renamed file is a new one), then {_DISMISS}.",
        whole_file=True,
    ),
    Reason(
        "cannot be read",
        r"^cannot be read: ([A-Za-z ]+)",
        r"cannot be read: \1",
        "The file system (or the bucket) refused the file; often permissions.",
        f"Give the platform's user the right to read it, then {_REPLAY}.",
        whole_file=True,
    ),
    Reason(
        "broken gzip",
        r"^broken or cut gzip: ",
        "broken or cut gzip",
        "The file ends too early or is no gzip: an upload broke off, or the name lies.",
        "Have it copied again; the whole file is a new generation and lands by itself.",
        whole_file=True,
    ),
    Reason(
        "a compression bomb",
        r"^expands to more than ([0-9]+) bytes",
        r"expands to more than \1 bytes",
        "Expanded, the file is out of all proportion; reading it could take all memory or disk.",
        "Look at who wrote it. If it is genuine, write it in smaller files.",
        whole_file=True,
    ),
    Reason(
        "broken Avro",
        r"^(no Avro container|a cut Avro container|a broken Avro container|an Avro block)",
        r"\1 …",
        "The container is cut or is not what its header says: an upload broke off, or somebody changed the file.",
        "Have it copied again; the whole file is a new generation and lands by itself.",
        whole_file=True,
    ),
    Reason(
        "unknown Avro codec",
        r"^Avro codec `([A-Za-z0-9_-]{0,20})",
        r"Avro codec `\1`",
        "The blocks are compressed in a way that is not read here.",
        "Set the sink's `avro.codec` to `deflate` or `null`, and have the file written again.",
        whole_file=True,
    ),
    Reason(
        "undecodable Avro",
        r"^Avro that cannot be decoded: ([A-Za-z]+)",
        r"Avro that cannot be decoded: \1",
        "The blocks are whole, and their content does not agree with the schema in the file's header.",
        f"The writer is at fault; compare its schema with the table. {_RESEND}",
        whole_file=True,
    ),
    Reason(
        "unreadable Avro schema",
        r"^an Avro schema ([A-Za-z0-9 ]+)",
        r"an Avro schema \1",
        "The header's schema is broken, or allows values of any depth or memory: of no change record, then.",
        f"Look at who wrote it, and with which schema. {_RESEND}",
        whole_file=True,
    ),
    Reason(
        "refused by the engine",
        r"^the engine cannot read it: ",
        "the engine cannot read it",
        "The warehouse refused the lines although they looked well; this should not happen.",
        f"Keep the file and report it with the reason from `mesh quarantine --records`; after an upgrade, {_REPLAY}.",
        whole_file=True,
    ),
)
OTHER: Final = Reason(
    "another reason",
    "",
    "another reason; `mesh quarantine --records` shows it",
    "None of the kinds that are listed here.",
    "Read the reason with `mesh quarantine --records`.",
)
GONE: Final = "; the file is gone"
"""Added to the reason of a whole file when a replay does not find it any more."""


def reason_of(text: str) -> Reason:
    """The kind that a reason in quarantine is of."""
    return next((r for r in REASONS if r.expression.search(text)), OTHER)


def named(name: str) -> Reason:
    """The kind of this name."""
    return next((r for r in REASONS if r.name == name), OTHER)


def kind_sql(reason: str) -> str:
    """SQL for the name of the kind that the SQL expression `reason` is of."""
    return _cases(reason, [literal(r.name) for r in REASONS], OTHER.name)


def shown_sql(reason: str) -> str:
    """SQL for what of a reason may leave the warehouse."""
    masked = [
        f"regexp_replace(regexp_extract({reason}, {_pattern(r)}), {_pattern(r)}, {literal(r.shown)})" for r in REASONS
    ]
    return _cases(reason, masked, OTHER.shown)


def _cases(reason: str, answers: list[str], otherwise: str) -> str:
    cases = [f"when regexp_matches({reason}, {_pattern(r)}) then {a}" for r, a in zip(REASONS, answers, strict=True)]
    return f"case {' '.join(cases)} else {literal(otherwise)} end"


def _pattern(reason: Reason) -> str:
    """`.` is any character, a line feed too, as in `expression`."""
    return literal(f"(?s){reason.pattern}")
