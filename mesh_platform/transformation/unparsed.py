"""What can be told of a project that dbt will not parse, without dbt: its YAML, and the Jinja of its models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import yaml

from mesh_platform.transformation.project import PROJECT_FILE
from mesh_platform.transformation.properties import is_properties
from mesh_platform.transformation.yaml_text import below, compose, fault, items, text

if TYPE_CHECKING:
    from jinja2 import Environment as Jinja


@dataclass(frozen=True)
class Unparsed:
    """Why a file of the project cannot be parsed, and where."""

    path: str
    line: int
    column: int
    message: str


def unparsed(files: Mapping[str, bytes]) -> Iterator[Unparsed]:
    """The first fault of each of these files of a project that no dbt would overlook."""
    folders = model_folders(files.get(PROJECT_FILE, b""))
    for path, content in files.items():
        if path == PROJECT_FILE or is_properties(path):
            yield from _yaml(path, content)
        elif path.endswith(".sql") and path.startswith(folders):
            yield from _jinja(path, content)


def model_folders(project: bytes) -> tuple[str, ...]:
    """Where the project says its models are, each with a slash at the end."""
    named = [text(item) for item in items(below(compose(project), "model-paths"))]
    return tuple(f"{name.strip('/')}/" for name in named if name) or ("models/",)


def _yaml(path: str, content: bytes) -> Iterator[Unparsed]:
    problem = fault(content)
    if problem is not None:
        mark = problem.problem_mark if isinstance(problem, yaml.MarkedYAMLError) else None
        told = getattr(problem, "problem", None) or str(problem).splitlines()[0]
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        yield Unparsed(path, min(place[0], _lines(content)), place[1], f"`{path}` is not YAML: {told}")
    elif path == PROJECT_FILE and not isinstance(compose(content), yaml.MappingNode):
        yield Unparsed(path, 1, 1, f"`{path}` holds no settings")


def _jinja(path: str, content: bytes) -> Iterator[Unparsed]:
    if b"{" not in content:
        return
    from jinja2 import TemplateSyntaxError

    try:
        _templates().parse(content.decode())
    except UnicodeDecodeError:
        yield Unparsed(path, 1, 1, f"`{path}` is not UTF-8")
    except RecursionError:
        yield Unparsed(path, 1, 1, f"the Jinja of `{path}` nests too deeply")
    except TemplateSyntaxError as problem:
        if "unknown tag" not in str(problem.message):  # dbt has tags of its own
            yield Unparsed(
                path,
                min(problem.lineno, _lines(content)),
                1,
                f"the Jinja of `{path}` cannot be read: {problem.message}",
            )


def _lines(content: bytes) -> int:
    """What is missing at the end is told at the last line there is."""
    return content.rstrip().count(b"\n") + 1


@cache
def _templates() -> "Jinja":
    from jinja2 import Environment

    return Environment(extensions=["jinja2.ext.do"])  # noqa: S701  parsed, never rendered
