"""Landing zones below a prefix of a Google Cloud Storage bucket; an object's generation is its identity.

The only module that imports Google's client, and only when it is asked for something: that takes half a second.
"""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mesh_platform.landing.zones.zone import FileGeneration, ZoneUnreachable, counts, zone_name
from mesh_platform.warehouse.protocol import in_a_line

if TYPE_CHECKING:
    from google.cloud.storage import Client

_CONNECT_SECONDS: Final = 3.0
_LIST_SECONDS: Final = 8.0
"""For a page, retries included: two listings of a bucket that is silent fit into one tick of a sensor (60 s)."""
_READ_SECONDS: Final = 60.0
_PAGE: Final = 1000
"""Objects in one answer; the store gives no more."""
_SAID: Final = 300
"""Characters of what the client says that are passed on."""
_TOLD: Final = "items(name,generation,size,updated),prefixes,nextPageToken"

T = TypeVar("T")


class BucketRoot:
    """A bucket and the prefix below which the landing zones are; once it fails to answer it is not asked again."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix.rstrip('/')}/" if prefix else ""
        self.outage: str | None = None

    def files(self, system: str, folder: str) -> list[FileGeneration]:
        def ask() -> list[FileGeneration]:
            listing = self._list("/".join(filter(None, [system, folder])), deep=bool(folder))
            files = [self._generation(system, folder, blob) for blob in listing]
            if f"{self.prefix}{system}//" in listing.prefixes:
                raise ZoneUnreachable(system, f"objects lie below `{system}//`, which is no source table's folder")
            return sorted(filter(None, files), key=attrgetter("path"))

        return self._answer(zone_name(system, folder), ask)

    def folders(self, system: str) -> list[str]:
        def ask() -> list[str]:
            listing = self._list(system, deep=False)
            for _ in listing:
                pass
            return sorted(name for name in (p.split("/")[-2] for p in listing.prefixes) if counts(name))

        return self._answer(system, ask)

    def bring(self, file: FileGeneration, target: Path) -> Path:
        """Copies in chunks; an object that was deleted or overwritten since is not found under its generation."""
        name = file.location.removeprefix(f"gs://{self.bucket}/")

        def ask() -> Path:
            blob = _client().bucket(self.bucket).blob(name, generation=int(file.generation))
            # as it is stored: the client would expand what was uploaded as `Content-Encoding: gzip`
            blob.download_to_filename(str(target), raw_download=True, **_patience(_READ_SECONDS))
            return target

        return self._answer(file.zone, ask, f"{name} of generation {file.generation}")

    def _list(self, folder: str, *, deep: bool) -> Any:
        delimiter = None if deep else "/"
        return _client().list_blobs(
            self.bucket,
            prefix=f"{self.prefix}{folder}/" if folder else self.prefix,
            delimiter=delimiter,
            fields=_TOLD,
            page_size=_PAGE,
            **_patience(_LIST_SECONDS),
        )

    def _generation(self, system: str, folder: str, blob: Any) -> FileGeneration | None:
        """None for what is no file, and for the empty object by which a folder is made visible.

        An empty step (`a//b.jsonl`) is a folder without a name.
        """
        path = blob.name.removeprefix(self.prefix)
        below = path.split("/")[2 if folder else 1 :]
        if not below[-1] or not all(map(counts, filter(None, below))):
            return None
        return FileGeneration(
            path=path,
            generation=str(blob.generation),
            size=blob.size,
            modified_ns=int(blob.updated.timestamp() * 1_000_000) * 1000,
            system=system,
            source_table=folder,
            location=f"gs://{self.bucket}/{blob.name}",
        )

    def _answer(self, zone: str, ask: Callable[[], T], item: str | None = None) -> T:
        """What the bucket says; raises ZoneUnreachable, and FileNotFoundError for the item."""
        from google.api_core.exceptions import GoogleAPIError, NotFound
        from google.auth.exceptions import GoogleAuthError
        from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
        from requests.exceptions import RequestException

        if self.outage is None:
            try:
                return ask()
            except NotFound as gone:
                if item:
                    raise FileNotFoundError(item) from gone
                self.outage = f"there is no bucket `{self.bucket}`, or these credentials may not know of it"
            except GoogleAuthError as problem:
                self.outage = f"no credentials for Google Cloud: {in_a_line(problem)[:_SAID]}"
            except (GoogleAPIError, DataCorruption, InvalidResponse, RequestException) as problem:
                self.outage = f"bucket `{self.bucket}` does not answer: {in_a_line(problem)[:_SAID]}"
        raise ZoneUnreachable(zone, self.outage)


@cache
def _client() -> "Client":
    """One a process: it holds the connections and the token. Follows STORAGE_EMULATOR_HOST, as the library does."""
    from google.cloud.storage import Client

    return Client()


def _patience(seconds: float) -> dict[str, Any]:
    """How long to wait for an answer; the client's own patience is two minutes."""
    from google.cloud.storage.retry import DEFAULT_RETRY

    return {"timeout": (_CONNECT_SECONDS, seconds), "retry": DEFAULT_RETRY.with_timeout(seconds)}
