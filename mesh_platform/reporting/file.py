"""The page as a file: whoever opens it sees the old one or the new one, never a half."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from mesh_platform import names
from mesh_platform.environment import Environment


def report_file(environment: Environment) -> Path:
    """Where the page lies unless somebody says otherwise."""
    return environment.home / names.REPORTS_FOLDER / names.SLO_REPORT


def write(text: str, path: Path) -> None:
    """Put the page in its place; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as half:
        try:
            half.write(text.encode("utf-8", "backslashreplace"))
            half.flush()
            Path(half.name).chmod(0o644)
            Path(half.name).replace(path)
        except BaseException:
            Path(half.name).unlink(missing_ok=True)
            raise
