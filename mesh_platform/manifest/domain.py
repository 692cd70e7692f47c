"""The domain.yaml of one domain: its team and the systems it captures."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from mesh_platform.manifest.product import ApiVersion, PositiveInt, Text
from mesh_platform.manifest.value import Value


class Connector(StrEnum):
    """What writes a source system's change records; `other` is declared but not landed here."""

    DEBEZIUM = "debezium"
    DATASTREAM = "datastream"
    OTHER = "other"


class SourceTable(Value):
    """One captured table of a source system."""

    name: Text
    """As the database says it, `public.orders`."""
    primary_key: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The columns that identify a row."""
    row_schema: Text = Field(alias="schema")
    """The Avro schema of a row, relative to the domain's folder: `sources/public.orders.avsc`."""

    @property
    def table(self) -> str:
        """The landed table's name: the source's schema name dropped."""
        return self.name.rsplit(".", 1)[-1]


class SourceSystem(Value):
    """An operational database of the domain."""

    name: Text
    """The folder of the landing zone: `orders_service_postgres`."""
    connector: Connector
    tables: tuple[SourceTable, ...] = ()


class DomainMetadata(Value):
    """Who answers for the domain."""

    name: Text
    """The domain's folder."""
    team: Text
    """The one spelling of the team that owns its products."""
    oncall: Text
    """Who is called: `"@orders-oncall"`."""
    slack_channel: Text
    """Where the team listens: `"#data-orders"`."""


class DomainSpec(Value):
    """What the domain is about and what it captures."""

    team_size: PositiveInt
    description: Text
    source_systems: tuple[SourceSystem, ...] = ()
    business_events: tuple[Text, ...] = ()
    """What happens here first."""
    analytical_questions_owned: tuple[Text, ...] = ()
    """What this team answers, and nobody else."""
    consumers: tuple[Text, ...] = ()
    """Domains that build on this one."""


class DomainManifest(Value):
    """A business capability with one owning team; owns sources and products."""

    apiVersion: ApiVersion  # noqa: N815  (the article's spelling)
    kind: Literal["Domain"]
    metadata: DomainMetadata
    spec: DomainSpec
