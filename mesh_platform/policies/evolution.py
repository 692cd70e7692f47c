"""What a schema may become: each step between published versions is held to what it changed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.document import Place
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Product
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy, spot
from mesh_platform.schema.avro.place import path_of, place_of
from mesh_platform.schema.evolution.change import Change
from mesh_platform.schema.evolution.change_kind import BESIDE, Bump
from mesh_platform.schema.evolution.steps import Step, next_version, steps
from mesh_platform.schema.evolution.version import Version, read_version

_VERSIONED: Final = re.compile(r"_v[0-9]+$")
_TOLD_BY: Final[Mapping[str, str]] = {
    **dict.fromkeys(("SCH104", "SCH105", "SCH106", "SCH107", "SCH108", "SCH112", "SCH122", "SCH124"), "type"),
    "SCH123": "default",
    "SCH133": "doc",
    "SCH135": "pii",
}
"""Change → the key of the field that shows it; its name for the others."""


@mesh_policy("SCH011", fix="keep what was published as it is, or publish a successor beside it")
def schema_changes_nothing_in_place_that_readers_rely_on(review: Review) -> Located:
    """What was published under a name keeps its name, type, nullability and unit for ever; no version number tells a
    query that its column is gone, or means something else. A new shape is a new product beside the old one."""
    for product in review.mesh.products.values():
        for step in _steps(product):
            forbidden = [change for change in step.fresh if change.kind.bump is Bump.FORBIDDEN]
            for change, place in placed(product, step.new, forbidden):
                message = f"{change.message} ({change.code}, since `{step.old}`)"
                fix = _permitted_only("SCH011", product, step.new, review) or _fix(product, step, change)
                yield place, Breach(change.path, message, fix)


@mesh_policy("SCH012", level=Level.WARNING, fix="tell the consumers before it is published")
def readers_are_told_of_what_they_will_notice(review: Review) -> Located:
    """Some changes are allowed and noticed all the same: a symbol that a CASE does not know, a default that old rows
    do not have, columns in another order. Judged for the newest version only."""
    for product in review.mesh.products.values():
        for step in _steps_to_the_newest(product):
            # what is forbidden is told as that, and not twice
            broken = {change.path for change in step.fresh if change.kind.bump is Bump.FORBIDDEN}
            noticed = [change for change in step.fresh if change.kind.noticed and change.path not in broken]
            for change, place in placed(product, step.new, noticed):
                message = f"{change.message} ({change.code}, since `{step.old}`)"
                yield place, Breach(change.path, message, change.kind.fix)


@mesh_policy("VER005", fix="give it the next version that says what changed")
def version_moves_as_far_as_its_change(review: Review) -> Located:
    """A version tells consumers how much to fear; one that moves less than its change is a lie they find out late. What
    is required is computed from the schemas, against the release before and, for the newest, against all of them."""
    for product in review.mesh.products.values():
        short: dict[str, list[Step]] = {}
        for step in _steps(product):
            if step.declared < step.required:
                short.setdefault(step.new, []).append(step)
        for new, found in short.items():
            yield _where(product, new), _too_small(product, found, _permitted_only("VER005", product, new, review))


def _permitted_only(code: str, product: Product, version: str, review: Review) -> str | None:
    """What is left to do about a version that is published, and stays as it is; None for one that is not."""
    was = review.before.products.get(product.id) if review.before else None
    holders = [(product, False), *([(was, True)] if was else [])]
    if not any(_is_published(version, holder, itself) for holder, itself in holders):
        return None
    return f"`{version}` is published and stays: ask the council for an exemption from `{code}` for `{product.id}`"


def _is_published(version: str, holder: Product, itself: bool) -> bool:
    """Whether the product has released it: before its own version, or as its own where that one counts."""
    mine, this = read_version(holder.manifest.spec.schema_version), _versions(holder).get(version)
    if mine is None or this is None or this.prerelease:
        return False
    return this.precedence < mine.precedence or (itself and this == mine)


def _too_small(product: Product, found: list[Step], permitted_only: str | None) -> Breach:
    versions = _versions(product)
    right = {next_version(versions[step.old], step.required): step for step in found}
    enough = max(right, key=lambda text: [int(number) for number in text.split(".")])
    step = right[enough]
    gravest = next(change for change in step.fresh if change.kind.bump is step.required)
    message = (
        f"`{step.new}` is a {step.declared.word} step from `{step.old}`, and takes a {step.required.word} one, "
        f"`{enough}`: {gravest.message} ({gravest.code})"
    )
    file = f"{names.SCHEMA_FOLDER}/{step.new}.avsc"
    fix = f'rename `{file}` to `{enough}.avsc`, and write `schema_version: "{enough}"`'
    return Breach("spec.schema_version", message, permitted_only or fix)


def _where(product: Product, version: str) -> Spot:
    """The manifest declares its own version; the others are declared by the names of their files."""
    if version == product.manifest.spec.schema_version:
        return spot(product.document, "spec.schema_version", product.id)
    return Spot(product.schemas[version].path, Place(1, 1), product.id)


def _fix(product: Product, step: Step, change: Change) -> str:
    """The change's own advice, with the successor's name."""
    major = _versions(product)[step.old].major + 1
    name = f"{_VERSIONED.sub('', product.name)}_v{major}"
    folder = f"{names.DOMAINS_FOLDER}/{product.domain}/{name}"
    successor = f"publish it beside this one as `{folder}`, from `{major}.0.0` on, named in `lifecycle.successor`"
    return change.kind.fix.replace(BESIDE, successor)


def placed(product: Product, version: str, changes: Iterable[Change]) -> Iterator[tuple[Change, Spot]]:
    """Changes that led to this version, each with its place in its schema."""
    file = product.schemas[version]
    for change in changes:
        place = place_of(file.text, path_of(change.now), _TOLD_BY.get(change.code, "name"))
        yield change, Spot(file.path, Place(*place), product.id)


def _versions(product: Product) -> dict[str, Version]:
    return {text: version for text in product.schemas if (version := read_version(text))}


def _steps_to_the_newest(product: Product) -> list[Step]:
    versions = _versions(product)
    newest = max(versions, key=lambda text: versions[text].precedence, default="")
    return [step for step in _steps(product) if step.new == newest]


def _steps(product: Product) -> tuple[Step, ...]:
    return _steps_of(tuple((version, file.text) for version, file in product.schemas.items()))


@lru_cache(maxsize=4096)
def _steps_of(schemas: tuple[tuple[str, str], ...]) -> tuple[Step, ...]:
    return tuple(steps(dict(schemas))) if len(schemas) > 1 else ()
