"""YAML as a tree, event by event; what a reviewer could not read at a glance is refused on the way."""

from collections.abc import Iterator
from typing import Any, Final

import yaml

from mesh_platform.manifest.plain_text import control_character
from mesh_platform.manifest.scalar import NumberOutOfRange, scalar
from mesh_platform.manifest.tree import TooMany, Tree, place_of

MAX_DEPTH: Final = 20
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Events = Iterator[Any]


class _Stop(Exception):
    """Reading on would not be safe, or would make no sense."""


def read_tree(text: str) -> Tree:
    """The tree of one YAML document. Never raises: what is refused is among its problems."""
    tree = Tree()
    try:
        _document(yaml.parse(text, Loader=_LOADER), tree)
    except _Stop:
        pass
    except TooMany:
        tree.value = None
    except yaml.YAMLError as problem:
        _syntax(problem, text, tree)
    return tree


def _document(events: Events, tree: Tree) -> None:
    next(events)
    if not isinstance(next(events), yaml.StreamEndEvent):
        tree.value = _node(next(events), events, "", 0, tree)
        next(events)
        extra = next(events)
        if not isinstance(extra, yaml.StreamEndEvent):
            _refuse(extra, "", tree, "a second document begins here", "keep one document a file")
            tree.value = None
    if tree.value is None and not tree.problems:
        tree.wrong("MAN010", None, "", "the file is empty", "write it, or delete it")


def _node(event: Any, events: Events, key: str, depth: int, tree: Tree) -> Any:
    if depth > MAX_DEPTH:
        _refuse(event, key, tree, f"nests deeper than `{MAX_DEPTH}` levels", "flatten it; nothing here nests so deep")
        raise _Stop
    if isinstance(event, yaml.AliasEvent):
        tree.has_gaps = True
        return _refuse(event, key, tree, f"`*{event.anchor}` is an alias", "write the value out where it is used")
    _refuse_decoration(event, key, tree)
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, key, depth, tree)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, key, depth, tree)
    return _scalar(event, key, tree)


def _mapping(events: Events, key: str, depth: int, tree: Tree) -> dict[str, Any]:
    value: dict[str, Any] = {}
    first: dict[str, int] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        name = _key(event, events, key, tree)
        here = _below(key, name)
        if name in first:
            fix = f"keep one of them; the first is on line {first[name]}"
            tree.wrong("MAN005", event.start_mark, here, f"`{here}` is written twice", fix)
            _skip(next(events), events)
            continue
        first[name] = event.start_mark.line + 1
        tree.places[here] = place_of(event.start_mark)
        item = _node(next(events), events, here, depth + 1, tree)
        if item is None or (isinstance(item, str) and not item.strip()):
            tree.empty.add(here)
        else:
            value[name] = item
    return value


def _sequence(events: Events, key: str, depth: int, tree: Tree) -> list[Any]:
    items: list[Any] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        here = _below(key, len(items))
        tree.places[here] = place_of(event.start_mark)
        items.append(_node(event, events, here, depth + 1, tree))
    return items


def _scalar(event: Any, key: str, tree: Tree) -> Any:
    if event.implicit[0]:
        try:
            return scalar(event.value)
        except NumberOutOfRange:
            message = f"`{event.value[:40]}` is too large a number"
            return tree.wrong("MAN008", event.start_mark, key, message, "write a number of at most 18 digits")
    _refuse_escapes(event, key, tree)
    return event.value


def _key(event: Any, events: Events, key: str, tree: Tree) -> str:
    """The key as text; what is no text gets a name that no model knows, and its problem that name."""
    if not isinstance(event, yaml.ScalarEvent):
        name, message = f"?{place_of(event.start_mark).line}", "a key must be text, not a list, a mapping or an alias"
        _skip(event, events)
    elif event.implicit[0] and not _is_text(event.value):
        name, message = f"?{event.value}", f"the key `{event.value or 'null'}` is not text"
    elif control_character(event.value):
        name, message = f"?{place_of(event.start_mark).line}", "a key may not hold control characters"
    else:
        _refuse_decoration(event, _below(key, event.value), tree)
        return str(event.value)
    _refuse(event, _below(key, name), tree, message, "write a plain word before the colon")
    return name


def _refuse_decoration(event: Any, key: str, tree: Tree) -> None:
    if event.anchor:
        _refuse(event, key, tree, f"`&{event.anchor}` is an anchor", "remove it, and write its value out")
    if event.tag:
        _refuse(event, key, tree, f"`{event.tag}` is a tag", "remove it; a value's type follows from how it is written")


def _refuse_escapes(event: Any, key: str, tree: Tree) -> None:
    if found := control_character(event.value):
        message = f"the text holds the control character `{found[1]}`"
        tree.wrong("MAN002", event.start_mark, key, message, "remove the escape")


def _refuse(event: Any, key: str, tree: Tree, message: str, fix: str) -> None:
    tree.wrong("MAN004", event.start_mark, key, message, fix)


def _skip(event: Any, events: Events) -> None:
    """Pass over a whole node, however deep."""
    depth = 0
    while True:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth == 0:
            return
        event = next(events)


def _is_text(word: str) -> bool:
    try:
        return isinstance(scalar(word), str)
    except NumberOutOfRange:
        return False


def _below(key: str, name: str | int) -> str:
    return f"{key}.{name}" if key else str(name)


def _syntax(problem: yaml.YAMLError, text: str, tree: Tree) -> None:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    if mark and mark.line >= len(lines := text.splitlines() or [""]):
        # the parser stands behind the last line's end, where no editor can go
        mark = yaml.Mark(mark.name, mark.index, len(lines) - 1, len(lines[-1]), None, 0)
    message = getattr(problem, "problem", None) or str(problem).splitlines()[0]
    fix = "correct the indentation or quoting at this place"
    tree.wrong("MAN003", mark, "", f"is not YAML: {message}", fix)
