"""`python -m mesh_platform.orchestration.recover`: end what dead processes left behind, before anything new starts.

A run whose process was killed stays STARTED for ever and keeps its pool slot, so the next run waits for ever on
"blocked by limit". To be called only where no other process works on the instance: `mesh up` and `mesh demo` hold
the lock that says so.
"""

import json
import sys

import dagster as dg

LEFT_BEHIND = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def recover(instance: dg.DagsterInstance) -> list[str]:
    """Fail the runs left behind and free their pool slots; returns their ids."""
    runs = instance.get_runs(dg.RunsFilter(statuses=LEFT_BEHIND))
    for run in runs:
        instance.report_run_failed(run, "the process that ran it died; failed by the next start")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in runs]


def main() -> int:
    """Recover the environment's instance; prints `{"failed": [run ids]}`."""
    with dg.DagsterInstance.get() as instance:
        print(json.dumps({"failed": recover(instance)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
