"""What can change between two versions of a schema: a permanent code for each, what it costs, and whom it breaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Bump(IntEnum):
    """How far a version has to move for a change, from nothing at all to what no version makes legal in place."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3
    FORBIDDEN = 4

    @property
    def word(self) -> str:
        """`none`, `patch`, `minor`, `major` or `forbidden`."""
        return self.name.lower()


@dataclass(frozen=True)
class ChangeKind:
    """One way in which a schema can change."""

    code: str
    """`SCH1…`, used once and for ever."""
    bump: Bump
    title: str
    rationale: str
    breaks: str
    """Which readers break."""
    fix: str
    noticed: bool = False
    """Whether readers should be warned of it although it is allowed."""

    @property
    def meaning(self) -> str:
        """Why it costs what it costs, in sentences."""
        cost = (
            "No version makes it legal in place."
            if self.bump is Bump.FORBIDDEN
            else f"It takes a {self.bump.word} version."
        )
        return f"{self.rationale} Breaks: {self.breaks}. {cost}"

    @property
    def level(self) -> str:
        """`error` for what breaks a contract, else `warning`: any change is one for somebody."""
        return "error" if self.bump >= Bump.MAJOR else "warning"


BESIDE: Final = "publish a successor beside it: a new product folder, named in `lifecycle.successor`"

