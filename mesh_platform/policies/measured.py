"""What a promise is measured by is part of it: the same number of something else is another promise."""

from collections.abc import Iterator

from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.policies.change import next_major, released, takes_a_major
from mesh_platform.policies.registry import Breach, Located, Review, mesh_policy, spot
from mesh_platform.schema.history import event_time

_EVENT_TIME = "spec.slo.freshness.event_time"
_EXPECTED = "spec.slo.completeness.expected"
_WINDOW = "spec.slo.window_days"


@mesh_policy(
    "SLO017", of_changes=True, fix="keep what it is measured by, or release the change under the next major version"
)
def promise_is_measured_as_before(review: Review) -> Located:
    """Thirty minutes after the order and thirty minutes after it was loaded are two promises, and so are 99.5 % of
    other events, or over another window: consumers who relied on the one cannot tell that they have the other."""
    before = review.before
    for was in before.products.values() if before else ():
        now = review.mesh.products.get(was.id)
        if before and now and takes_a_major(was, now):
            for key, old, new in _otherwise(was, now, before, review.mesh):
                yield spot(now.document, key, now.id), _breach(now, key, old, new, f"{next_major(was)}.0.0")


def _breach(now: Product, key: str, old: object, new: object, version: str) -> Breach:
    name = key.rpartition(".")[2]
    message = f"`{name}` was `{old}` and is `{new}`, under version `{now.manifest.spec.schema_version}`"
    return Breach(key, message, f"keep `{old}`, or {released(now, version)}")


def _otherwise(was: Product, now: Product, before: Mesh, mesh: Mesh) -> Iterator[tuple[str, object, object]]:
    """(key, as it was, as it is) of everything a promise is measured by that is another thing now."""
    old, new = event_time(was), event_time(now)
    if old and new and old != new:
        yield _EVENT_TIME, old, new
    model, other = was.manifest.slo.completeness.expected, now.manifest.slo.completeness.expected
    # to name the same query otherwise is no change; without any it is not measured, which is a looser promise
    if model and other and model != other and not _is_the_same(before, model, mesh, other, now.domain):
        yield _EXPECTED, model, other
    if was.manifest.slo.window_days != now.manifest.slo.window_days:
        yield _WINDOW, was.manifest.slo.window_days, now.manifest.slo.window_days


def _is_the_same(before: Mesh, model: str, mesh: Mesh, other: str, domain: str) -> bool:
    old, new = _query(before, domain, model), _query(mesh, domain, other)
    return old is not None and old == new


def _query(mesh: Mesh, domain: str, model: str) -> str | None:
    """What a model is made by; None where it is not written in SQL, or cannot be read."""
    project = mesh.dbt.get(domain)
    file = project.queries.get(model) if project else None
    return " ".join(file.text.split()) if file else None
