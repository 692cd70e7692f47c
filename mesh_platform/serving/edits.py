"""Which domains an edit is about, and which edits are none."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mesh_platform import names
from mesh_platform.transformation.project import MADE_BY_DBT, PLATFORM

_MADE_BY_TOOLS: Final = MADE_BY_DBT | {"node_modules"}
_ENDINGS: Final = (".yaml", ".yml", ".avsc", ".sql", ".csv", ".md", ".py")


def watched(root: Path) -> list[Path]:
    """The folders whose files make the mesh."""
    return [folder for folder in (root / names.DOMAINS_FOLDER, root / names.DBT_FOLDER) if folder.is_dir()]


def is_edit(root: Path, path: Path) -> bool:
    """Whether a person's file changed, and not what an editor or dbt leaves beside it."""
    parts = path.relative_to(root).parts
    if any(p.startswith((".", "#")) or p in _MADE_BY_TOOLS for p in parts):
        return False
    return path.suffix in _ENDINGS or path.is_dir()


def domains_of(root: Path, paths: Iterable[Path], domains: Iterable[str]) -> list[str]:
    """The domains whose dbt artifacts may be stale now; a council's file is about none, the macro package about all."""
    touched = {p.relative_to(root).parts[:2] for p in paths}
    if (names.DBT_FOLDER, PLATFORM) in touched:
        return sorted(domains)
    named = {parts[1] for parts in touched if len(parts) == 2}
    return sorted(named & set(domains))
