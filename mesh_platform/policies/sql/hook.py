"""Statements that dbt runs before or after a model, or a run."""

import re
from collections.abc import Mapping
from typing import Any, Final

_HOOK: Final = re.compile(r"\+?(pre|post)[-_]hook|on-run-(start|end)")


def statements_of(said: Mapping[Any, Any]) -> list[str]:
    """The statements of the hooks among these settings."""
    hooks = [value for name, value in said.items() if _HOOK.fullmatch(str(name))]
    items = [item for value in hooks for item in (value if isinstance(value, list | tuple) else [value])]
    told = [item.get("sql") if isinstance(item, dict) else item for item in items]
    return [sql for sql in told if isinstance(sql, str)]
