"""What consumers were promised changes under a number that says so, and what they read stays where it is."""

from collections.abc import Iterator
from datetime import date

from mesh_platform import names
from mesh_platform.manifest.cadence import cron_problem, every
from mesh_platform.manifest.cron_gap import longest_gap
from mesh_platform.manifest.document import FIRST_LINE
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Product
from mesh_platform.manifest.message import listed
from mesh_platform.manifest.product import DataProduct
from mesh_platform.policies.lifecycle import readers_of
from mesh_platform.policies.promise import is_tested
from mesh_platform.policies.registry import Breach, Breaches, Located, Review, Spot, change_policy, mesh_policy, spot
from mesh_platform.schema.evolution.version import Version, read_version

_LESS_IS_BETTER = ("freshness.target_minutes", "freshness.error_minutes")
_MORE_IS_BETTER = ("completeness.target_percent", "completeness.error_percent", "objective_percent")


@change_policy("SLO015", fix="keep the promise, or release it under the next major version")
def looser_promise_has_a_major_version(was: Product, now: Product) -> Breaches:
    """Whoever built on 30 minutes breaks on 60 as surely as on a missing column: a promise that gets looser, or goes,
    is a breaking change of the contract."""
    if takes_a_major(was, now):
        for key, before, after in _looser(was, now):
            yield Breach(
                key,
                f"the promise of `{before}` is loosened to `{after}` under version `{_version(now)}`",
                f"keep `{before}`, or {released(now, f'{next_major(was)}.0.0')}",
            )


@change_policy("SLO016", level=Level.WARNING, fix="release it under the next minor version")
def tighter_promise_has_a_minor_version(was: Product, now: Product) -> Breaches:
    """A better promise breaks nobody, but consumers who may rely on it now learn of it by the version."""
    old, new = _versions(was, now)
    if old and new and (new.major, new.minor) <= _reached(old):
        for key, after, before in _looser(now, was):
            yield Breach(
                key,
                f"the promise of `{before}` is tightened to `{after}` under version `{_version(now)}`",
                released(now, f"{old.major}.{old.minor + 1}.0"),
            )


@change_policy("CON005", fix="keep the port; publish elsewhere as a product of its own, and name it as the `successor`")
def port_stays_where_it_is(was: Product, now: Product) -> Breaches:
    """Consumers' queries name the port. After a move the old view goes on answering, with what was last published, and
    nobody is told."""
    old, new = was.manifest.port, now.manifest.port
    for key in ("output_port", "dataset", "table", "access_mode"):
        if (before := getattr(old, key)) != (after := getattr(new, key)):
            yield Breach(f"spec.interface.{key}", f"the port moves: `{key}` was `{before}` and is `{after}`")


@change_policy("LIF008", fix="keep the day that was announced, or a later one")
def retirement_is_not_brought_forward(was: Product, now: Product) -> Breaches:
    """Consumers plan with the day that was announced to them."""
    old, new = was.manifest.spec.lifecycle, now.manifest.spec.lifecycle
    if old and new and old.retires_on and new.retires_on and new.retires_on < old.retires_on:
        message = f"the retirement was announced for `{old.retires_on}` and is now on `{new.retires_on}`"
        yield Breach("spec.lifecycle.retires_on", message)


@mesh_policy(
    "LIF010",
    of_changes=True,
    fix="retire it later, or ask the council for an exemption with the readers' agreement",
)
def notice_counts_from_the_day_it_is_given(review: Review) -> Located:
    """A date in the past warns nobody: readers learn of the end on the day this change is made, whatever day its
    author writes."""
    least = review.before.policy.bounds.min_deprecation_days if review.before else 0
    key = "spec.lifecycle.retires_on"
    for now, retires_on in _announced(review):
        days = (retires_on - review.today).days
        if days < least:
            when = f"`{days}` days ahead" if days > 0 else "today" if days == 0 else "in the past"
            message = f"announced today, the end on `{retires_on}` is {when}; the notice is `{least}` days"
            yield spot(now.document, key, now.id), Breach(key, message)


def _announced(review: Review) -> Iterator[tuple[Product, date]]:
    """The products whose end is announced by this change, with its day."""
    for was in review.before.products.values() if review.before else ():
        now, old = review.mesh.products.get(was.id), was.manifest.spec.lifecycle
        new = now.manifest.spec.lifecycle if now else None
        if now and new and new.retires_on and not (old and old.retires_on):
            yield now, new.retires_on


