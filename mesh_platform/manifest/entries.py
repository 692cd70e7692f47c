"""The entries of a file's lists, one by one: a broken one costs the others nothing."""

from typing import TypeVar

from mesh_platform.manifest.tree import Tree
from mesh_platform.manifest.typed import typed
from mesh_platform.manifest.value import Value

V = TypeVar("V", bound=Value)


def readable(model: type[V], tree: Tree, key: str) -> dict[int, V]:
    """Index → entry, of those in the list at this key that can be read."""
    items = tree.value.get(key) if isinstance(tree.value, dict) else None
    broken = {p.key.split(".")[1] for p in tree.problems if p.key.startswith(f"{key}.")}
    read: dict[int, V] = {}
    for index, item in enumerate(items if isinstance(items, list) else []):
        value, problems = typed(model, Tree(value=item))
        if value and not problems and str(index) not in broken:
            read[index] = value
    return read
