"""The files of the mesh as a commit in git has them, and which of them are otherwise now."""

import os
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from mesh_platform import names
from mesh_platform.environment import LONGEST_SHOWN, EnvironmentProblem
from mesh_platform.manifest.folder import MAX_BYTES
from mesh_platform.manifest.message import listed
from mesh_platform.manifest.plain_text import one_line, printable

_FOLDERS: Final = (names.DOMAINS_FOLDER, names.DBT_FOLDER)
_SECONDS: Final = 60
_MOST_BYTES: Final = 512 << 20
_OF_A_HOOK: Final = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
_LINK: Final = "120000"
_FILE: Final = "100"
_SUBMODULE: Final = "160000"
_FEW: Final = 3


class Blob(NamedTuple):
    """A file of a commit, or a link, as `git ls-tree` tells it."""

    mode: str
    name: str
    size: int
    path: str


def base_of(root: Path, revision: str) -> str:
    """The commit where the branch at hand left `revision`; raises EnvironmentProblem, in one sentence.

    What was committed to `revision` after that is no change of this branch.
    """
    _git(root, ["rev-parse", "--git-dir"], f"`{printable(str(root))}` is in no git repository")
    commit = _git(
        root,
        ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"],
        f"git knows no commit `{one_line(revision)[:LONGEST_SHOWN]}`; fetch it, with its history (`fetch-depth: 0`)",
    ).strip()
    try:
        found = _git(root, ["merge-base", commit, "HEAD"], "").split()
    except EnvironmentProblem:  # histories that share nothing, or were cut off before they do
        found = []
    if (
        not found
        and _git(root, ["rev-parse", "--is-shallow-repository"], "git cannot tell its history").strip() == "true"
    ):
        raise EnvironmentProblem(
            f"the history fetched does not reach back to where this branch left `{one_line(revision)[:LONGEST_SHOWN]}`;"
            " fetch all of it (`fetch-depth: 0`)"
        )
    return found[0] if found else commit


def changed_since(root: Path, commit: str) -> frozenset[str]:
    """The paths of the mesh, as findings spell them, that are otherwise now; new files that git does not know too."""
    options = ["--name-only", "--relative", "--no-renames", "--no-ext-diff", "-z", commit]
    edited = _git(root, ["diff", *options, "--", *_FOLDERS], "git cannot compare the files")
    new = _git(root, ["ls-files", "--others", "--exclude-standard", "-z", "--", *_FOLDERS], "git cannot list the files")
    return frozenset(_shown(path) for path in f"{edited}{new}".split("\0") if path)


def unlike(root: Path, commit: str) -> frozenset[str]:
    """The paths, as git spells them, that are otherwise now, and all that git does not know, ignored or not."""
    options = ["--name-only", "--relative", "--no-renames", "--no-ext-diff", "-z", commit]
    edited = _git(root, ["diff", *options, "--", *_FOLDERS], "git cannot compare the files")
    new = _git(root, ["ls-files", "--others", "-z", "--", *_FOLDERS], "git cannot list the files")
    return frozenset(path for path in f"{edited}{new}".split("\0") if path)


def blobs_at(root: Path, commit: str) -> list[Blob]:
    """The files of the mesh in the commit."""
    listed = _git(root, ["ls-tree", "-r", "-l", "-z", commit, "--", *_FOLDERS], "git cannot list the commit")
    return [blob for line in listed.split("\0") if line and (blob := _blob(line))]


@contextmanager
def files_at(root: Path, commit: str, without: Collection[str] = ()) -> Iterator[Path]:
    """A folder, for a while, that holds the files of the mesh as the commit has them, but for those of some domains."""
    with tempfile.TemporaryDirectory(prefix="mesh-commit-") as made:
        folder = Path(made).resolve()
        tree = _git(root, ["ls-tree", "-r", "-l", "-z", commit, "--", *_FOLDERS], "git cannot list the commit")
        rows = [line for line in tree.split("\0") if line]
        _refuse_submodules(rows, commit)
        left_out = [[name] for name in without]
        blobs = [blob for line in rows if (blob := _blob(line)) and blob.path.split("/", 2)[1:2] not in left_out]
        if (total := sum(b.size for b in blobs if b.size <= MAX_BYTES)) > _MOST_BYTES:
            raise EnvironmentProblem(
                f"the mesh at `{commit[:12]}` has `{total}` bytes; at most `{_MOST_BYTES}` are read"
            )
        # links last, so that none of them can stand where a file is to be written below
        _write(root, folder, [b for b in blobs if b.mode.startswith(_FILE)])
        _write(root, folder, [b for b in blobs if b.mode == _LINK])
        yield folder


