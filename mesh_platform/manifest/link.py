"""A link that a manifest gives and people click on: an address on the web, and no secret in it."""

from typing import Final
from urllib.parse import parse_qsl, urlsplit

_SCHEMES: Final = frozenset({"http", "https"})
_SECRET: Final = frozenset(
    {"token", "access_token", "api_key", "apikey", "key", "password", "secret", "sig", "signature"}
)
_LONGEST: Final = 2000


def link_problem(text: str) -> str:
    """Why nobody should click on it, in words that do not repeat a secret; empty for a link."""
    if len(text) > _LONGEST or not text.isprintable() or any(c in text for c in ' \\<>"'):
        return "it is no URL"
    try:
        parts = urlsplit(text)
        _ = parts.port
        given = [name.lower() for name, value in parse_qsl(parts.query, max_num_fields=100) if value]
    except ValueError:
        return "it is no URL"
    if parts.scheme not in _SCHEMES or not parts.hostname:
        return "it is no `https://` or `http://` URL"
    if "@" in parts.netloc:
        return "it carries a user or a password"
    secret = next((name for name in given if name in _SECRET), "")
    return f"it carries a secret in `{secret}`" if secret else ""


def link(text: str | None) -> str | None:
    """The text where it is a link, else None."""
    return text if text and not link_problem(text) else None
