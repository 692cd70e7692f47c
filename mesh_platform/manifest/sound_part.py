"""What of a file holds although some of it is wrong: the rest, each key in the place where it stands."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from mesh_platform.manifest.document import Place
from mesh_platform.manifest.tree import Problem, Tree
from mesh_platform.manifest.typed import typed
from mesh_platform.manifest.value import Value

V = TypeVar("V", bound=Value)
_ROUNDS: Final = 3
"""A key that is taken away may leave its section wrong, and the section what is around it."""


def sound_part(model: type[V], tree: Tree) -> tuple[V | None, Tree, list[Problem]]:
    """The value of all that is right, the tree it is the value of, and every mistake; None where nothing is left."""
    value, told = typed(model, tree)
    rest, problems = tree, told
    for _ in range(_ROUNDS):
        if value is not None or not isinstance(rest.value, Mapping):
            break
        rest = _without(rest, {p.key for p in problems})
        value, problems = typed(model, rest)
    return value, rest, told


def _without(tree: Tree, keys: Iterable[str]) -> Tree:
    """The tree less what stands under these keys; the items of a list that are left move up, with their places."""
    places: dict[str, Place] = {}
    value = _kept(tree.value, "", "", frozenset(keys), tree.places, places)
    return Tree(value, places)


def _kept(
    value: Any, old: str, new: str, wrong: frozenset[str], was: Mapping[str, Place], places: dict[str, Place]
) -> Any:
    """A copy of what is right below a key, whose places are noted under the key it has now."""
    if old in was:
        places[new] = was[old]
    if isinstance(value, Mapping):
        sound = [key for key in value if _key(old, key) not in wrong]
        return {k: _kept(value[k], _key(old, k), _key(new, k), wrong, was, places) for k in sound}
    if isinstance(value, list):
        items = [index for index in range(len(value)) if _key(old, index) not in wrong]
        kept = enumerate(items)
        return [_kept(value[i], _key(old, i), _key(new, n), wrong, was, places) for n, i in kept]
    return value


def _key(parent: str, step: object) -> str:
    return f"{parent}.{step}" if parent else str(step)
