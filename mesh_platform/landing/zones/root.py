"""The landing root that an environment names, or that a file was found in."""

from pathlib import Path
from typing import Final

from mesh_platform.environment import Environment
from mesh_platform.landing.zones.folder import FolderRoot
from mesh_platform.landing.zones.zone import FileGeneration, LandingRoot

_BUCKET: Final = "gs://"


def landing_root(environment: Environment) -> LandingRoot:
    """Where all landing zones of this environment are."""
    return _root(environment.landing)


def bring(file: FileGeneration, target: Path) -> Path:
    """Where this generation can be read; see LandingRoot."""
    return _root(file.location).bring(file, target)


def _root(place: str) -> LandingRoot:
    if not place.startswith(_BUCKET):
        return FolderRoot(Path(place))
    from mesh_platform.landing.zones.bucket import BucketRoot

    bucket, _, prefix = place.removeprefix(_BUCKET).partition("/")
    return BucketRoot(bucket, prefix)
