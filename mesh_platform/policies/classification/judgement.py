"""What can follow from a column, and why."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Outcome(IntEnum):
    """What follows from a column, the graver the greater."""

    FINE = 0
    REVIEW = 1
    MUST = 2


class Shape(StrEnum):
    """What kind of values a column holds, as far as it matters here."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    DATE = "date"
    ENUM = "enum"


@dataclass(frozen=True)
class Judgement:
    """The outcome for a column, with its evidence."""

    outcome: Outcome
    kind: str = ""
    """The class of personal data: `contact`, `name`, `address`, …"""
    evidence: str = ""
    """Why, as part of a sentence."""


FINE: Final = Judgement(Outcome.FINE)