FIELD_REMOVED: Final = ChangeKind(
    "SCH101",
    Bump.FORBIDDEN,
    "field removed",
    "Every query that names the column fails, and Avro calls it backward compatible.",
    "SQL; old Avro readers, unless the field had a default",
    f"keep the field and say in its `doc` that it is deprecated, or {BESIDE}",
)
FIELD_RENAMED: Final = ChangeKind(
    "SCH102",
    Bump.FORBIDDEN,
    "field renamed",
    "An alias helps a new Avro reader with old data; to a query the old column is gone.",
    "SQL; old Avro readers",
    f"keep the old field and add the new one beside it, or {BESIDE}",
)
REQUIRED_FIELD_ADDED: Final = ChangeKind(
    "SCH103",
    Bump.FORBIDDEN,
    "field added without a default",
    "Rows that were published before have no value for it.",
    "new Avro readers of old data; the table's own old rows",
    'add a default; `["null", …]` with `"default": null` where there is no better one',
)
TYPE_CHANGED: Final = ChangeKind(
    "SCH104",
    Bump.FORBIDDEN,
    "type changed",
    "Comparisons, joins and arithmetic on the column fail, or go on with other results: a whole number that becomes a "
    "floating one is exact no more, although Avro promotes it.",
    "SQL; mostly Avro, both ways",
    f"add a field of the new type beside the old one, or {BESIDE}",
)
TYPE_NARROWED: Final = ChangeKind(
    "SCH105",
    Bump.FORBIDDEN,
    "type narrowed",
    "Values that were legal are so no more; old rows may not fit.",
    "new Avro readers of old data; the table's own old rows",
    f"keep the wider type, or {BESIDE}",
)
NULLABILITY_CHANGED: Final = ChangeKind(
    "SCH106",
    Bump.FORBIDDEN,
    "nullability changed",
    "Where nulls may now come, counts, joins and filters silently lose rows; where they may no longer, old rows do "
    "not fit.",
    "SQL; Avro in one direction",
    f"add a field beside the old one, or {BESIDE}",
)
LOGICAL_TYPE_CHANGED: Final = ChangeKind(
    "SCH107",
    Bump.FORBIDDEN,
    "logical type, unit or scale changed",
    "Avro's resolution does not look at logical types: readers accept the number and take it for something else.",
    "everybody, silently",
    f"add a field in the new unit beside the old one, or {BESIDE}",
)
UNION_CHANGED: Final = ChangeKind(
    "SCH108",
    Bump.FORBIDDEN,
    "types of a union changed",
    "A reader meets values of a type it has never seen, or waits for ones that no longer come.",
    "Avro in one direction; every consumer that tells the types apart",
    f"add a field for the new type, or {BESIDE}",
)
COLUMNS_CLASH: Final = ChangeKind(
    "SCH109",
    Bump.FORBIDDEN,
    "field added that differs from another in upper and lower case only",
    "To Avro they are two fields; to a warehouse they are one column twice, and it refuses the table.",
    "SQL; the table itself",
    "give the new field a name of its own",
)
TYPE_RENAMED: Final = ChangeKind(
    "SCH111",
    Bump.MAJOR,
    "record, enum or fixed renamed",
    "The name is the event's identity: generated classes, topics and registries go by it, and namespaces are part of "
    "it.",
    "Avro, unless only the namespace moved or an alias helps; generated code",
    "keep the name, or take the next major version",
)
SYMBOL_REMOVED: Final = ChangeKind(
    "SCH112",
    Bump.MAJOR,
    "enum symbol removed",
    "Filters on the value go on working and find nothing; old rows still have it.",
    "new Avro readers of old data, unless the enum has a default; SQL silently",
    "keep the symbol although it no longer occurs, or take the next major version",
)
OLD_DATA_REFUSED: Final = ChangeKind(
    "SCH113",
    Bump.MAJOR,
    "old data cannot be read any more",
    "An alias that is also the name of another field could mean either, and Avro refuses to guess.",
    "new Avro readers of old data",
    "take the alias back",
)
FIELD_ADDED: Final = ChangeKind(
    "SCH121",
    Bump.MINOR,
    "field with a default added",
    "Nobody who does not ask for it notices.",
    "nobody",
    "take the next minor version",
)
TYPE_WIDENED: Final = ChangeKind(
    "SCH122",
    Bump.MINOR,
    "type widened without loss",
    "Every old value is a value of the new type, exactly: int to long, float to double, a decimal of more digits at "
    "the same scale.",
    "old Avro readers; code that keeps the value in the narrower type",
    "take the next minor version",
)
DEFAULT_CHANGED: Final = ChangeKind(
    "SCH123",
    Bump.MINOR,
    "default added, changed or removed",
    "What readers of older records get is another value; rows that were filled with the old default keep it.",
    "nobody at once; a removed default breaks readers of versions that lack the field",
    "tell the consumers which rows keep the old default; take the next minor version",
    noticed=True,
)
SYMBOL_ADDED: Final = ChangeKind(
    "SCH124",
    Bump.MINOR,
    "enum symbol added",
    "An old reader fails on a symbol it does not know, unless its enum has a default; a CASE without ELSE yields null.",
    "old Avro readers whose enum has no default",
    "tell the consumers, and give the enum a `default` for the next time; take the next minor version",
    noticed=True,
)
FIELDS_REORDERED: Final = ChangeKind(
    "SCH131",
    Bump.PATCH,
    "fields in another order",
    "Columns are meant to be named; whoever goes by their position reads another one.",
    "SQL by position: INSERT … SELECT *, UNION ALL",
    "add new fields at the end; take the next patch version",
    noticed=True,
)
ORDER_CHANGED: Final = ChangeKind(
    "SCH132",
    Bump.PATCH,
    "sort order changed",
    "The `order` of a field, the order of symbols or of a union's types decides how Avro sorts, and nothing else.",
    "nobody who reads; sorting of encoded records",
    "take the next patch version",
)
DOC_CHANGED: Final = ChangeKind(
    "SCH133",
    Bump.PATCH,
    "documentation changed",
    "An edit of the words may change the meaning: it is never nothing.",
    "nobody",
    "take the next patch version",
)
ALIASES_CHANGED: Final = ChangeKind(
    "SCH134",
    Bump.PATCH,
    "aliases changed",
    "An alias lets a new Avro reader find what older data calls otherwise.",
    "nobody; without a removed alias, readers of data from before the rename",
    "take the next patch version",
)
MARK_CHANGED: Final = ChangeKind(
    "SCH135",
    Bump.PATCH,
    "mark of personal data changed",
    "Masking and access follow the mark.",
    "nobody who may see the data",
    "take the next patch version",
)

KINDS: Final[Mapping[str, ChangeKind]] = {
    kind.code: kind
    for kind in (
        FIELD_REMOVED, FIELD_RENAMED, REQUIRED_FIELD_ADDED, TYPE_CHANGED, TYPE_NARROWED, NULLABILITY_CHANGED,
        LOGICAL_TYPE_CHANGED, UNION_CHANGED, COLUMNS_CLASH, TYPE_RENAMED, SYMBOL_REMOVED, OLD_DATA_REFUSED,
        FIELD_ADDED, TYPE_WIDENED, DEFAULT_CHANGED, SYMBOL_ADDED, FIELDS_REORDERED, ORDER_CHANGED,
        DOC_CHANGED, ALIASES_CHANGED, MARK_CHANGED,
    )
}  # fmt: skip
"""Code → kind, the gravest first."""
