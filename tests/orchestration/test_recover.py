"""What a killed process leaves behind is ended by the next start, and its pool slot is free again."""

from pathlib import Path

import dagster as dg

from mesh_platform.orchestration.recover import recover

STARTED = dg.DagsterRunStatus.STARTED


@dg.job
def nothing() -> None:
    """Only its run record matters here."""


def test_a_run_left_behind_is_failed_and_its_slot_is_freed(tmp_path: Path) -> None:
    settings = {"concurrency": {"pools": {"default_limit": 1, "granularity": "op"}}}
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=settings) as instance:
        storage = instance.event_log_storage
        storage.initialize_concurrency_limit_to_default("warehouse")
        dead = instance.create_run_for_job(nothing, status=STARTED)
        claim = storage.claim_concurrency_slot("warehouse", dead.run_id, "step")
        assert claim.is_claimed
        other = instance.create_run_for_job(nothing)
        assert not storage.claim_concurrency_slot("warehouse", other.run_id, "step").is_claimed

        assert set(recover(instance)) == {dead.run_id, other.run_id}

        ended = instance.get_run_by_id(dead.run_id)
        assert ended
        assert ended.status is dg.DagsterRunStatus.FAILURE
        later = instance.create_run_for_job(nothing)
        assert storage.claim_concurrency_slot("warehouse", later.run_id, "step").is_claimed


def test_an_instance_without_leftovers_is_left_alone() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        nothing.execute_in_process(instance=instance)
        assert recover(instance) == []
