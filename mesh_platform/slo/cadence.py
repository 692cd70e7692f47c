"""How often the manifest wants the product's tests to run."""

import re
from datetime import timedelta

_EVERY = re.compile(r"every\s+(\d+)\s+(minute|hour|day)s?", re.IGNORECASE)
DEFAULT = timedelta(hours=1)


def cadence(run_frequency: str | None) -> timedelta:
    """The longest time between two runs; prose and cron expressions count as the default of an hour."""
    match = _EVERY.fullmatch((run_frequency or "").strip())
    if not match:
        return DEFAULT
    number, unit = int(match[1]), match[2].lower()
    return timedelta(**{f"{unit}s": max(number, 1)})
