"""Git, as tests of changes use it."""

import subprocess
from pathlib import Path
from typing import Final

_SETTINGS: Final = ("user.name=Tester", "user.email=tester@example.com", "commit.gpgsign=false", "gc.auto=0")


def git(root: Path, *arguments: str) -> str:
    """What git says, in the folder `root`, whatever this machine's own settings are."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    done = subprocess.run(["git", *settings, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(root: Path, message: str = "work", *options: str) -> str:
    """Everything as it is now, as a commit; its name. `options`: of `git add`."""
    git(root, "add", "-A", *options)
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")
