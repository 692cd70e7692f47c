"""What a person in front of `mesh up` wants to read: how runs ended, and trouble that no run shows."""

import re
from collections.abc import Iterator
from typing import Any, Final

from mesh_platform.serving.ui import ask

_TROUBLE = re.compile(r" - (ERROR|CRITICAL) - (?P<text>.*)")
_TOLD_BY_THE_RUN = re.compile(r" - [0-9a-f-]{36} - (.* - )?(STEP_FAILURE|RUN_FAILURE|Dependencies for step)\b")
"""What a run writes of its failure again and again; `Runs` tells it once, with the reason."""
_ENDED = """query($since:Float!){runsOrError(filter:{statuses:[SUCCESS,FAILURE,CANCELED],updatedAfter:$since},limit:25){
  ... on Runs{results{runId status jobName startTime endTime tags{key value}}}}}"""
_WHY = """query($id:ID!){logsForRun(runId:$id){... on EventConnection{events{__typename
  ... on ExecutionStepFailureEvent{stepKey error{message} failureMetadata{description}}
  ... on EngineEvent{error{message}}}}}}"""
_HOW: Final = {"SUCCESS": "succeeded", "FAILURE": "failed", "CANCELED": "was cancelled"}
_BY_HAND: Final = "by hand"
_STARTERS: Final = ("dagster/sensor_name", "dagster/schedule_name")


def trouble(line: str) -> str | None:
    """What a line of a program's log says that has to be known; None for the many that need not be."""
    found = _TROUBLE.search(line)
    return f"error: {found['text']}" if found and not _TOLD_BY_THE_RUN.search(line) else None


class Runs:
    """Tells of each run once, after it has ended; `since` in seconds since 1970."""

    def __init__(self, url: str, since: float) -> None:
        self.url, self.since = url, since
        self._told: set[str] = set()

    def ended(self) -> Iterator[str]:
        """The runs that have ended since the last call, the earliest first. Raises NoAnswer."""
        for run in reversed(ask(self.url, _ENDED, {"since": self.since})["runsOrError"].get("results", [])):
            if run["runId"] not in self._told:
                self._told.add(run["runId"])
                yield self._sentence(run)

    def _sentence(self, run: dict[str, Any]) -> str:
        tags = {t["key"]: t["value"] for t in run["tags"]}
        hidden = run["jobName"].startswith("__")
        by = next((tags[key] for key in _STARTERS if key in tags), _BY_HAND if hidden else run["jobName"])
        seconds = (run["endTime"] or 0) - (run["startTime"] or run["endTime"] or 0)
        said = f"run {run['runId'][:8]} ({by}) {_HOW[run['status']]} after {seconds:.0f} s"
        return f"{said}: {self._why(run['runId'])}" if run["status"] == "FAILURE" else said

    def _why(self, run_id: str) -> str:
        events = ask(self.url, _WHY, {"id": run_id})["logsForRun"].get("events", [])
        reasons = [reason for event in events if (reason := _reason(event))]
        return "; ".join(reasons[:3]) or f"{self.url}/runs/{run_id} says why"


def _reason(event: dict[str, Any]) -> str | None:
    told = (event.get("failureMetadata") or {}).get("description") or (event.get("error") or {}).get("message")
    if not told:
        return None
    step = f"{event['stepKey'].replace('_', ' ')}: " if event.get("stepKey") else ""
    return f"{step}{' '.join(told.split())[:300]}"
