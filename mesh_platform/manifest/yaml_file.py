"""One YAML file of the mesh as a tree."""

from functools import lru_cache

from mesh_platform.manifest.folder import Entry, Root, read_text
from mesh_platform.manifest.tree import Tree
from mesh_platform.manifest.yaml_tree import read_tree


def read_yaml(root: Root, entry: Entry) -> Tree:
    """The file's tree; one with nothing but a problem in it when the file cannot be read."""
    text = read_text(root, entry)
    return _tree(text) if isinstance(text, str) else Tree(problems=[text])


@lru_cache(maxsize=4096)
def _tree(text: str) -> Tree:
    """Whoever judges the mesh again, or as it was at a commit, reads the same texts but for a few."""
    return read_tree(text)
