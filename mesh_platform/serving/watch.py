"""`python -m mesh_platform.serving.watch URL`: an edit in the mesh shows in the UI by itself, and its findings here."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import watchfiles

from mesh_platform import names
from mesh_platform.environment import Environment, read_environment
from mesh_platform.serving.commands import mesh_command
from mesh_platform.serving.edits import domains_of, is_edit, watched
from mesh_platform.serving.family import Command
from mesh_platform.serving.ui import NoAnswer, reload

DEBOUNCE_MILLISECONDS: Final = 400

Run = Callable[[Command], int]


def watch(environment: Environment, url: str, run: Run, say: Callable[[str], None]) -> None:
    """Follow the mesh's folders for ever."""
    root = environment.root
    folders = watched(root)
    if not folders:
        say(f"nothing to watch: `{root}` has no `{names.DOMAINS_FOLDER}` folder")
        return
    for changes in watchfiles.watch(*folders, debounce=DEBOUNCE_MILLISECONDS):
        edited = sorted({path for _, name in changes if is_edit(root, path := Path(name))})
        if edited:
            renew(environment, url, edited, run, say)


def renew(environment: Environment, url: str, edited: Iterable[Path], run: Run, say: Callable[[str], None]) -> None:
    """Say what the edit got wrong, prepare the domains it is about, load the location anew. Nothing of it is fatal."""
    paths = list(edited)
    shown = [str(p.relative_to(environment.root)) for p in paths]
    say(f"edited: {', '.join(shown[:3])}{f' and {len(shown) - 3} more' if len(shown) > 3 else ''}")
    run(mesh_command(environment, "validate", *(str(p) for p in paths if p.exists())))
    for domain in domains_of(environment.root, paths, _domains(environment)):
        run(mesh_command(environment, "prepare", domain))
    try:
        location = reload(url, names.LOCATION)
    except NoAnswer as problem:
        say(f"the UI could not be asked to load it: {problem}")
        return
    say("loaded anew" if location.loaded else f"not loaded: {location.problem}")


def _domains(environment: Environment) -> list[str]:
    return [file.parent.name for file in environment.domains.glob(f"*/{names.DOMAIN_FILE}")]


def main() -> int:
    """Watch the environment's mesh until interrupted."""
    # a shell without job control starts what runs behind it deaf to interrupts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        watch(read_environment(os.environ), sys.argv[1], _run, _say)
    return 0


def _run(command: Command) -> int:
    ended = subprocess.run(list(command.argv), env=dict(command.env), stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    return ended.returncode


def _say(text: str) -> None:
    print(f"  {datetime.now():%H:%M:%S}  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
