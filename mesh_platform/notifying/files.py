"""The two files in MESH_HOME: what no route is configured for, and what was given up."""

import json
from collections.abc import Iterable
from pathlib import Path

from mesh_platform import names
from mesh_platform.notifying.delivery import Delivery
from mesh_platform.notifying.notice import Notice
from mesh_platform.notifying.post import Answer
from mesh_platform.notifying.sentence import line

_TAKEN = Answer(200)


def log(home: Path, notice: Notice) -> Answer:
    """A line in the log of notifications."""
    try:
        _append(home / names.NOTIFICATIONS_LOG, [line(notice)])
    except OSError as problem:
        return Answer(
            None, problem=f"`{names.NOTIFICATIONS_LOG}` cannot be written: {(problem.strerror or '').lower()}"
        )
    return _TAKEN


def bury(home: Path, dead: Iterable[Delivery]) -> str:
    """A line of JSON for everything that was given up; why it could not be written, where it could not."""
    try:
        _append(home / names.DEAD_LETTERS, [json.dumps(_letter(d)) for d in dead])
    except OSError as problem:
        return f"`{names.DEAD_LETTERS}` cannot be written: {(problem.strerror or '').lower()}"
    return ""


def _letter(d: Delivery) -> dict[str, object]:
    told = {"id": d.id, "route": d.route, "attempts": d.attempts, "error": d.last_error}
    return {**told, "notice": d.notice.as_json()}


def _append(path: Path, lines: list[str]) -> None:
    if lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write("".join(f"{line}\n" for line in lines))
