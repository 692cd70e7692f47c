"""The few lines of many that a person in front of `mesh up` wants to read."""

import re

_OF_RUN = r" - (?P<run>[0-9a-f]{8})[0-9a-f-]{28} - "
_RUN = re.compile(_OF_RUN + r".*?(?P<event>RUN_SUCCESS|RUN_FAILURE|RUN_CANCELED) - ")
_STEP = re.compile(_OF_RUN + r".*?(?P<step>\S+) - STEP_FAILURE - (?P<text>.*)")
_TROUBLE = re.compile(r" - (ERROR|CRITICAL) - (?P<text>.*)")


def news(line: str) -> str | None:
    """What a line of a program's log means to a person; None for the many that mean nothing."""
    if step := _STEP.search(line):
        return f"step {step['step']} of run {step['run']} failed: {step['text']}"
    if run := _RUN.search(line):
        how = {"RUN_SUCCESS": "succeeded", "RUN_FAILURE": "failed", "RUN_CANCELED": "was cancelled"}[run["event"]]
        return f"run {run['run']} {how}"
    if trouble := _TROUBLE.search(line):
        return f"error: {trouble['text']}"
    return None
