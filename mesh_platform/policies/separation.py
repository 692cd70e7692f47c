"""Who is bound by a rule does not decide on it: the council's files change apart from what they judge."""

from collections.abc import Mapping

from mesh_platform.manifest.document import FIRST_LINE
from mesh_platform.manifest.mesh import Mesh, TextFile
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy


@mesh_policy("POL002", last=True, of_changes=True, fix="propose it in a change of its own, which the council approves")
def council_decides_before_the_change(review: Review) -> Located:
    """A team that loosens a rule, or permits itself an exception, in the very change that breaks it has judged itself;
    who reviews the domains' files cannot see to the rules as well."""
    before, now = review.before, review.mesh
    if before is None or not before.domains or _domains_files(before) == _domains_files(now):
        return
    if before.policy != now.policy:
        yield Spot(now.policy_document.path, FIRST_LINE), Breach("", _said("rules"))
    if _permitted(now) - _permitted(before):
        yield Spot(now.exemptions[0][1].path, FIRST_LINE), Breach("", _said("exemptions"))


def _said(what: str) -> str:
    return f"the council's {what} change together with the domains' files that they judge"


def _permitted(mesh: Mesh) -> set[tuple[str, ...]]:
    """To end an exemption asks nobody; to grant one, or a longer one, does."""
    return {(e.policy, e.product, str(e.until)) for e, _, _ in mesh.exemptions}


def _domains_files(mesh: Mesh) -> tuple[object, ...]:
    products = {p.id: (p.manifest, _texts(p.schemas)) for p in mesh.products.values()}
    domains = {d.name: (d.manifest, _texts(d.row_schemas)) for d in mesh.domains.values()}
    return products, domains, dict(mesh.dbt), sorted(mesh.quarantined)


def _texts(files: Mapping[str, TextFile]) -> dict[str, str]:
    return {name: file.text for name, file in files.items()}
