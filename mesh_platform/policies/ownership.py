"""Whoever depends on a product can reach whoever answers for it."""

import re
from typing import Final

from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Domain, Mesh, Product
from mesh_platform.policies.registry import Breach, Breaches, domain_policy, policy

_ONCALL: Final = re.compile(r"@[\w.-]+")
_CHANNEL: Final = re.compile(r"#[\w-]+")


@policy("OWN001", level=Level.WARNING, fix="write the domain's `metadata.team`, or correct it there")
def owner_is_the_team_of_the_domain(product: Product, mesh: Mesh) -> Breaches:
    """Ownership is one team known under one name; a second spelling sends questions nowhere."""
    domain, owner = mesh.domains.get(product.domain), product.manifest.metadata.owner
    if domain and owner != domain.manifest.metadata.team:
        yield Breach(
            "metadata.owner", f"the owner is `{owner}`; the domain's team is `{domain.manifest.metadata.team}`"
        )


@policy("OWN002", level=Level.WARNING, fix="write the domain's `metadata.oncall`, or correct it there")
def oncall_is_registered(product: Product, mesh: Mesh) -> Breaches:
    """A broken promise pages someone; a rotation the domain does not know is nobody."""
    domain, oncall = mesh.domains.get(product.domain), product.manifest.metadata.oncall
    if domain and oncall != domain.manifest.metadata.oncall:
        yield Breach("metadata.oncall", f"`{oncall}` is not the domain's on-call, `{domain.manifest.metadata.oncall}`")


@policy("OWN003", level=Level.WARNING, fix="write the domain's `metadata.slack_channel`, or correct it there")
def slack_channel_is_registered(product: Product, mesh: Mesh) -> Breaches:
    """Consumers ask where the owners listen."""
    domain, channel = mesh.domains.get(product.domain), product.manifest.metadata.slack_channel
    if domain and channel != domain.manifest.metadata.slack_channel:
        yield Breach(
            "metadata.slack_channel",
            f"`{channel}` is not the domain's channel, `{domain.manifest.metadata.slack_channel}`",
        )


@domain_policy("OWN004", level=Level.WARNING, fix='write `"@rotation"` and `"#channel"`, in quotes')
def domain_can_be_reached(domain: Domain, mesh: Mesh) -> Breaches:
    """An on-call handle starts with `@` and a channel with `#`; anything else is text that no tool can page or open."""
    metadata = domain.manifest.metadata
    if not _ONCALL.fullmatch(metadata.oncall):
        yield Breach("metadata.oncall", f"`{metadata.oncall}` is no on-call handle")
    if not _CHANNEL.fullmatch(metadata.slack_channel):
        yield Breach("metadata.slack_channel", f"`{metadata.slack_channel}` is no Slack channel")
