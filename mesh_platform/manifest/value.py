"""The base of everything that is read from a file in git."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Frozen, strict (no coercion), closed (an unknown key is a mistake, not an extension)."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True, defer_build=True)