@mesh_policy(
    "LIF009",
    of_changes=True,
    fix="restore it, and announce its end in `spec.lifecycle`; when that day has come and nobody reads it, remove it",
)
def product_is_not_removed_before_its_day(review: Review) -> Located:
    """A product that is gone from one commit to the next takes its readers' tables with it."""
    for was in review.before.products.values() if review.before else ():
        if was.id in review.mesh.known_products:
            continue
        lifecycle, readers = was.manifest.spec.lifecycle, readers_of(was, review)
        announced = lifecycle.retires_on if lifecycle else None
        left = [f"{listed(readers)} still read{'s' if len(readers) == 1 else ''} it"] if readers else []
        early = [] if announced and announced <= review.today else [_early(announced)]
        if early or left:
            said = "; ".join([*early, *left])
            yield Spot(was.document.path, FIRST_LINE, was.id), Breach("", f"`{was.id}` is removed, and {said}")


def _early(announced: date | None) -> str:
    return f"it retires on `{announced}`" if announced else "its end was never announced"


def _looser(was: Product, now: Product) -> Iterator[tuple[str, object, object]]:
    """(key, as it was, as it is) of every promise that became weaker."""
    for path in _LESS_IS_BETTER:
        before, after = _value(was.manifest, path), _value(now.manifest, path)
        if after > before:
            yield f"spec.slo.{path}", f"{before} min", f"{after} min"
    for path in _MORE_IS_BETTER:
        before, after = _value(was.manifest, path), _value(now.manifest, path)
        if after < before:
            yield f"spec.slo.{path}", f"{before} %", f"{after} %"
    yield from _less_measured(was, now)


def _less_measured(was: Product, now: Product) -> Iterator[tuple[str, object, object]]:
    """What was measured is not, or less often."""
    old, new = was.manifest.slo.accuracy, now.manifest.slo.accuracy
    if old and not new:
        yield "spec.slo", old.validated_by, "no accuracy"
    if old and new and _minutes(new.run_frequency) > _minutes(old.run_frequency):
        yield "spec.slo.accuracy.run_frequency", old.run_frequency, new.run_frequency
    if old and new and is_tested(was, old) and not is_tested(now, new):
        yield "spec.slo.accuracy.validated_by", old.validated_by, new.validated_by
    before, after = was.manifest.slo.completeness.expected, now.manifest.slo.completeness.expected
    if before and not after:
        yield "spec.slo.completeness", f"expected: {before}", "nothing to be measured against"


def _minutes(cadence: str) -> float:
    """The longest that a cadence leaves a product untested; for ever, where it is none."""
    if (minutes := every(cadence)) is not None:
        return minutes
    gap = None if cron_problem(cadence) else longest_gap(cadence)
    return gap.total_seconds() / 60 if gap else float("inf")


def _value(manifest: DataProduct, path: str) -> float:
    found: object = manifest.slo
    for step in path.split("."):
        found = getattr(found, step)
    return found  # type: ignore[return-value]


def released(product: Product, version: str) -> str:
    """How a promise gets another version: it has that of the schema, which may say what it said before."""
    schema = f"{names.SCHEMA_FOLDER}/{_version(product)}.avsc"
    return f'copy `{schema}` to `{names.SCHEMA_FOLDER}/{version}.avsc`, and write `schema_version: "{version}"`'


def takes_a_major(was: Product, now: Product) -> bool:
    """Whether a breaking change of the promise would still need the next major version; a version that is none has
    no next."""
    old, new = _versions(was, now)
    return old is not None and new is not None and _reached(new)[0] <= _reached(old)[0]


def next_major(product: Product) -> int:
    """The major version after the one that is released."""
    version = read_version(_version(product))
    return int(_reached(version)[0]) + 1 if version else 1


def _reached(version: Version) -> tuple[float, float]:
    """(major, minor) of what is released: a prerelease binds nobody, and has not taken its step yet."""
    if not version.prerelease or version.patch:
        return version.major, version.minor
    return (version.major, version.minor - 1) if version.minor else (version.major - 1, float("inf"))


def _version(product: Product) -> str:
    return product.manifest.spec.schema_version


def _versions(was: Product, now: Product) -> tuple[Version | None, Version | None]:
    return read_version(_version(was)), read_version(_version(now))
