"""How much work one model may cost, whatever its text asks for."""

from time import process_time
from typing import Final

SECONDS: Final = 1.0
"""Of CPU, for a query rendered or followed once; a model of any use takes milliseconds."""


_LOOKS: Final = 16
"""How often something may be spent between two looks at the clock, each of which is a call of the system's."""
_LARGE: Final = 1000
"""Units of work that are worth a look by themselves."""
TOO_LONG: Final = "it takes too long to follow"


class TooLong(Exception):
    """The budget is spent."""

    def __str__(self) -> str:
        return TOO_LONG


class Budget:
    """What is left to spend: units of work, which are the same on every machine, and seconds, which are the law."""

    def __init__(self, work: int, seconds: float = SECONDS) -> None:
        self._work, self._seconds = work, seconds
        self.renew()

    def renew(self) -> None:
        """Begin anew, with the next query."""
        self._left, self._until, self._unseen = self._work, process_time() + self._seconds, _LOOKS

    def spend(self, work: int = 1) -> None:
        """Take some; raises TooLong when there is no more."""
        self._left -= work
        self._unseen += 1
        if self._left < 0:
            raise TooLong
        if self._unseen >= _LOOKS or work >= _LARGE:
            self._unseen = 0
            if process_time() > self._until:
                raise TooLong
