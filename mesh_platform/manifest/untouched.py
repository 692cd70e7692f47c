"""Which domains a commit has exactly as they stand now, so that nobody needs to read them twice."""

import os
import stat
from pathlib import Path
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.commit import Blob, blobs_at, unlike
from mesh_platform.manifest.folder import LEGAL_NAME
from mesh_platform.manifest.mesh import Mesh

_PLATFORM: Final = f"{names.DBT_FOLDER}/{names.PLATFORM_PACKAGE}"
_REGULAR: Final = frozenset({"100644", "100755"})


def untouched(root: Path, commit: str, mesh: Mesh) -> frozenset[str]:
    """The domains of the mesh whose files, dbt project included, are byte for byte those of the commit.

    One that holds a link, or anything that git does not know, or in which reading found something, is left out; so is
    every domain where the macros that all projects share are not the same.
    """
    blobs = blobs_at(root, commit)
    other = {_part(path) for path in unlike(root, commit)} | {_part(b.path) for b in blobs if not _is_same(root, b)}
    if names.PLATFORM_PACKAGE in other:
        return frozenset()
    theirs = {_part(b.path) for b in blobs if b.path.startswith(f"{names.DOMAINS_FOLDER}/")}
    return frozenset(name for name in theirs - other if _is_sound(mesh, name))


def _part(path: str) -> str:
    """The domain a path belongs to; the name of the file, for one that is the council's."""
    return path.split("/")[1] if "/" in path else path


def _is_same(root: Path, blob: Blob) -> bool:
    """Whether a file that git takes for unchanged has as many bytes as in the commit: filters of git may alter it."""
    try:
        about = os.lstat(f"{root}/{blob.path}")
    except OSError:
        return False
    if blob.path == _PLATFORM and stat.S_ISLNK(about.st_mode):
        return True  # the same link, or git would have told
    return blob.mode in _REGULAR and stat.S_ISREG(about.st_mode) and about.st_size == blob.size


def _is_sound(mesh: Mesh, name: str) -> bool:
    told = (f for f in mesh.findings if f.path == f"{names.DOMAINS_FOLDER}/{name}" or _is_below(f.path, name))
    lost = any(q.domain == name for q in mesh.quarantined.values())
    return name in mesh.domains and bool(LEGAL_NAME.fullmatch(name)) and not lost and not any(told)


def _is_below(path: str, name: str) -> bool:
    return path.startswith(f"{names.DOMAINS_FOLDER}/{name}/")
