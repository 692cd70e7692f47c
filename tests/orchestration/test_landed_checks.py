"""The check `landing` as on-call sees it: in the landing run, and from its own Execute button."""

from pathlib import Path

import dagster as dg
import pytest

from mesh_platform import names
from tests.orchestration.scene import SYSTEM, Scene

TABLE = dg.AssetKey(["orders", "cdc", "orders"])
CHECK = dg.AssetCheckKey(TABLE, "landing")


def run(scene: Scene, *, land: bool, tags: dict[str, str] | None = None) -> dg.AssetCheckEvaluation | None:
    """The asset's Materialize button, or its check's Execute button."""
    job = scene.definitions().resolve_implicit_global_asset_job_def()
    subset = job.get_subset(asset_selection={TABLE} if land else set(), asset_check_selection={CHECK})
    done = subset.execute_in_process(instance=scene.instance, tags=tags)
    assert {m.asset_key for m in done.get_asset_materialization_events()} == ({TABLE} if land else set())
    return next(iter(done.get_asset_check_evaluations()), None)


def spoil(scene: Scene, name: str = "bad.jsonl", content: str = '{"secret": "jane"\n') -> Path:
    scene.write("public.orders", [])
    path = Path(scene.environment.landing) / SYSTEM / "public.orders" / name
    path.write_text(content)
    return path


def test_a_landing_emits_its_check_with_places_people_and_what_to_do_but_no_values(fresh: Scene) -> None:
    fresh.place("o1")
    spoil(fresh)
    found = run(fresh, land=True)
    assert found
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found.description == "1 record in quarantine"
    assert found.metadata["quarantined records"].value == 1.0
    assert "| not JSON | 1 |" in str(found.metadata["reasons"].value)
    assert "bad.jsonl` record 1, 17 bytes kept" in str(found.metadata["places"].value)
    assert found.metadata["on-call"].value == "@orders-oncall"
    assert found.metadata["runbook"].value == "docs/landing.md#the-check-landing"
    assert "jane" not in str(found.metadata) + str(found.description)


def test_the_execute_button_judges_and_lands_nothing(fresh: Scene) -> None:
    fresh.place("o1")
    assert run(fresh, land=True)
    spoil(fresh, "bad.avro")
    untouched = run(fresh, land=False)
    assert untouched
    assert untouched.passed
    assert run(fresh, land=True)
    again = run(fresh, land=False)
    assert again
    assert (again.passed, again.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert again.description == "1 file in quarantine"


def test_before_anything_landed_the_check_is_unknown(fresh: Scene) -> None:
    found = run(fresh, land=False)
    assert found
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert (found.description or "").startswith("unknown: there is no warehouse")


def test_a_zone_that_cannot_be_landed_fails_its_check_and_not_the_others(fresh: Scene) -> None:
    fresh.place("o1")
    schema = fresh.environment.root / "domains" / "orders" / "sources" / "public.returns.avsc"
    schema.write_text("{}")
    job = fresh.definitions().resolve_implicit_global_asset_job_def()
    keys = {TABLE, dg.AssetKey(["orders", "cdc", "returns"])}
    done = job.get_subset(asset_selection=keys).execute_in_process(instance=fresh.instance, raise_on_error=False)
    found = {e.asset_key.path[-1]: e for e in done.get_asset_check_evaluations() if e.check_name == "landing"}
    assert found["orders"].passed
    assert found["returns"].severity is dg.AssetCheckSeverity.ERROR
    assert "its files stay where they are" in (found["returns"].description or "")


def test_what_the_sensor_asks_for_is_bounded_and_a_click_is_not(fresh: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh_platform.orchestration.landing.FILES_A_RUN", 2)
    for number in range(5):
        fresh.place(f"o{number}")
    run(fresh, land=True, tags={names.TAG_LANDING: "orders"})
    assert fresh.query("select count(*) from mesh_landing.ledger") == [(2,)]
    run(fresh, land=True)
    assert fresh.query("select count(*) from mesh_landing.ledger") == [(5,)]
