"""The council's two files as values; each may be absent, and then the defaults hold."""

from mesh_platform import names
from mesh_platform.manifest.council import Exemption, ExemptionsFile, PolicyFile
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.entries import readable
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.folder import Entry, Root, below, exists
from mesh_platform.manifest.reading import finding
from mesh_platform.manifest.sound_part import sound_part
from mesh_platform.manifest.typed import typed
from mesh_platform.manifest.yaml_file import read_yaml

Exemptions = tuple[tuple[Exemption, Document, int], ...]


def read_policy(root: Root, folder: Entry) -> tuple[PolicyFile, Document, list[Finding]]:
    """The bounds and levels in force: what the file says rightly, and the defaults for the rest."""
    entry = below(folder, names.POLICY_FILE)
    if not exists(entry):
        return PolicyFile(), Document(entry.path), []
    value, sound, problems = sound_part(PolicyFile, read_yaml(root, entry))
    return value or PolicyFile(), Document(entry.path, sound.places), [finding(p, entry.path) for p in problems]


def read_exemptions(root: Root, folder: Entry) -> tuple[Exemptions, list[Finding]]:
    """The exemptions granted, each with its file and index; a broken one costs the others nothing."""
    entry = below(folder, names.EXEMPTIONS_FILE)
    if not exists(entry):
        return (), []
    tree = read_yaml(root, entry)
    value, problems = typed(ExemptionsFile, tree)
    listed = dict(enumerate(value.exemptions)) if value else readable(Exemption, tree, "exemptions")
    document = Document(entry.path, tree.places)
    return tuple((e, document, i) for i, e in listed.items()), [finding(p, entry.path) for p in problems]
