"""The data-product.yaml of one data product: its contract with everyone who reads it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from mesh_platform.manifest.value import Value

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ApiVersion = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([a-z0-9][a-z0-9.-]*/)?v1$")]
"""A later version of the format would mean something else by the same keys."""
PositiveInt = Annotated[int, Field(gt=0)]
Minutes = Annotated[int, Field(gt=0, le=525_600)]
"""At most a year: a promise of more is none."""
Percent = Annotated[float, Field(gt=0, le=100)]


class ProductMetadata(Value):
    """Who owns the product and how to reach them."""

    name: Text
    """The path: `domain.product`."""
    domain: Text
    """The domain's folder."""
    owner: Text
    """The domain's team, spelled as in `domain.yaml`."""
    oncall: Text
    """Who is called when a promise breaks: `"@orders-oncall"`."""
    slack_channel: Text
    """Where consumers ask: `"#data-orders"`."""
    catalog_url: Text | None = None
    """Where the catalog describes it."""


class OutputPortKind(StrEnum):
    """The adapter consumers read through in production."""

    BIGQUERY = "bigquery"
    DUCKDB = "duckdb"


class AccessMode(StrEnum):
    """How a consumer gets at the port."""

    AUTHORIZED_VIEW = "read_via_authorized_view"


class OutputPort(Value):
    """Where consumers read: adapter, dataset, table, access mode."""

    output_port: OutputPortKind
    dataset: Text
    """The schema consumers read from; never one of the platform's own."""
    table: Text
    """The view's name; together with the dataset it belongs to this product alone."""
    access_mode: AccessMode = AccessMode.AUTHORIZED_VIEW


class EvolutionPolicy(StrEnum):
    """What a new schema version may do to its readers."""

    BACKWARD_COMPATIBLE = "backward_compatible"


class Freshness(Value):
    """Events are visible within this many minutes of happening."""

    target_minutes: Minutes
    """The promise."""
    warn_minutes: Minutes
    """Older than this warns; not less than the target."""
    error_minutes: Minutes
    """Older than this is an error; not less than the warning."""
    event_time: Text | None = None
    """The column that says when the event happened; default the schema's only timestamp, or `event_timestamp`."""


class Completeness(Value):
    """At least this share of the events the sources say must exist is present."""

    target_percent: Percent
    """The promise, and the objective it is judged by."""
    warn_percent: Percent
    """Less than this warns; not more than the target."""
    error_percent: Percent
    """Less than this is an error; not more than the warning."""
    expected: Text | None = None
    """The dbt model in `models/slo/` whose rows are the event keys and event times that must exist."""


class Accuracy(Value):
    """The product's dbt tests pass, at this cadence."""

    validated_by: Text
    """The command that runs the tests: `dbt test --select order_events`."""
    run_frequency: Text
    """A cron expression, in UTC, or `every N minutes|hours|days`, at most a year."""


class Slo(Value):
    """What the product promises, and over which window it is judged."""

    freshness: Freshness
    completeness: Completeness
    accuracy: Accuracy | None = None
    objective_percent: Annotated[float, Field(gt=0, lt=100)] = 99.0
    """The share of events that must be visible within the freshness target."""
    window_days: Annotated[int, Field(gt=0, le=90)] = 28
    """The days over which the objectives are judged."""


class SourceTableInput(Value):
    """An upstream that is a captured table of an operational database."""

    system: Text
    """A source system of the product's own domain."""
    table: Text
    """One of its tables, as `public.orders`."""
    cdc_tool: Text | None = None
    """What captures it; `domain.yaml` decides."""


class ProductInput(Value):
    """An upstream that is another data product, read through its published port."""

    product: Text
    """`domain.name`; of another domain only its published port is read."""


_SOURCE_TABLE: Final = "<source table>"
_PRODUCT: Final = "<product>"
UPSTREAM_TAGS: Final = frozenset({_SOURCE_TABLE, _PRODUCT})
"""The names of the two kinds of upstream; no file has them."""


def _upstream(value: object) -> str | None:
    """Which kind of upstream the keys that are present say; None when they say none, or both."""
    keys = set(value) if isinstance(value, dict) else set(getattr(value, "model_fields_set", ()))
    source, product = bool(keys & {"system", "table"}), "product" in keys
    return None if source == product else _PRODUCT if product else _SOURCE_TABLE


Upstream = Annotated[
    Annotated[SourceTableInput, Tag(_SOURCE_TABLE)] | Annotated[ProductInput, Tag(_PRODUCT)],
    Discriminator(_upstream),
]


class Consumer(Value):
    """A product of another domain that reads this one."""

    domain: Text
    product: Text | None = None
    """`domain.name`; left out, any product of the domain."""


class Lineage(Value):
    """What the product is made from and who builds on it."""

    upstream_sources: Annotated[tuple[Upstream, ...], Field(min_length=1)]
    downstream_consumers: tuple[Consumer, ...] = ()


class Sensitivity(Value):
    """Which columns hold personal data."""

    pii_columns: tuple[Text, ...] = ()
    """Columns, or fields in them as `customer.email`, that hold personal data, besides those the schema marks."""


class Refresh(Value):
    """When the product is refreshed besides on every landed batch."""

    schedule: Text
    """A cron expression, in UTC."""


class Example(Value):
    """A query that shows a consumer how to use the product."""

    title: Text
    sql: Text


class Lifecycle(Value):
    """The end of the product, announced ahead."""

    deprecated_on: date
    """The day from which nobody should begin to read it."""
    retires_on: date | None = None
    """The day it ends; after the day it is deprecated."""
    successor: Text | None = None
    """The product to read instead, `domain.name`."""


class ProductSpec(Value):
    """What consumers may rely on."""

    description: Text
    """What one row is, and what the product is for."""
    interface: OutputPort
    schema_version: Text
    """The semantic version of `schema/<version>.avsc`, the greatest there is, in quotes."""
    schema_registry: Text | None = None
    """A registry and, after `/subjects/`, the subject it knows the schema by; default `<domain>.<product>-value`."""
    schema_evolution_policy: EvolutionPolicy = EvolutionPolicy.BACKWARD_COMPATIBLE
    slo: Slo
    lineage: Lineage
    sensitivity: Sensitivity = Sensitivity()
    refresh: Refresh | None = None
    examples: tuple[Example, ...] = ()
    lifecycle: Lifecycle | None = None


class DataProduct(Value):
    """A manifest: the contract of one independently deployable dataset."""

    apiVersion: ApiVersion  # noqa: N815  (the article's spelling)
    kind: Literal["DataProduct"]
    metadata: ProductMetadata
    spec: ProductSpec

    @property
    def slo(self) -> Slo:
        return self.spec.slo

    @property
    def port(self) -> OutputPort:
        return self.spec.interface

    @property
    def declared_personal(self) -> frozenset[str]:
        """The columns that are declared to hold personal data, or to have a field that does."""
        return frozenset(name.partition(".")[0] for name in self.spec.sensitivity.pii_columns)

    @property
    def source_inputs(self) -> list[SourceTableInput]:
        return [u for u in self.spec.lineage.upstream_sources if isinstance(u, SourceTableInput)]

    @property
    def product_inputs(self) -> list[str]:
        return [u.product for u in self.spec.lineage.upstream_sources if isinstance(u, ProductInput)]
