"""A tree as a value of the vocabulary: all of it right, or every mistake with its place."""

import json
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mesh_platform.manifest.document import Document
from mesh_platform.manifest.message import Mistake, described
from mesh_platform.manifest.product import UPSTREAM_TAGS
from mesh_platform.manifest.tree import MOST, Problem, Tree, unfinished
from mesh_platform.manifest.value import Value

V = TypeVar("V", bound=Value)


def typed(model: type[V], tree: Tree) -> tuple[V | None, list[Problem]]:
    """The value, or None and why; a tree that was refused in part is typed all the same, for its other mistakes."""
    if model not in tree.typed:
        value, problems = _typed(model, tree)
        tree.typed[model] = value, tuple(problems)
    known, told = tree.typed[model]
    return known, list(told)


def _typed(model: type[V], tree: Tree) -> tuple[V | None, list[Problem]]:
    if tree.value is None and not isinstance(tree.value, Mapping):
        return None, list(tree.problems)
    value, mistakes = None, list(_empty_unknown(model, tree))
    try:
        # as JSON: a strict reading from Python would want dates and enums to be made already
        value = model.model_validate_json(json.dumps(tree.value), by_alias=True, by_name=False)
    except ValidationError as problem:
        mistakes += [_mistake(model, error) for error in problem.errors(include_url=False)[:MOST]]
    known = {p.key for p in tree.problems}
    document = Document("", tree.places)
    if tree.has_gaps:
        mistakes = [m for m in mistakes if m.kind != "missing" or m.key in tree.empty]
    found = [_problem(m, tree, document) for m in mistakes[:MOST] if m.key not in known]
    problems = [*tree.problems, *found][:MOST]
    if len(problems) == MOST:
        problems[-1] = unfinished(problems[-1])
    return (None if problems else value), problems


def known_keys(model: Any, location: tuple[str | int, ...]) -> list[str] | None:
    """The keys a mapping at this location may have; None when it may have any, or is none."""
    kind = _inside(model, location)
    return _names(kind) if kind is not None else None


def _problem(mistake: Mistake, tree: Tree, document: Document) -> Problem:
    code, message, fix = described(mistake, mistake.key in tree.empty)
    return Problem(code, document.at(mistake.key), message, fix, mistake.key)


def _mistake(model: type[Value], error: Any) -> Mistake:
    # a discriminated union puts the name of its branch, which no file has, into the location
    location = tuple(step for step in error["loc"] if step not in UPSTREAM_TAGS)
    return Mistake(
        kind=error["type"],
        key=".".join(map(str, location)),
        value=error.get("input"),
        bounds=error.get("ctx", {}),
        siblings=known_keys(model, location[:-1]) or [],
    )


def _empty_unknown(model: type[Value], tree: Tree) -> Iterator[Mistake]:
    """Keys without a value are dropped before typing, so those that no model knows are looked for here."""
    for key in sorted(tree.empty):
        location = tuple(int(s) if s.isdigit() else s for s in key.split("."))
        siblings = known_keys(model, location[:-1])
        if siblings is None:
            yield Mistake("missing", key, None, {}, [])
        elif location[-1] not in siblings:
            yield Mistake("extra_forbidden", key, None, {}, siblings)


def _inside(model: Any, location: tuple[str | int, ...]) -> Any:
    for step in location:
        if isinstance(step, int):
            model = next(iter(get_args(_plain(model))), None)
        else:
            model = next((_field(m, step) for m in _models(model) if _field(m, step) is not None), None)
        if model is None:
            return None
    return model


def _field(model: type[BaseModel], key: str) -> Any:
    return next((f.annotation for n, f in model.model_fields.items() if (f.alias or n) == key), None)


def _names(kind: Any) -> list[str] | None:
    found = [field.alias or name for model in _models(kind) for name, field in model.model_fields.items()]
    return list(dict.fromkeys(found)) or None


def _models(kind: Any) -> list[type[BaseModel]]:
    kind = _plain(kind)
    if get_origin(kind) in (Union, UnionType):
        return [m for branch in get_args(kind) for m in _models(branch)]
    return [kind] if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _plain(kind: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind
