"""The file of notifications as values; it may be absent, and then everything is told in a log."""

from mesh_platform import names
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.entries import readable
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.folder import Entry, Root, below, exists
from mesh_platform.manifest.notifications import Maintenance, Mute, Notifications, NotificationsFile, Route
from mesh_platform.manifest.reading import finding
from mesh_platform.manifest.typed import typed
from mesh_platform.manifest.yaml_file import read_yaml


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
    return read, [finding(p, entry.path) for p in problems]
