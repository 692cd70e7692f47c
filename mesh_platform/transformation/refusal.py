"""Why a project cannot be used, as one sentence with the file and line it is about."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mesh_platform.transformation.project import PROJECT_FILE

_LONGEST: Final = 1000
_FILE: Final = re.compile(r"\b((?:[\w.-]+/)*[\w.-]+\.(?:sql|yml|yaml|py|csv|md))\b")
_LINE: Final = re.compile(r"\bline (\d+)")


@dataclass(frozen=True)
class Refusal:
    """The sentence, and the place relative to the project; no path where nobody can tell."""

    message: str
    path: str | None = None
    line: int = 1


def refusal(output: str, folder: Path) -> Refusal:
    """What dbt, told to log errors as JSON, had against the project in this folder."""
    text = "\n".join(_errors(output)).replace(f"{folder}/", "")
    line = _LINE.search(text)
    text = text.partition("Traceback (most recent call last)")[0] or text  # dbt's own sentence comes before
    message = " ".join(text.split())[:_LONGEST] or "dbt ended without a word"
    return Refusal(message, _file(text, folder), int(line[1]) if line else 1)


def _errors(output: str) -> Iterator[str]:
    """The errors among the lines; what is no JSON is dbt's last cry, a traceback, and its last line says most."""
    cry = ""
    for line in filter(None, map(str.strip, output.splitlines())):
        try:
            yield str(json.loads(line)["info"]["msg"]).removeprefix("Encountered an error:\n")
        except (ValueError, KeyError, TypeError):
            cry = line
    if cry:
        yield cry


def _file(text: str, folder: Path) -> str | None:
    """The first file of the project the text names; dbt sometimes leaves the first folder out."""
    for named in _FILE.findall(text):
        if (folder / named).is_file():
            return str(named)
        if found := next(folder.rglob(named), None):
            return found.relative_to(folder).as_posix()
    return PROJECT_FILE if text.startswith("Runtime Error\n  Syntax error") else None
