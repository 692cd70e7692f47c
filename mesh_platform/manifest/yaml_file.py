"""One YAML file of the mesh as a tree."""

from mesh_platform.manifest.folder import Entry, Root, read_text
from mesh_platform.manifest.tree import Tree
from mesh_platform.manifest.yaml_tree import read_tree


def read_yaml(root: Root, entry: Entry) -> Tree:
    """The file's tree; one with nothing but a problem in it when the file cannot be read."""
    text = read_text(root, entry)
    return read_tree(text) if isinstance(text, str) else Tree(problems=[text])
