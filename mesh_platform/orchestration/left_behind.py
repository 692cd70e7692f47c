"""Checks that a run was to judge and did not: the UI says "Execution failed" of them, and not a word more."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

LOOK_BACK = timedelta(hours=1)
"""Whoever reports them looks every minute, so this is for a daemon that was away."""
MOST_RUNS = 100


def left_behind(instance: dg.DagsterInstance, keys: Iterable[dg.AssetCheckKey], now: datetime) -> set[dg.AssetCheckKey]:
    """Those of the checks whose last word is the plan of a run that failed, or was canceled, in the last hour.

    Costs one query for runs. Checks are asked for only if such a run planned any of them: the runs that the sensors
    request do not. What is reported since is not left behind any more, so nobody has to remember what was seen.
    """
    failed = [
        record.dagster_run
        for record in instance.get_run_records(
            dg.RunsFilter(
                statuses=[dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED], updated_after=now - LOOK_BACK
            ),
            limit=MOST_RUNS,
        )
    ]
    planned = [key for key in keys if any(_planned(run, key) for run in failed)]
    if not planned:
        return set()
    ids = {run.run_id for run in failed}
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(planned)
    return {
        key
        for key, record in latest.items()
        if record.status is AssetCheckExecutionRecordStatus.PLANNED and record.run_id in ids
    }


def _planned(run: dg.DagsterRun, key: dg.AssetCheckKey) -> bool:
    """Whether it may have; a run that names no selection is one of a whole job."""
    if run.asset_check_selection is not None:
        return key in run.asset_check_selection
    return not run.asset_selection or key.asset_key in run.asset_selection
