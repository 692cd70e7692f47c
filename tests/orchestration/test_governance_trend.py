"""The council sees how the mesh stands over time, and where a finding leads: in the job, the checks and the sensor."""

import dagster as dg
import pytest

from mesh_platform.environment import Environment
from mesh_platform.manifest.council import Links
from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.build import build
from mesh_platform.orchestration.findings_table import table
from mesh_platform.orchestration.trend import KEY
from tests.edited_file import edit

MANIFEST = "domains/finance/revenue_daily/data-product.yaml"


def run_job(environment: Environment, instance: dg.DagsterInstance) -> bool:
    job = build(gather(environment.root), environment).resolve_job_def("governance")
    return job.execute_in_process(instance=instance, raise_on_error=False).success


def observed(instance: dg.DagsterInstance) -> list[dict[str, float]]:
    """The numbers of every observation, the oldest first."""
    records = instance.fetch_observations(KEY, limit=100).records
    events = [r.asset_observation for r in reversed(records)]
    numbers = ("errors", "warnings", "exempted", "quarantined", "products")
    return [{n: float(str(e.metadata[n].value)) for n in numbers} for e in events if e]


def test_each_run_of_the_job_adds_a_point_to_the_trend(environment: Environment, instance: dg.DagsterInstance) -> None:
    assert run_job(environment, instance)
    edit(environment.root / MANIFEST, "owner: finance-insights", "owner: somebody")
    assert run_job(environment, instance)
    edit(environment.root / MANIFEST, "target_minutes: 60", "target_minutes: soon")
    assert not run_job(environment, instance)
    clean = {"errors": 0.0, "warnings": 0.0, "exempted": 0.0, "quarantined": 0.0, "products": 2.0}
    assert observed(instance) == [
        clean,
        {**clean, "warnings": 1.0},
        {**clean, "errors": 1.0, "quarantined": 1.0, "products": 1.0},
    ]


def test_the_trend_shows_whose_findings_they_are(environment: Environment, instance: dg.DagsterInstance) -> None:
    edit(environment.root / MANIFEST, "target_minutes: 60", "target_minutes: 10")
    run_job(environment, instance)
    (record,) = instance.fetch_observations(KEY, limit=1).records
    assert record.asset_observation
    metadata = record.asset_observation.metadata
    assert "| finance | 1 | 0 |" in str(metadata["domains"].value)
    assert "[finance.revenue_daily](/assets/finance/revenue_daily)" in str(metadata["findings"].value)


def test_the_councils_asset_is_nobodys_to_build(environment: Environment) -> None:
    node = build(gather(environment.root), environment).resolve_asset_graph().get(KEY)
    assert not node.is_executable
    assert node.group_name == "council"


def test_a_check_counts_its_findings_by_level(environment: Environment, instance: dg.DagsterInstance) -> None:
    edit(environment.root / MANIFEST, "owner: finance-insights", "owner: somebody")
    (environment.root / "domains/policy.yaml").write_text(
        "links: {files: 'https://git.example.com/mesh/blob/main', policies: 'https://git.example.com/p.md'}\n"
    )
    definitions = build(gather(environment.root), environment)
    job = definitions.resolve_implicit_global_asset_job_def()
    keys = {k for k in job.asset_layer.asset_graph.asset_check_keys if k.name == "governance"}
    done = job.get_subset(asset_selection=set(), asset_check_selection=keys).execute_in_process(instance=instance)
    found = {e.asset_key.to_user_string(): e for e in done.get_asset_check_evaluations()}["finance/revenue_daily"]
    assert [found.metadata[n].value for n in ("errors", "warnings", "exempted")] == [0.0, 1.0, 0.0]
    shown = str(found.metadata["findings"].value)
    assert f"](https://git.example.com/mesh/blob/main/{MANIFEST}#L7)" in shown
    assert "[OWN001](https://git.example.com/p.md#own001)" in shown


def finding(message: str, level: Level = Level.ERROR, line: int = 1) -> Finding:
    return Finding("a b)/c.yaml", line, 1, "SLO001", level, message, "x | y", product="a.b")


def test_what_counts_stands_first() -> None:
    rows = table([finding("w", Level.WARNING), finding("e", line=9)]).split("\n")[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| error", "| warning"]


@pytest.mark.parametrize(
    "message",
    [
        "<img src=x onerror=y>",
        "[a](javascript:b)",
        "`<b>` and <i>",
        "a | b",
        "![x](y)",
        "one ` tick <b>",
        "# h",
        "**b**",
    ],
)
def test_a_file_cannot_write_markdown_into_the_table(message: str) -> None:
    row = table([finding(message)], ["a.b"], Links(files="https://g.example.com")).split("\n")[2]
    outside = "".join(part for n, part in enumerate(row.replace("\\`", "").split("`")) if n % 2 == 0)
    cells = outside.split(" | ")
    assert len(cells) == 6
    assert not any(f"{c}" in cells[4].replace(f"\\{c}", "") for c in "<>[]*#!|")


def test_a_table_of_thousands_says_how_many_are_left() -> None:
    shown = table([finding("m", line=n) for n in range(1, 1001)])
    assert shown.endswith("800 more: `mesh validate` lists them all.")
