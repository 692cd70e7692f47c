"""The governance council's two files: policy.yaml (bounds and levels) and exemptions.yaml (dated permissions)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from mesh_platform.manifest.product import Percent, PositiveInt, Text
from mesh_platform.manifest.value import Value

Url = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[A-Za-z0-9._~:/?@!$&*+,;=%-]+$")]
"""An address that is safe to link to."""


class PolicyLevel(StrEnum):
    """What the council makes of a policy."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


class Bounds(Value):
    """The numbers policies compare with; the defaults are the article's."""

    max_freshness_minutes: PositiveInt = 120
    min_completeness_percent: Percent = 95.0
    min_team_size: PositiveInt = 4
    max_products_per_domain: PositiveInt = 15
    min_deprecation_days: PositiveInt = 30
    """Days from the announcement of a product's end to its end."""
    exemption_notice_days: PositiveInt = 14
    """Days before the end of an exemption from which it warns."""
    max_silence_days: PositiveInt = 30
    """Days of a mute that are still to come, or of a maintenance window."""
    min_description_words: PositiveInt = 3
    """Words of a description; fewer say nothing."""


class Links(Value):
    """Where the Dagster UI leads from a finding; left out, it leads nowhere."""

    files: Url | None = None
    """The mesh's folder where git shows it, as `https://git.example.com/mesh/blob/main`."""
    policies: Url | None = None
    """The page of policies, as `https://git.example.com/mesh/blob/main/docs/policies.md`."""


class PersonalData(Value):
    """What ends personal data on its way through the models, and what the council has found to be none."""

    declassifiers: tuple[Text, ...] = ("sha256", "sha512", "hmac")
    """SQL functions whose result is no personal data any more, besides counts, sums, averages and comparisons."""
    not_personal: tuple[Text, ...] = ()
    """Columns that are none, whatever their names say: `domain.product.column`."""


class PolicyFile(Value):
    """domains/policy.yaml: which policies hold, at which level, with which bounds."""

    bounds: Bounds = Bounds()
    personal_data: PersonalData = PersonalData()
    levels: dict[str, PolicyLevel] = Field(default_factory=dict)
    """Policy code → level, where it differs from the policy's own."""
    links: Links = Links()


class Exemption(Value):
    """A dated permission, granted by the council, for one product to break one policy."""

    policy: Text
    product: Text
    until: date
    granted_by: Text
    reason: Text


class ExemptionsFile(Value):
    """domains/exemptions.yaml."""

    exemptions: tuple[Exemption, ...] = ()
