"""Why a registry gave no answer, or which one it gave instead."""

from typing import Final

SUBJECT_UNKNOWN: Final = 40401
VERSION_UNKNOWN: Final = 40402
SCHEMA_UNKNOWN: Final = 40403


class RegistryProblem(Exception):
    """The registry did not do what was asked; the text is one clause without a secret in it."""


class RegistryUnavailable(RegistryProblem):
    """No answer, or none that a registry gives: whatever was asked is as open as before."""


class RegistryDenied(RegistryProblem):
    """The registry does not let this environment do it."""


class RegistryRefused(RegistryProblem):
    """The registry understood, and said no."""

    def __init__(self, text: str, status: int, code: int) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        """The registry's own, as 42201; the status where it told none."""
