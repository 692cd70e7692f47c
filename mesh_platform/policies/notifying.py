"""Whoever should be told of a broken promise is told, silence ends, and no secret is in git."""

from collections.abc import Iterator
from datetime import timedelta

from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Domain, Mesh
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.manifest.notifications import EVERYONE, Route, RouteKind, matches
from mesh_platform.policies.registry import Breach, Breaches, Located, Review, domain_policy, mesh_policy, spot


@mesh_policy("NOT001", fix="name an existing product as `domain.name`, or remove the entry")
def silence_names_a_product(review: Review) -> Located:
    """A mute for a product that does not exist silences nobody, while somebody believes that it does."""
    notifications, known = review.mesh.notifications, review.mesh.known_products
    for key, pattern in _silenced(review.mesh):
        if not any(matches(pattern, product) for product in known):
            hint = did_you_mean(pattern, sorted(known))
            yield spot(notifications.document, key), Breach(key, f"there is no product `{pattern}`{hint}")


@mesh_policy("NOT002", level=Level.WARNING, fix="remove the mute")
def mute_has_not_expired(review: Review) -> Located:
    """A mute that ended mutes nothing, and hides those that hold."""
    for index, mute in review.mesh.notifications.mutes.items():
        key = f"mutes.{index}.until"
        if mute.until < review.today:
            yield spot(review.mesh.notifications.document, key), Breach(key, f"the mute ended on `{mute.until}`")


@mesh_policy("NOT003", fix="write an `until` that is later than `from`")
def maintenance_begins_before_it_ends(review: Review) -> Located:
    """A window that ends before it begins never is, and the maintenance pages somebody."""
    for index, window in review.mesh.notifications.maintenance.items():
        key = f"maintenance.{index}.until"
        if window.until <= window.begins:
            message = f"the window ends at `{window.until.isoformat()}` and begins at `{window.begins.isoformat()}`"
            yield spot(review.mesh.notifications.document, key), Breach(key, message)


@mesh_policy(
    "NOT004", level=Level.WARNING, fix="end it sooner; or change the promise, if nobody minds that it is broken"
)
def silence_is_short(review: Review) -> Located:
    """A promise that nobody needs to hear of for months is none."""
    notifications, most = review.mesh.notifications, review.mesh.policy.bounds.max_silence_days
    for index, mute in notifications.mutes.items():
        if (days := (mute.until - review.today).days) > most:
            key = f"mutes.{index}.until"
            yield spot(notifications.document, key), Breach(key, f"the mute holds for `{days}` days; at most `{most}`")
    for index, window in notifications.maintenance.items():
        if (span := window.until - window.begins) / timedelta(days=1) > most:
            key = f"maintenance.{index}.until"
            message = f"the window is `{span.days}` days long; at most `{most}`"
            yield spot(notifications.document, key), Breach(key, message)


@mesh_policy("NOT005", fix="write `to` as a domain's `oncall` or `slack_channel`, or remove the route")
def route_reaches_somebody(review: Review) -> Located:
    """A misspelt route tells nobody, and nobody notices until the night it matters."""
    mesh = review.mesh
    known = sorted(_addressees(mesh))
    unread = mesh.quarantined or mesh.known_domains - set(mesh.domains)
    for index, route in mesh.notifications.routes.items():
        key = f"routes.{index}.to"
        if route.to not in (EVERYONE, *known) and not unread and "to" not in route.written_out:
            message = f"no domain's on-call or channel is `{route.to}`{did_you_mean(route.to, known)}"
            yield spot(mesh.notifications.document, key), Breach(key, message)


@domain_policy(
    "NOT006", level=Level.WARNING, fix="add a route to it in `domains/notifications.yaml`, or one to `*` for everything"
)
def domain_is_reached_by_a_route(domain: Domain, mesh: Mesh) -> Breaches:
    """Where some are told by a route, whoever has none is told in a log that nobody reads."""
    routed = {route.to for route in mesh.notifications.routes.values()}
    metadata = domain.manifest.metadata
    for key, who in (("metadata.oncall", metadata.oncall), ("metadata.slack_channel", metadata.slack_channel)):
        if routed and not routed & {EVERYONE, who}:
            yield Breach(key, f"no route leads to `{who}`")


@mesh_policy("NOT007", fix="renew it, and name the environment variable that holds the new one")
def secret_is_named_and_not_written(review: Review) -> Located:
    """Whoever has the address of a channel or the key of a rotation can write there; git shows it to everybody for
    ever."""
    for index, route in review.mesh.notifications.routes.items():
        for name in route.written_out:
            key = f"routes.{index}.{name}"
            yield spot(review.mesh.notifications.document, key), Breach(key, _exposed(route, name), _named(route, name))


@mesh_policy("NOT008", fix="name the environment variable that holds it")
def route_says_where_it_leads(review: Review) -> Located:
    """A route without an address, or a rotation without its key, can tell nobody."""
    for index, route in review.mesh.notifications.routes.items():
        if route.lacks and not route.written_out:
            key = f"routes.{index}.kind"
            fix = f"add `{route.lacks}: {_prefix(route)}_{'KEY' if route.lacks == 'key_from' else 'URL'}`"
            message = f"a route of kind `{route.kind}` needs `{route.lacks}`"
            yield spot(review.mesh.notifications.document, key), Breach(key, message, fix)


@mesh_policy("NOT009", level=Level.WARNING, fix="remove one of the two")
def route_is_written_once(review: Review) -> Located:
    """Two routes of the same kind to the same address are one: whoever edits the second to change the first changes
    nothing."""
    document, seen = review.mesh.notifications.document, dict[str, str]()
    for index, route in review.mesh.notifications.routes.items():
        key = f"routes.{index}.to"
        first = seen.setdefault(route.id, key) if route.usable else key
        if first != key:
            message = f"the route `{route.id}` is written already, in line `{document.at(first).line}`"
            yield spot(document, key), Breach(key, message)


def _exposed(route: Route, name: str) -> str:
    """What stands there is never repeated."""
    if name.endswith("_from"):
        return (
            f"what stands at `{name}` does not begin like the name of a variable for {route.kind}, `{_prefix(route)}`"
        )
    return f"`{name}` is written out, where whoever reads git can use it"


def _named(route: Route, name: str) -> str:
    if name == "to":
        return "renew it; write who is told in `to`, and name the variable that holds the address in `url_from`"
    if name.endswith("_from"):
        return f"name a variable that begins with `{_prefix(route)}`; if this was a secret, renew it"
    variable = f"{_prefix(route)}_{name.upper()}"
    public = "; only PagerDuty's own address is written out" if route.kind is RouteKind.PAGERDUTY else ""
    return f"renew it, and write `{name}_from: {variable}`, a variable that holds the new one{public}"


def _prefix(route: Route) -> str:
    return f"MESH_{route.kind.upper()}"


def _silenced(mesh: Mesh) -> Iterator[tuple[str, str]]:
    """(key, product or pattern) of all that is silenced."""
    for index, mute in mesh.notifications.mutes.items():
        yield f"mutes.{index}.product", mute.product
    for index, window in mesh.notifications.maintenance.items():
        for place, pattern in enumerate(window.products):
            yield f"maintenance.{index}.products.{place}", pattern


def _addressees(mesh: Mesh) -> set[str]:
    """Everyone whom a domain or a product names."""
    domains = [domain.manifest.metadata for domain in mesh.domains.values()]
    products = [product.manifest.metadata for product in mesh.products.values()]
    oncalls = {m.oncall for m in domains} | {m.oncall for m in products}
    return oncalls | {m.slack_channel for m in domains} | {m.slack_channel for m in products}
