"""The classes of personal data that the platform knows by name; a team may have others of its own."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

CLASSES: Final[Mapping[str, str]] = {
    "name": "what a person is called",
    "email": "an e-mail address",
    "contact": "a telephone number, or another way to reach a person",
    "address": "where a person lives or gets post",
    "place": "where a person is or was",
    "birth": "a date or place of birth, an age",
    "national": "a number that a state gives: tax, passport, insurance",
    "bank": "an account or a card",
    "vehicle": "a number plate, a vehicle's number",
    "network": "an IP address, a device's address",
    "login": "a user name",
    "social": "a profile elsewhere",
    "image": "a picture of a person",
    "trait": "gender, nationality, family, pay",
    "special": "health, belief, origin, biometrics: what the law protects most",
    "secret": "a password, and what stands for one",
    "text": "what people write freely",
    "free": "anything at all: payloads, raw records, headers",
    "person": "who did something",
    "pseudonym": "what stands for a person: a key, a hash",
    "pii": "personal data of no class that is said; the same as `true`",
}
"""Class → what it is of."""

_ALIKE: Final = 0.8
_APART: Final = 2
"""Characters that a slip adds or loses at most; more is another word."""


def misspelt(mark: str) -> str | None:
    """The known class that was most likely meant by one that is not known."""
    if mark in CLASSES:
        return None
    plain = mark.lower().replace("-", "")
    near = [known for known in CLASSES if abs(len(known) - len(plain)) <= _APART]
    return next(iter(get_close_matches(plain, near, 1, _ALIKE)), None)
