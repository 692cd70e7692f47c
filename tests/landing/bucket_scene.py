"""The scene with its landing zones in a bucket."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.landing.scene import SYSTEM, TABLE, Scene, lines

PREFIX = "some/prefix"


@dataclass
class BucketScene(Scene):
    """A mesh, its home, its open warehouse and its bucket."""

    bucket: Any = None

    def upload(self, name: str, content: bytes | Iterable[Any], folder: str = TABLE, **told: Any) -> Any:
        """Write an object into a zone; returns it."""
        blob = self.bucket.blob("/".join(filter(None, [PREFIX, SYSTEM, folder, name])))
        for key, value in told.items():
            setattr(blob, key, value)
        blob.upload_from_string(content if isinstance(content, bytes) else lines(content))
        return blob
