"""What to avoid and what to write instead, for every code: taken from its fixtures, and shipped with the package."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from mesh_platform.environment import PROJECT_ROOT
from mesh_platform.manifest.plain_text import control_character
from mesh_platform.transformation.drift_rule import RULES, STALE

FIXTURES: Final = PROJECT_ROOT / "tests" / "policies"
SHIPPED: Final = "examples.json"
_MARK: Final = re.compile(r"\s*# <- [A-Z]{3}[0-9]{3}$")
_MOST_LINES: Final = 14
_LONGEST: Final = 120
_NOTES: Final = frozenset({"MARKED", "REMOVED"})


@dataclass(frozen=True)
class Example:
    """A file, shortened, as it breaks the rule and as it keeps it; without `prefer` there should be no such file."""

    path: str
    avoid: str
    prefer: str = ""
    prefer_path: str = ""
    """Where the better file has another place."""

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """(`avoid` or `prefer`, path, text) of what there is."""
        both = [("avoid", self.path, self.avoid), ("prefer", self.prefer_path or self.path, self.prefer)]
        return [part for part in both if part[2]]


_WRITTEN: Final = {
    STALE.code: Example(
        "start.sh",
        "git pull\ndagster dev --workspace workspace.yaml",
        "git pull\nmesh prepare\ndagster dev --workspace workspace.yaml",
    )
}
"""Of what no file of the mesh shows."""


@cache
def examples() -> Mapping[str, Example]:
    """Code → example, as shipped."""
    shipped = json.loads((files("mesh_platform.policies") / SHIPPED).read_text(encoding="utf-8"))
    return {code: Example(**example) for code, example in shipped.items()}


def as_shipped(codes: Iterable[str], fixtures: Path = FIXTURES) -> str:
    """The text of the shipped file, from the fixtures of these codes."""
    found = {code: example for code in sorted(codes) if (example := example_of(code, fixtures))}
    return json.dumps({code: asdict(e) for code, e in found.items()}, indent=1, ensure_ascii=False) + "\n"


def example_of(code: str, fixtures: Path) -> Example | None:
    """The first file of the code's fixtures that shows the difference, or that only the good mesh has."""
    if code in _WRITTEN:
        return _WRITTEN[code]
    folder, base = fixtures / code, _texts(fixtures / "base")
    if code in RULES:
        base = {**base, **_texts(fixtures / "described")}
    bad, good = _laid_over(base, folder / "bad"), _laid_over(base, folder / "good")
    marked = _marked(folder / "bad", bad)
    for path in sorted(bad, key=lambda p: (p not in marked, p)):
        other = path if path in good else _counterpart(path, base, good)
        avoid, prefer = bad[path], good.get(other, "")
        if avoid != prefer and (prefer or path not in base) and _can_be_shown(avoid + prefer):
            shown = _shortened(avoid.splitlines(), prefer.splitlines())
            return Example(path, *shown, other if other != path else "")
    return next((_of_absence(path, base[path]) for path in sorted(base) if path in good and path not in bad), None)


def _of_absence(path: str, text: str) -> Example:
    """A file that there has to be."""
    comment = "--" if path.endswith(".sql") else "#"
    return Example(path, f"{comment} there is no such file", _joined([text.splitlines()]))


def _counterpart(path: str, base: Mapping[str, str], good: Mapping[str, str]) -> str:
    """The file of that name that only the good mesh has; itself where there is none."""
    name = path.rpartition("/")[2]
    return next((p for p in good if p not in base and p.rpartition("/")[2] == name), path)


def _laid_over(base: Mapping[str, str], fixture: Path) -> dict[str, str]:
    removed = (fixture / "REMOVED").read_text().split() if (fixture / "REMOVED").exists() else []
    return {path: text for path, text in {**base, **_texts(fixture)}.items() if path not in removed}


def _texts(folder: Path) -> dict[str, str]:
    """Path → text of every file that is text, without its marks."""
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if file.is_file() and path not in _NOTES:
            text = file.read_bytes().decode("utf-8", "backslashreplace")
            found[path] = "\n".join(_MARK.sub("", line) for line in text.split("\n"))
    return found


def _marked(fixture: Path, texts: Mapping[str, str]) -> set[str]:
    listed = (fixture / "MARKED").read_text().split() if (fixture / "MARKED").exists() else []
    own = {p for p in texts if (fixture / p).is_file() and "# <- " in (fixture / p).read_text(errors="replace")}
    return own | {mark.rpartition(":")[0] for mark in listed}


def _can_be_shown(text: str) -> bool:
    return not control_character(text) and max(map(len, text.splitlines())) <= _LONGEST


def _shortened(avoid: Sequence[str], prefer: Sequence[str]) -> tuple[str, str]:
    """What differs, each time with the line before and the line after it."""
    if not prefer:
        return _joined([avoid]), ""
    groups = list(SequenceMatcher(None, avoid, prefer, autojunk=False).get_grouped_opcodes(1))
    return (
        _joined([avoid[group[0][1] : group[-1][2]] for group in groups]),
        _joined([prefer[group[0][3] : group[-1][4]] for group in groups]),
    )


def _joined(parts: Sequence[Sequence[str]]) -> str:
    lines = [line for number, part in enumerate(parts) for line in (["…"] if number else []) + list(part)]
    return "\n".join([*lines[:_MOST_LINES], *(["…"] if len(lines) > _MOST_LINES else [])]).rstrip("\n")
