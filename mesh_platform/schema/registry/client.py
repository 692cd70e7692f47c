"""What a registry can be asked. Every function raises RegistryProblem."""

from dataclasses import dataclass
from typing import Any, TypeVar

from mesh_platform.schema.registry.address import escaped
from mesh_platform.schema.registry.exchange import Registry, ask, shown
from mesh_platform.schema.registry.problem import (
    SCHEMA_UNKNOWN,
    SUBJECT_UNKNOWN,
    VERSION_UNKNOWN,
    RegistryRefused,
    RegistryUnavailable,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Verdict:
    """Whether a registry would take a schema, and why not."""

    compatible: bool
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registered:
    """A schema as the registry knows it."""

    version: int
    """The registry's own count within the subject, not the product's version."""
    id: int


def compatibility(registry: Registry, subject: str, schema: str) -> Verdict:
    """The registry's verdict by the subject's level: what registering would meet. Nothing is compatible with nothing
    published."""
    try:
        answer = _compatibility(registry, subject, schema)
    except RegistryRefused as problem:
        if problem.code in (SUBJECT_UNKNOWN, VERSION_UNKNOWN):
            return Verdict(True)
        if problem.status == 422:
            return Verdict(False, (str(problem),))
        raise
    said = answer.get("messages") or [] if isinstance(answer, dict) else []
    return Verdict(
        _known(answer, "is_compatible", bool), tuple(shown(registry.access, m) for m in said if isinstance(m, str))
    )


def _compatibility(registry: Registry, subject: str, schema: str) -> Any:
    """Against every version that the level asks for; a registry that only knows how to compare with one is asked for
    the latest."""
    path, body = f"/compatibility/subjects/{escaped(subject)}/versions", {"schema": schema}
    try:
        return ask(registry, "POST", f"{path}?verbose=true", body)
    except RegistryRefused as problem:
        if problem.code not in (404, 405):
            raise
    return ask(registry, "POST", f"{path}/latest?verbose=true", body)


def register(registry: Registry, subject: str, schema: str) -> int:
    """The id of the schema, now registered under the subject; RegistryRefused where it is not compatible (409) or no
    schema (422)."""
    return _known(ask(registry, "POST", f"/subjects/{escaped(subject)}/versions", {"schema": schema}), "id", int)


def look_up(registry: Registry, subject: str, schema: str) -> Registered | None:
    """The schema as registered under the subject; None where it is not, or where it is none to this registry."""
    try:
        answer = ask(registry, "POST", f"/subjects/{escaped(subject)}", {"schema": schema})
    except RegistryRefused as problem:
        if problem.code in (SUBJECT_UNKNOWN, SCHEMA_UNKNOWN) or problem.status == 422:
            return None
        raise
    return _registered(answer)


def subjects(registry: Registry) -> list[str]:
    """Every subject there is."""
    return _list(ask(registry, "GET", "/subjects"), str)


def versions(registry: Registry, subject: str) -> list[int]:
    """The subject's versions, the oldest first; none for an unknown subject."""
    try:
        return sorted(_list(ask(registry, "GET", f"/subjects/{escaped(subject)}/versions"), int))
    except RegistryRefused as problem:
        if problem.code == SUBJECT_UNKNOWN:
            return []
        raise


def version(registry: Registry, subject: str, number: int) -> Registered | None:
    """One version of the subject; None where it is gone."""
    try:
        return _registered(ask(registry, "GET", f"/subjects/{escaped(subject)}/versions/{number}"))
    except RegistryRefused as problem:
        if problem.code in (SUBJECT_UNKNOWN, VERSION_UNKNOWN):
            return None
        raise


def level(registry: Registry, subject: str) -> str:
    """What the registry holds new versions of the subject to, as `BACKWARD`; the registry's own default where the
    subject has none."""
    answer = ask(registry, "GET", f"/config/{escaped(subject)}?defaultToGlobal=true")
    return shown(registry.access, _known(answer, "compatibilityLevel", str))


def _registered(answer: Any) -> Registered:
    return Registered(_known(answer, "version", int), _known(answer, "id", int))


def _known(answer: Any, key: str, kind: type[T]) -> T:
    value = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise RegistryUnavailable(f"its answer has no `{key}`; is its address right?")
    return value


def _list(answer: Any, kind: type[T]) -> list[T]:
    if not isinstance(answer, list) or not all(isinstance(v, kind) for v in answer):
        raise RegistryUnavailable("its answer is no list; is its address right?")
    return answer
