"""What a model reads, told so that it is found again in the rendered SQL."""

from typing import Final

from mesh_platform import names

MODEL: Final = "mesh:model"
SOURCE: Final = "mesh:source"
THIS: Final = "mesh:this"
RECORD: Final = "mesh:record"
"""The platform's own tables: nobody's lineage."""
RAW: Final = "mesh:raw"
"""A name that was written where `ref()` or `source()` belongs."""
KINDS: Final = frozenset({MODEL, SOURCE, THIS, RECORD})
RECORDS: Final = frozenset(
    {names.REVISIONS, names.LEDGER, names.TRANSACTIONS, names.PUBLICATIONS, names.AUDITS}
    | {names.HEARTBEATS, names.HEARTBEATS_BY_MINUTE}
)
"""The platform's own tables that a model may read; what is in quarantine may hold anything."""


class Relation(str):
    """A relation as Jinja prints it; its parts are attributes, as dbt's are."""

    database: str
    schema: str
    identifier: str

    def __new__(cls, kind: str, schema: str, identifier: str) -> "Relation":
        """The relation, quoted, with what kind it is in the place of the database."""
        made = super().__new__(cls, ".".join(f'"{part}"' for part in (kind, _part(schema), _part(identifier))))
        made.database, made.schema, made.identifier = kind, schema, identifier
        return made

    @property
    def name(self) -> str:
        return self.identifier

    @property
    def table(self) -> str:
        return self.identifier

    def include(self, **parts: bool) -> "Relation":
        """The same: which parts are printed changes nothing here."""
        return self

    def render(self) -> str:
        return str(self)


def key(kind: str, schema: str, identifier: str) -> str:
    """The relation as one text, for a trace."""
    return f"{kind}|{schema}|{identifier}"


def parts(relation: str) -> tuple[str, str, str]:
    """(kind, schema or package, name) of what `key` made."""
    kind, schema, identifier = relation.split("|", 2)
    return kind, schema, identifier


def _part(text: str) -> str:
    return text.replace('"', "").replace("|", "")
