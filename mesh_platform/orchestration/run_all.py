"""`python -m mesh_platform.orchestration.run_all`: the whole mesh once, progress as JSON lines on stdout.

Events: `{"event": "start", "steps": n, "run_id": …}`, then `{"event": "step", "name", "status", "message", "seconds"}`
with status `started | succeeded | failed | skipped`, then `{"event": "end", "status": "success | failure", "run_id"}`.
Logs go to stderr. The exit code is 0 when every step succeeded, else 1.
"""

import json
import logging
import os
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import dagster as dg
from dagster import DagsterEventType, EventLogEntry

from mesh_platform.environment import read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.build import build

Emit = Callable[[dict[str, Any]], None]

_STATUS = {
    DagsterEventType.STEP_START: "started",
    DagsterEventType.STEP_SUCCESS: "succeeded",
    DagsterEventType.STEP_FAILURE: "failed",
    DagsterEventType.STEP_SKIPPED: "skipped",
}


def run_all(definitions: dg.Definitions, instance: dg.DagsterInstance, emit: Emit) -> bool:
    """Every asset and every check of the mesh in one run, in this process; whether every step succeeded.

    A mesh that has nothing to land, to build or to judge has no step, and no run.
    """
    if not definitions.has_implicit_global_asset_job_def():
        emit({"event": "start", "steps": 0, "run_id": None})
        emit({"event": "end", "status": "success", "run_id": None})
        return True
    job = definitions.resolve_implicit_global_asset_job_def()
    run_id = str(uuid.uuid4())
    emit({"event": "start", "steps": len(job.nodes), "run_id": run_id})
    instance.add_event_listener(run_id, _listener(emit))
    result = job.execute_in_process(instance=instance, run_id=run_id, raise_on_error=False)
    emit({"event": "end", "status": "success" if result.success else "failure", "run_id": run_id})
    return bool(result.success)


def _listener(emit: Emit) -> Callable[[EventLogEntry], None]:
    started: dict[str, float] = {}

    def listen(entry: EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None or event.event_type not in _STATUS or event.step_key is None:
            return
        status, now = _STATUS[event.event_type], time.monotonic()
        started.setdefault(event.step_key, now)
        emit(
            {
                "event": "step",
                "name": event.step_key.replace("_", " "),
                "status": status,
                "message": _why(event) if status == "failed" else "",
                "seconds": round(now - started[event.step_key], 2),
            }
        )

    return listen


def _why(event: dg.DagsterEvent) -> str:
    """The step's own sentence: what a Failure says, else the error's message."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    return data.error.message.strip() if data.error else ""


def main() -> int:
    """Run the environment's mesh on its own Dagster instance."""
    logging.basicConfig(stream=sys.stderr)
    environment = read_environment(os.environ)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever else prints, prints to the log

    def emit(event: dict[str, Any]) -> None:
        out.write(json.dumps(event) + "\n")

    with dg.DagsterInstance.get() as instance:
        return 0 if run_all(build(gather(environment.root), environment), instance, emit) else 1


if __name__ == "__main__":
    sys.exit(main())
