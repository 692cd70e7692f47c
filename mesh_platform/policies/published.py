"""A published schema is frozen: what a commit has under a version says the same, and stays, in every later one."""

from collections.abc import Iterator

from mesh_platform import names
from mesh_platform.manifest.document import FIRST_LINE
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Product, TextFile
from mesh_platform.policies.evolution import placed
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy
from mesh_platform.schema.avro.parse import Reading, read_avro
from mesh_platform.schema.avro.problem import SchemaInvalid
from mesh_platform.schema.evolution.change import Change
from mesh_platform.schema.evolution.change_kind import DOC_CHANGED, MARK_CHANGED, Bump
from mesh_platform.schema.evolution.difference import differences
from mesh_platform.schema.evolution.steps import next_version
from mesh_platform.schema.evolution.version import Version, read_version

_WORDS = (DOC_CHANGED, MARK_CHANGED)
"""Changes that leave every value and every query as they were."""


@mesh_policy("VER006", of_changes=True, fix="restore the file, and publish the change under the next version")
def published_schema_is_not_edited(review: Review) -> Located:
    """Every check of a new version holds it against the versions before it; whoever edits one of those has changed the
    contract of everyone who read it, and no number says so. Formatting is no edit; a prerelease, and what is greater
    than the manifest's version, is not published yet."""
    yield from _gone(review)
    yield from _edited(review, words=False)


@mesh_policy("VER007", level=Level.WARNING, of_changes=True, fix="restore the words, or say them in the next version")
def published_schema_keeps_its_words(review: Review) -> Located:
    """A column that is described otherwise may mean something else, and a mark of personal data asks for another
    handling: consumers learn of either by a version. To write what was forgotten is no crime, so this only warns."""
    yield from _edited(review, words=True)


def _gone(review: Review) -> Located:
    unreadable = {finding.path for finding in review.mesh.findings}
    for was, now in _pairs(review):
        for version in _published(was):
            file = was.schemas[version]
            if version not in now.schemas and file.path not in unreadable:
                message = f"`{version}` is published, and its schema is gone"
                fix = f"restore `{file.path}`; a new version is a file of its own beside it"
                yield Spot(file.path, FIRST_LINE, now.id), Breach("", message, fix)


def _edited(review: Review, words: bool) -> Located:
    for was, now, version in _kept(review):
        changes = [c for c in _changes(was, now, version) if (c.kind in _WORDS) is words]
        for change, spot in placed(now, version, changes):
            message = f"`{version}` is published, and {change.message} ({change.code})"
            yield spot, Breach(change.path, message, _fix(now, version, change))


def _kept(review: Review) -> Iterator[tuple[Product, Product, str]]:
    """(the product as it was, as it is, a published version) of every schema whose text is another now."""
    for was, now in _pairs(review):
        for version in _published(was):
            if version in now.schemas and now.schemas[version].text != was.schemas[version].text:
                yield was, now, version


def _pairs(review: Review) -> Iterator[tuple[Product, Product]]:
    for was in review.before.products.values() if review.before else ():
        if now := review.mesh.products.get(was.id):
            yield was, now


def _published(product: Product) -> list[str]:
    """The releases up to the manifest's version."""
    mine = read_version(product.manifest.spec.schema_version)
    versions = {text: version for text in product.schemas if (version := read_version(text))}
    return [t for t, v in versions.items() if mine and not v.prerelease and v.precedence <= mine.precedence]


def _changes(was: Product, now: Product, version: str) -> tuple[Change, ...]:
    """What was edited; a schema that could not be read may be mended, and one that cannot is a finding elsewhere."""
    old, new = _reading(was.schemas[version]), _reading(now.schemas[version])
    return differences(old, new) if old and new and not old.problems else ()


def _reading(file: TextFile) -> Reading | None:
    try:
        return read_avro(file.text)
    except SchemaInvalid:
        return None


def _fix(product: Product, version: str, change: Change) -> str:
    if change.kind.bump is Bump.FORBIDDEN:
        return f"restore it; {change.kind.fix}"
    releases = [v for text in product.schemas if (v := read_version(text)) and not v.prerelease]
    newest: Version = max(releases, key=lambda v: v.precedence)
    file = f"{names.SCHEMA_FOLDER}/{next_version(newest, change.kind.bump)}.avsc"
    return f"restore `{version}.avsc`, and publish the change as `{file}`"
