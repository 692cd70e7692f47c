"""The codes of what can be wrong with a file before any policy looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.tree import Problem


@dataclass(frozen=True)
class ReadingRule:
    """A permanent code of reading or typing, why it exists and what to do."""

    code: str
    title: str
    rationale: str
    fix: str


def _rule(code: str, title: str, rationale: str, fix: str) -> tuple[str, ReadingRule]:
    return code, ReadingRule(code, title, rationale, fix)


READING: Final[Mapping[str, ReadingRule]] = dict([
    _rule("MAN001", "file can be read",
          "A file that cannot be opened, or lies behind a link out of the mesh, is a promise nobody can check.",
          "put a readable file at this path"),
    _rule("MAN002", "file is plain text",
          "Bytes that are no UTF-8, characters no editor shows and files of megabytes hide what a reviewer approves.",
          "save the file as UTF-8 without control characters"),
    _rule("MAN003", "file is YAML",
          "What the parser cannot read, nobody can rely on.",
          "correct the indentation or quoting at the named place"),
    _rule("MAN004", "YAML is plain",
          "Anchors, aliases, tags, several documents and deep nesting make a manifest mean something other than what "
          "is written on the line under review.",
          "write every value out where it is used, one document a file"),
    _rule("MAN005", "key is written once",
          "Of two equal keys one is silently lost, and which one depends on the parser.",
          "keep one of the two"),
    _rule("MAN006", "required key has a value",
          "Owner, on-call, promise and lineage are what make a table a product. Empty is missing.",
          "add the key with a value"),
    _rule("MAN007", "key is known",
          "A misspelt optional key would otherwise be a promise that nobody keeps.",
          "rename the key, or remove it"),
    _rule("MAN008", "value has the right type",
          "Nothing is coerced: `\"30\"` is text, and a comparison with text proves nothing.",
          "write the value as the type the message names"),
    _rule("MAN009", "value is one of those allowed",
          "A value outside its range or list has no meaning the platform could act on.",
          "write a value within the bound the message names"),
    _rule("MAN010", "file is not empty",
          "An empty manifest promises nothing, and was probably not meant.",
          "write the file, or delete it"),
    _rule("MAN011", "folder name is legal",
          "Identity is the path: folder names become table names, asset keys and model names.",
          "rename the folder: a letter, then letters, digits and `_`, all lower case, at most 63"),
    _rule("MAN012", "manifest is where it is looked for",
          "A product whose manifest is missing, misnamed or misplaced would vanish from the mesh without a word.",
          "put the manifest at `domains/<domain>/<product>/data-product.yaml`"),
    _rule("MAN013", "domain has a domain.yaml",
          "A product needs a domain that answers for it and says which systems it may read.",
          "write `domain.yaml` in the domain's folder"),
])  # fmt: skip
"""Code → rule. Reading cannot be switched off or exempted: what was not read cannot be governed."""


def finding(problem: Problem, path: str, product: str | None = None) -> Finding:
    """The finding a problem is, in this file."""
    return Finding(
        path=path,
        line=problem.place.line,
        column=problem.place.column,
        code=problem.code,
        level=Level.ERROR,
        message=problem.message,
        fix=problem.fix,
        key=problem.key,
        product=product,
    )
