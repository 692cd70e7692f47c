"""The mesh as it was at a git revision."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesh_platform import names
from mesh_platform.environment import EnvironmentProblem
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh


def mesh_at(root: Path, revision: str) -> Mesh:
    """The manifests and schemas of that revision; raises EnvironmentProblem where there is none."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise EnvironmentProblem(f"`{revision}` is no git revision of the mesh at `{root}`")
    archive = _git(root, "archive", "--format=tar", commit.decode().strip(), names.DOMAINS_FOLDER)
    with _unpacked(archive or b"") as folder:
        return gather(folder)


@contextmanager
def _unpacked(archive: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mesh-") as folder:
        if archive:
            with tarfile.open(fileobj=io.BytesIO(archive)) as files:
                files.extractall(folder, filter="data")
        yield Path(folder)


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git answers; None when it refuses."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError as problem:
        raise EnvironmentProblem("git is not installed, and a revision is read with it") from problem
    return done.stdout if done.returncode == 0 else None
