"""Nobody who is bound by a rule decides on it in the change that breaks it."""

from dataclasses import replace
from datetime import date

from mesh_platform.manifest.council import Bounds, Exemption, PolicyFile, PolicyLevel
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.policies.govern import govern

TODAY = date(2026, 11, 23)
OWN_RULES = PolicyFile(
    bounds=Bounds(max_freshness_minutes=500), levels={"SLO015": PolicyLevel.OFF, "POL002": PolicyLevel.OFF}
)


def looser(mesh: Mesh, product: str = "orders.order_events") -> Mesh:
    was = mesh.products[product]
    slo = was.manifest.spec.slo
    freshness = slo.freshness.model_copy(update={"target_minutes": 119, "warn_minutes": 120, "error_minutes": 121})
    spec = was.manifest.spec.model_copy(update={"slo": slo.model_copy(update={"freshness": freshness})})
    made = replace(was, manifest=was.manifest.model_copy(update={"spec": spec}))
    return replace(mesh, products={**mesh.products, product: made})


def counted(now: Mesh, before: Mesh) -> set[str]:
    return {f.code for f in govern(now, TODAY, before=before) if f.counts} & {"POL002", "SLO015"}


def test_rules_that_change_with_what_they_judge_do_not_judge_it(shipped_mesh: Mesh) -> None:
    assert counted(replace(looser(shipped_mesh), policy=OWN_RULES), shipped_mesh) == {"POL002", "SLO015"}


def test_an_exemption_that_comes_with_what_it_permits_is_said(shipped_mesh: Mesh) -> None:
    granted = Exemption(
        policy="SLO015", product="orders.order_events", until=date(2099, 1, 1), granted_by="me", reason="late"
    )
    entries = ((granted, Document("domains/exemptions.yaml"), 0),)
    now = replace(looser(shipped_mesh), exemptions=entries)
    assert counted(now, shipped_mesh) == {"POL002"}
    assert counted(replace(shipped_mesh, exemptions=entries), shipped_mesh) == set()
    assert counted(looser(shipped_mesh), replace(shipped_mesh, exemptions=entries)) == {"SLO015"}


def test_the_council_changes_its_rules_alone_and_a_first_mesh_brings_its_own(shipped_mesh: Mesh) -> None:
    assert counted(replace(shipped_mesh, policy=OWN_RULES), shipped_mesh) == set()
    assert counted(replace(shipped_mesh, policy=OWN_RULES), Mesh({}, {})) == set()