def _refuse_submodules(rows: Iterable[str], commit: str) -> None:
    """Raises EnvironmentProblem where a part of the mesh is not in the commit, but in another repository's."""
    inside = [_shown(path) for about, _, path in (row.partition("\t") for row in rows) if about.startswith(_SUBMODULE)]
    if inside:
        raise EnvironmentProblem(
            f"{listed(inside[:_FEW])}: a git submodule, whose files the commit `{commit[:12]}` does not have, so that"
            " nothing tells what changed in it; judge the whole mesh instead, without `--changed-since`"
        )


def _blob(line: str) -> Blob | None:
    """A row of `git ls-tree -l`; None for what is no file, or would lie elsewhere."""
    about, _, path = line.partition("\t")
    mode, kind, name, size = about.split()
    climbs = path.startswith("/") or ".." in path.split("/")
    return Blob(mode, name, int(size), path) if kind == "blob" and not climbs else None


def _write(root: Path, folder: Path, blobs: Sequence[Blob]) -> None:
    """The files with their content; one that is too large to be read is only as large as it was."""
    small = [b for b in blobs if b.size <= MAX_BYTES]
    for parent in {blob.path.rpartition("/")[0] for blob in blobs}:
        (folder / parent).mkdir(parents=True, exist_ok=True)
    for blob, content in zip(small, _contents(root, small), strict=True):
        path = f"{folder}/{blob.path}"
        if os.path.lexists(path):
            continue
        if blob.mode == _LINK:
            os.symlink(os.fsdecode(content), path)
        else:
            with open(path, "wb") as file:
                file.write(content)
    for blob in blobs:
        if blob.size > MAX_BYTES and blob.mode != _LINK:
            with (folder / blob.path).open("wb") as file:
                file.truncate(blob.size)


def _contents(root: Path, blobs: Sequence[Blob]) -> Iterator[bytes]:
    if not blobs:
        return
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{blob.name}\n" for blob in blobs).encode())
        asked.seek(0)
        command = _command(["cat-file", "--batch"])
        settings: Any = {"cwd": root, "env": _variables(), "stdin": asked, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, **settings) as git:  # noqa: S603  no shell
            assert git.stdout is not None  # noqa: S101  a pipe was asked for
            for _ in blobs:
                yield _content(git.stdout)


def _content(answers: IO[bytes]) -> bytes:
    """The next answer of `git cat-file --batch`: a line that ends with the size, the bytes, a line end."""
    size = answers.readline().split()[-1]
    if not size.isdigit():
        raise EnvironmentProblem("git has lost a file of the commit; `git fsck` says more")
    return answers.read(int(size) + 1)[:-1]


def _git(root: Path, arguments: Iterable[str], problem: str) -> str:
    """What git prints; raises EnvironmentProblem with the sentence, and git's own reason where it gives one."""
    try:
        done = subprocess.run(  # noqa: S603  no shell, and a revision can be no option
            _command(arguments), cwd=root, env=_variables(), capture_output=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError as missing:
        raise EnvironmentProblem("git is not installed; it is asked what changed") from missing
    except (OSError, ValueError, subprocess.TimeoutExpired) as failure:
        raise EnvironmentProblem(f"{problem}: {one_line(str(failure))[:LONGEST_SHOWN]}") from failure
    if done.returncode != 0:
        said = one_line(os.fsdecode(done.stderr).partition("\n")[0])[:LONGEST_SHOWN]
        raise EnvironmentProblem(f"{problem}: {said}" if said else problem)
    return os.fsdecode(done.stdout)


def _command(arguments: Iterable[str]) -> list[str]:
    return ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments]


def _variables() -> dict[str, str]:
    """Without what a git hook is told of the commit at hand: the mesh may lie in a folder, or in another repository."""
    return {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}


def _shown(path: str) -> str:
    return "/".join(printable(part) for part in path.split("/"))
