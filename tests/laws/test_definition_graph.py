"""Law 6: the definition graph is a golden snapshot, so a review sees what a change does to the mesh.

After a change on purpose: `pytest tests/laws/test_definition_graph.py --snapshot-update -n 0`.
"""

from collections.abc import Iterator

import dagster as dg
from syrupy.assertion import SnapshotAssertion

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.build import build


def graph(definitions: dg.Definitions) -> Iterator[str]:
    """Every asset with its inputs, automation and checks; then jobs, sensors and schedules."""
    assets = definitions.resolve_asset_graph()
    for key in sorted(assets.get_all_asset_keys()):
        node = assets.get(key)
        kind = "step" if node.is_executable else "spec"
        parents = ", ".join(k.to_user_string() for k in sorted(node.parent_keys))
        yield f"{kind} {key.to_user_string()} <- {parents or '-'}"
        if node.automation_condition:
            yield f"    automation {node.automation_condition.get_label() or node.automation_condition.name}"
        yield from (f"    check {check.name}" for check in sorted(node.check_keys))
    repository = definitions.get_repository_def()
    yield from (f"job {job.name}" for job in sorted(repository.get_all_jobs(), key=lambda j: j.name))
    yield from (f"sensor {s.name}" for s in sorted(repository.sensor_defs, key=lambda s: s.name))
    yield from (f"schedule {s.name} {s.cron_schedule}" for s in sorted(repository.schedule_defs, key=lambda s: s.name))


def test_the_graph_of_the_shipped_mesh_is_as_reviewed(
    shipped_mesh: Mesh, prepared_environment: Environment, snapshot: SnapshotAssertion
) -> None:
    assert "\n".join(graph(build(shipped_mesh, prepared_environment))) == snapshot


def test_an_unprepared_mesh_still_shows_every_product(
    shipped_mesh: Mesh, environment: Environment, snapshot: SnapshotAssertion
) -> None:
    assert "\n".join(graph(build(shipped_mesh, environment))) == snapshot
