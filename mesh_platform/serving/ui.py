"""What the UI's server is asked: whether it answers, whether the mesh has loaded, to load it anew."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

ANSWER_SECONDS: Final = 5.0
RELOAD_SECONDS: Final = 180.0

UNREACHABLE: Final = "Could not reach user code server"

_JSON = {"Content-Type": "application/json"}

_LOCATIONS = """{workspaceOrError{__typename
  ... on Workspace{locationEntries{name loadStatus locationOrLoadError{__typename ... on PythonError{message}}}}
  ... on PythonError{message}}}"""
_RELOAD = """mutation($name:String!){reloadRepositoryLocation(repositoryLocationName:$name){__typename
  ... on WorkspaceLocationEntry{name loadStatus locationOrLoadError{__typename ... on PythonError{message}}}
  ... on PythonError{message}
  ... on RepositoryLocationNotFound{message}
  ... on ReloadNotSupported{message}
  ... on UnauthorizedError{message}}}"""


class NoAnswer(Exception):
    """The server cannot be asked (yet)."""


@dataclass(frozen=True)
class Location:
    """A code location as the UI shows it."""

    name: str
    loaded: bool
    problem: str | None = None
    """Why it cannot be loaded, the first line first."""

    @property
    def unreachable(self) -> bool:
        """Whether nothing answers for it; code that is wrong is answered for."""
        return UNREACHABLE in (self.problem or "")


def ask(url: str, query: str, variables: dict[str, object] | None = None, timeout: float = ANSWER_SECONDS) -> Any:
    """The `data` of a GraphQL answer of our own server; raises NoAnswer."""
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, _JSON)  # noqa: S310 - http, of our making
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            data = json.loads(answer.read()).get("data")
    except (urllib.error.URLError, OSError, ValueError) as problem:
        raise NoAnswer(str(problem)) from problem
    if not isinstance(data, dict):
        raise NoAnswer("the answer has no data")
    return data


def locations(url: str) -> list[Location]:
    """The code locations that have settled, loaded or not; raises NoAnswer."""
    answer = ask(url, _LOCATIONS)["workspaceOrError"]
    entries = answer.get("locationEntries", [])
    return [_location(e) for e in entries if e.get("loadStatus") == "LOADED"]


def reload(url: str, name: str) -> Location:
    """Load a code location anew; raises NoAnswer.

    The code server starts the new process and then tells the old one to end: if that was dead, it answers as if the
    new one were, and has to be asked again.
    """
    location = _reload(url, name)
    return _reload(url, name) if location.unreachable else location


def _reload(url: str, name: str) -> Location:
    answer = ask(url, _RELOAD, {"name": name}, RELOAD_SECONDS)["reloadRepositoryLocation"]
    return _location({"name": name, "locationOrLoadError": answer, **answer})


def _location(entry: dict[str, Any]) -> Location:
    inner = entry.get("locationOrLoadError") or {}
    problem = inner.get("message")
    return Location(entry["name"], problem is None, problem and problem.strip())
