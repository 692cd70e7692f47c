"""A notice as JSON for any program; docs/notifications.md is its description."""

import hashlib
import hmac
from typing import Final

from mesh_platform.notifying.notice import Notice

SCHEMA: Final = "mesh.notification.v1"
"""A later shape that could break a reader is called otherwise."""
SIGNATURE_HEADER: Final = "X-Mesh-Signature"


def webhook(notice: Notice) -> dict[str, object]:
    """The body of the request."""
    return {"schema": SCHEMA, **notice.as_json()}


def signature(body: bytes, key: str) -> str:
    """What proves that the body comes from whoever has the key, which itself is never sent."""
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
