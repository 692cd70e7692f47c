"""What the type of a column leaves of what its name says."""

from typing import Final

from mesh_platform.policies.classification.judgement import FINE, Judgement, Outcome, Shape
from mesh_platform.policies.classification.tokens import tokens

CLOSED: Final = frozenset({"special", "trait"})
"""Classes that a yes or no, or one of a few words, tells as well as a text."""
_NUMBERS: Final = frozenset({"contact", "national", "bank", "network", "birth", "trait", "special", "place", "vehicle"})
"""Classes that a number can hold."""

_NUMBERED: Final = frozenset({"postal", "zip", "cep", "house", "apartment", "flat"})


def of_shape(name: str, found: Judgement, shape: Shape) -> Judgement:
    """What the type leaves of it: a yes or no is no address, a time is no name."""
    if _is_numbered(name, found, shape):
        return Judgement(Outcome.REVIEW, found.kind, f"{found.evidence}, though it is a number")
    match shape:
        case Shape.BOOLEAN:
            return found if found.kind == "special" else FINE
        case Shape.TIME | Shape.DATE:
            return found if found.kind == "birth" or (shape is Shape.DATE and _is_dated(found)) else FINE
        case Shape.ENUM:
            return found if found.kind in CLOSED or found.kind == "birth" else FINE
        case Shape.NUMBER if found.outcome is Outcome.REVIEW and _counted(name, found):
            return FINE
        case Shape.NUMBER if found.kind not in _NUMBERS and found.kind != "pseudonym":
            held = found.kind in ("login", "person") or (
                found.kind in ("name", "email") and found.outcome is Outcome.MUST
            )
            return Judgement(Outcome.REVIEW, found.kind, f"{found.evidence}, though it is a number") if held else FINE
    return found


def _is_numbered(name: str, found: Judgement, shape: Shape) -> bool:
    """Whether it is a number that an address has: a postal code, a house."""
    return shape is Shape.NUMBER and found.kind == "address" and not _NUMBERED.isdisjoint(tokens(name))


def _is_dated(found: Judgement) -> bool:
    """Whether it is told by a day: of an illness, of a wedding."""
    return found.kind == "special" or (found.kind == "trait" and found.outcome is Outcome.REVIEW)


def _counted(name: str, found: Judgement) -> bool:
    """Whether a number of this name is how many there are: `customers`, `phone_orders`."""
    if found.kind in ("contact", "email"):
        return len(tokens(name)) > 1
    return found.kind in ("pseudonym", "network", "login") and name.lower().endswith("s")
