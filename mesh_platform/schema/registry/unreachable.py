"""Why no answer came, in words that name neither address nor header."""

import ssl
from collections.abc import Iterator

from mesh_platform import names
from mesh_platform.schema.registry.problem import RegistryUnavailable


def unreachable(problem: Exception) -> tuple[RegistryUnavailable, bool]:
    """(what is told, whether asking again may help)."""
    import requests  # here, because most commands never ask a registry

    causes = list(causes_of(problem))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", "") or (cause.reason or "the connection cannot be encrypted").lower()
            told = f"its certificate is not accepted ({why}); {names.ENV_REGISTRY_CA} names the authority to trust"
            return RegistryUnavailable(told), False
    if isinstance(problem, requests.Timeout):
        return RegistryUnavailable("no answer in time"), True
    said = [c.strerror for c in causes if isinstance(c, OSError) and c.strerror]
    return RegistryUnavailable(said[-1].lower() if said else "the connection broke"), True


def causes_of(problem: BaseException) -> Iterator[BaseException]:
    """The exception, then what caused it, and so on."""
    seen: set[int] = set()
    waiting: list[object] = [problem]
    while waiting:
        current = waiting.pop()
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [*current.args, getattr(current, "reason", None), current.__context__, current.__cause__]
