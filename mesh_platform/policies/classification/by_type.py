"""What the type of a column leaves of what its name says."""

from typing import Final

from mesh_platform.policies.classification.judgement import FINE, Judgement, Outcome, Shape
from mesh_platform.policies.classification.tokens import tokens

CLOSED: Final = frozenset({"special", "trait"})
"""Classes that a yes or no, or one of a few words, tells as well as a text."""
_NUMBERS: Final = frozenset(
    {"contact", "national", "bank", "network", "birth", "trait", "special", "place", "vehicle", "pseudonym"}
)
"""Classes that a number can hold."""
_KEYS: Final = frozenset({"login", "person"})
"""Classes of which a number is a key to the person."""
_CERTAIN: Final = frozenset({"name", "email"})
"""Classes of which a number is one only where the name is certain."""
_NUMBERED: Final = frozenset({"postal", "zip", "cep", "house", "apartment", "flat"})
"""What of an address is a number."""


def of_shape(name: str, found: Judgement, shape: Shape) -> Judgement:
    """What the type leaves of it: a yes or no is no address, a time is no name."""
    match shape:
        case Shape.BOOLEAN:
            return found if found.kind == "special" else FINE
        case Shape.TIME:
            return found if found.kind == "birth" else FINE
        case Shape.DATE:
            return found if found.kind in ("birth", "special") or _is_dated(found) else FINE
        case Shape.ENUM:
            return found if found.kind in CLOSED or found.kind == "birth" else FINE
        case Shape.NUMBER:
            return _of_number(name, found)
    return found


def _is_dated(found: Judgement) -> bool:
    """Whether a day tells it: a wedding's, the first at work."""
    return found.kind == "trait" and found.outcome is Outcome.REVIEW


def _of_number(name: str, found: Judgement) -> Judgement:
    if found.outcome is Outcome.REVIEW and _is_counted(name, found):
        return FINE
    if found.kind in _NUMBERS:
        return found
    held = found.kind in _KEYS or (found.kind in _CERTAIN and found.outcome is Outcome.MUST and not _is_plural(name))
    if held or (found.kind == "address" and not _NUMBERED.isdisjoint(tokens(name))):
        return Judgement(Outcome.REVIEW, found.kind, f"{found.evidence}, though it is a number")
    return FINE


def _is_counted(name: str, found: Judgement) -> bool:
    """Whether a number of this name is how many there are: `customers`, `phone_orders`."""
    if found.kind in ("contact", "email"):
        return len(tokens(name)) > 1
    return found.kind in ("pseudonym", "network", "login") and _is_plural(name)


def _is_plural(name: str) -> bool:
    return name.lower().endswith("s")
