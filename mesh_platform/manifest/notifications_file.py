"""The file of notifications as values; it may be absent, and then everything is told in a log."""

import re
from dataclasses import replace
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.entries import readable
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.folder import Entry, Root, below, exists
from mesh_platform.manifest.notifications import Maintenance, Mute, Notifications, NotificationsFile, Route
from mesh_platform.manifest.reading import finding
from mesh_platform.manifest.tree import Problem
from mesh_platform.manifest.typed import typed
from mesh_platform.manifest.yaml_file import read_yaml

_SECRET: Final = ("to", "url", "url_from", "key", "key_from")
_VALUE: Final = re.compile(r" is .*; it must be", re.DOTALL)


def read_notifications(root: Root, folder: Entry) -> tuple[Notifications, list[Finding]]:
    """Routes, windows and mutes; a broken one costs the others nothing."""
    entry = below(folder, names.NOTIFICATIONS_FILE)
    if not exists(entry):
        return Notifications(Document(entry.path)), []
    tree = read_yaml(root, entry)
    _, problems = typed(NotificationsFile, tree)
    read = Notifications(
        Document(entry.path, tree.places),
        readable(Route, tree, "routes"),
        readable(Maintenance, tree, "maintenance"),
        readable(Mute, tree, "mutes"),
    )
    return read, [finding(_discreet(p), entry.path) for p in problems]


def _discreet(problem: Problem) -> Problem:
    """A key that was written as a number is a key all the same, and is not repeated."""
    about_a_secret = problem.key.rpartition(".")[2] in _SECRET
    return replace(problem, message=_VALUE.sub(" must be", problem.message)) if about_a_secret else problem
