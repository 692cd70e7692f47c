"""The domains/notifications.yaml: who is told of a broken promise and where, and when nobody is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from mesh_platform import names
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.product import Text
from mesh_platform.manifest.value import Value

EVERYONE: Final = "*"
PAGERDUTY_URLS: Final = ("https://events.pagerduty.com/v2/enqueue", "https://events.eu.pagerduty.com/v2/enqueue")
"""PagerDuty's Events API v2: no secret, and the only addresses that are written out. The first is the default."""
_PATH: Final = f"{names.DOMAINS_FOLDER}/{names.NOTIFICATIONS_FILE}"


class RouteKind(StrEnum):
    """What listens at the other end."""

    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    WEBHOOK = "webhook"


class Sli(StrEnum):
    """Which promise of a product."""

    FRESHNESS = "freshness"
    LATENCY = "latency"
    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    CONTRACT = "contract"


class Route(Value):
    """Where somebody is told."""

    to: Text
    """Who: a domain's on-call `"@orders-oncall"`, its channel `"#data-orders"`, or `"*"` for everything."""
    kind: RouteKind
    url_from: Text | None = None
    """The environment variable that holds the address: `MESH_SLACK_…`, `MESH_PAGERDUTY_…` or `MESH_WEBHOOK_…`."""
    key_from: Text | None = None
    """The variable that holds PagerDuty's routing key (`MESH_PAGERDUTY_…`), or what signs a webhook
    (`MESH_WEBHOOK_…`)."""
    url: Text | None = None
    """Only PagerDuty's own public addresses are written out; every other one is a secret."""
    key: Text | None = None
    """Never: a key is a secret, and git forgets nothing."""
    allow_http: bool = False
    """Whether the address may be `http://` although it is not this machine."""

    @property
    def id(self) -> str:
        """What tells it from other routes, without a secret; a route of the same id is the same."""
        return " ".join([self.kind, self.addressee, *filter(None, (self.url_from, self.key_from))])

    @property
    def addressee(self) -> str:
        """Whom `to` names, as it may be shown: of an address, which may be a secret, only that it is one."""
        scheme, there, _ = self.to.partition("://")
        return f"{scheme}://…" if there else self.to

    @property
    def usable(self) -> bool:
        """Whether it can be sent to: it names what it needs, and has no secret in it."""
        return not self.written_out and not self.lacks

    @property
    def written_out(self) -> tuple[str, ...]:
        """The keys that hold what is, or may be, a secret."""
        named = {"url_from": self.url_from, "key_from": self.key_from}
        unnamed = [key for key, value in named.items() if value is not None and not self._names_a_variable(value)]
        address = ["url"] if self.url is not None and not self._is_public(self.url) else []
        if "://" in self.to:
            address.insert(0, "to")
        return (*address, *(["key"] if self.key is not None else []), *unnamed)

    @property
    def lacks(self) -> str | None:
        """The key that this kind of route needs and this one has not."""
        if self.kind is RouteKind.PAGERDUTY:
            return None if self.key_from else "key_from"
        return None if self.url_from else "url_from"

    def _names_a_variable(self, value: str) -> bool:
        """No other variable: a file in git must not be able to send a credential of the platform anywhere."""
        return bool(re.fullmatch(rf"MESH_{self.kind.upper()}(_[A-Z0-9]+)*", value))

    def _is_public(self, url: str) -> bool:
        return self.kind is RouteKind.PAGERDUTY and url in PAGERDUTY_URLS


class Maintenance(Value):
    """A window in which nobody is told; incidents are recorded all the same."""

    products: Annotated[tuple[Text, ...], Field(min_length=1)]
    """`domain.product`, `domain.*` or `*`."""
    begins: AwareDatetime = Field(alias="from")
    """With a time zone: `2026-12-01T22:00:00Z`."""
    until: AwareDatetime
    """With a time zone."""
    reason: Text

    def covers(self, product: str, now: datetime) -> bool:
        """Whether nobody is told of this product now."""
        return self.begins <= now < self.until and any(matches(pattern, product) for pattern in self.products)


class Mute(Value):
    """Until a day, nobody is told that a product breaks a promise."""

    product: Text
    sli: Sli | None = None
    """Only this promise; left out, all of them."""
    until: date
    """The last day (UTC) on which nobody is told."""
    by: Text
    reason: Text

    def covers(self, product: str, sli: str, now: datetime) -> bool:
        """Whether nobody is told of this promise now."""
        holds = now.astimezone(UTC).date() <= self.until
        return holds and product == self.product and (self.sli is None or self.sli == sli)


class NotificationsFile(Value):
    """domains/notifications.yaml: who is told of a broken promise and where, and when nobody is."""

    routes: tuple[Route, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    mutes: tuple[Mute, ...] = ()


@dataclass(frozen=True)
class Notifications:
    """What could be read of the file, each entry with its index in its list; without the file nothing."""

    document: Document = field(default_factory=lambda: Document(_PATH))
    routes: Mapping[int, Route] = field(default_factory=dict)
    maintenance: Mapping[int, Maintenance] = field(default_factory=dict)
    mutes: Mapping[int, Mute] = field(default_factory=dict)

    @property
    def usable(self) -> dict[str, Route]:
        """Route id → route, of those that can be sent to."""
        return {route.id: route for route in self.routes.values() if route.usable}

    def silent(self, product: str, sli: str, now: datetime) -> bool:
        """Whether nobody is told of this promise now."""
        return any(window.covers(product, now) for window in self.maintenance.values()) or any(
            mute.covers(product, sli, now) for mute in self.mutes.values()
        )


def matches(pattern: str, product: str) -> bool:
    """Whether `*`, `domain.*` or `domain.product` means this product."""
    everything_of = pattern.removesuffix("*") if pattern.endswith(".*") else None
    return pattern in (EVERYONE, product) or bool(everything_of and product.startswith(everything_of))
