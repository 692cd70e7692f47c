"""What the council decides refers to something, and permissions end."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from mesh_platform.manifest.council import Exemption
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.manifest.reading import READING
from mesh_platform.policies.classification.fields import personal_fields
from mesh_platform.policies.registry import MOST, POLICIES, Breach, Located, Review, mesh_policy, spot
from mesh_platform.schema.history import current

_CENTURY: Final = 36_500
REMOVAL: Final = "LIF009"
"""The policy whose breach leaves no product behind."""


@mesh_policy("POL001", fix="use a policy's code, as `mesh explain` lists it; or remove the entry")
def level_is_set_for_a_policy(review: Review) -> Located:
    """A level for a code that no policy has changes nothing, and looks as if it did."""
    for code in islice(review.mesh.policy.levels, MOST):
        key = f"levels.{code}"
        if code in READING:
            yield (
                spot(review.mesh.policy_document, key),
                Breach(
                    key,
                    f"`{code}` has no level: what cannot be read cannot be governed",
                    "remove the entry, and mend the files that have the finding",
                ),
            )
        elif code not in POLICIES:
            yield (
                spot(review.mesh.policy_document, key),
                Breach(key, f"no policy has the code `{code}`{_meant(code, POLICIES)}"),
            )


@mesh_policy("POL003", level=Level.WARNING, fix="name a column of a product as `domain.product.column`, or remove it")
def column_that_is_not_personal_exists(review: Review) -> Located:
    """What the council wrote about a column that nobody has acquits nothing now, and silently the next one that gets
    the name."""
    mesh = review.mesh
    for index, name in enumerate(mesh.policy.personal_data.not_personal[:MOST]):
        key = f"personal_data.not_personal.{index}"
        if problem := _unknown_column(mesh, name):
            yield spot(mesh.policy_document, key), Breach(key, problem)


def _unknown_column(mesh: Mesh, name: str) -> str | None:
    """Why the name is no column's; None where it is one, or nobody can tell."""
    domain, _, rest = name.partition(".")
    product, column = f"{domain}.{rest.partition('.')[0]}", rest.partition(".")[2]
    if product not in mesh.known_products:
        return f"`{name}`: there is no product `{product}`{did_you_mean(product, sorted(mesh.known_products))}"
    schema = current(mesh.products[product]) if product in mesh.products else None
    known = [field.dotted for field in personal_fields(schema)] if schema else [column]
    return None if column in known else f"`{product}` has no column `{column}`{did_you_mean(column, known)}"


@mesh_policy("EXM001", last=True, fix="follow the policy, or ask the council for another term")
def exemption_has_not_expired(review: Review) -> Located:
    """A permission without an end is another rule, made where nobody reads the rules."""
    broken = {(finding.code, finding.product) for finding in review.found}
    for exemption, document, key in _exemptions(review):
        if exemption.until < review.today:
            needless = (exemption.policy, exemption.product) not in broken
            fix = "delete the entry: nothing needs it any more" if needless else None
            message = f"the exemption ended on `{exemption.until}`"
            yield spot(document, f"{key}.until"), Breach(f"{key}.until", message, fix)


@mesh_policy("EXM002", last=True, fix="use the code of a policy; `mesh explain` lists them")
def exemption_names_a_policy(review: Review) -> Located:
    """An exemption from a policy that does not exist permits nothing; files that cannot be read, and exemptions
    themselves, are no policy to be exempted from."""
    for exemption, document, key in _exemptions(review):
        if not can_be_exempted(exemption.policy):
            hint = _meant(exemption.policy, filter(can_be_exempted, POLICIES))
            yield (
                spot(document, f"{key}.policy"),
                Breach(f"{key}.policy", f"no exemption can be granted from `{exemption.policy}`{hint}"),
            )


@mesh_policy("EXM003", last=True, fix="name an existing product as `domain.name`, or remove the exemption")
def exemption_names_a_product(review: Review) -> Located:
    """An exemption for a product that does not exist waits for somebody to take its name. A permitted removal is the
    exception: it is of a product that there was."""
    known = review.mesh.known_products
    for exemption, document, key in _exemptions(review):
        if exemption.product not in known and not _was_removed(exemption, review):
            hint = did_you_mean(exemption.product, sorted(known))
            yield (
                spot(document, f"{key}.product"),
                Breach(f"{key}.product", f"there is no product `{exemption.product}`{hint}"),
            )


def _was_removed(exemption: Exemption, review: Review) -> bool:
    """Whether it permits the removal of a product that was there before this change; or that nobody can tell of, for
    the change is made, or it stood in the file before."""
    before = review.before
    if exemption.policy != REMOVAL or exemption.until < review.today:
        return False
    granted = [e for e, _, _ in before.exemptions] if before else [exemption]
    return exemption in granted or (before is not None and exemption.product in before.known_products)


@mesh_policy("EXM004", last=True, level=Level.WARNING, fix="remove the exemption")
def exemption_is_needed(review: Review) -> Located:
    """A permission that nobody needs any more would silently cover the next mistake."""
    broken = {(finding.code, finding.product) for finding in review.found}
    for exemption, document, key in _exemptions(review):
        policy, product = exemption.policy, exemption.product
        named = can_be_exempted(policy) and product in review.mesh.products
        judged = named and exemption.until >= review.today and not POLICIES[policy].of_changes
        if judged and (policy, product) not in broken:
            yield spot(document, key), Breach(key, f"`{product}` does not break `{policy}`")
        elif _is_used_up(exemption, review):
            hint = did_you_mean(product, sorted(review.mesh.known_products))
            yield spot(document, key), Breach(key, f"there is no product `{product}` any more to be removed{hint}")


def _is_used_up(exemption: Exemption, review: Review) -> bool:
    """Whether the product whose removal it permits was gone before this change."""
    there = review.mesh.known_products | (review.before.known_products if review.before else frozenset())
    return exemption.product not in there and _was_removed(exemption, review)


@mesh_policy(
    "EXM005", last=True, level=Level.WARNING, fix="follow the policy in time, or ask the council for another term"
)
def exemption_does_not_end_soon(review: Review) -> Located:
    """The day a permission ends should surprise nobody: two weeks are time to act."""
    notice = timedelta(days=min(review.mesh.policy.bounds.exemption_notice_days, _CENTURY))
    for exemption, document, key in _exemptions(review):
        if timedelta(0) <= exemption.until - review.today <= notice:
            yield spot(document, f"{key}.until"), Breach(f"{key}.until", f"the exemption ends on `{exemption.until}`")


@mesh_policy("EXM006", last=True, level=Level.WARNING, fix="keep the entry that holds, and remove the other")
def exemption_is_granted_once(review: Review) -> Located:
    """Of two permissions for the same thing the later one holds, whichever the council meant to end."""
    seen: set[tuple[str, str]] = set()
    for exemption, document, key in _exemptions(review):
        if (exemption.policy, exemption.product) in seen:
            yield (
                spot(document, key),
                Breach(key, f"`{exemption.product}` has an exemption from `{exemption.policy}` already"),
            )
        seen.add((exemption.policy, exemption.product))


def _meant(word: str, codes: Iterable[str]) -> str:
    """`; did you mean …?` for the code of the same number in that family; another number is another rule."""
    alike = [code for code in codes if _letters_and_number(code) == _letters_and_number(word)]
    return f"; did you mean `{alike[0]}`?" if alike else ""


def _letters_and_number(code: str) -> tuple[str, str]:
    """As whoever mistypes it means it: `slo-1`, `SL0001` and `SLO001` are the same."""
    plain = re.sub(r"[^A-Z0-9]", "", code.upper())
    return plain[:3].replace("0", "O"), plain[3:].replace("O", "0").lstrip("0")


def can_be_exempted(code: str) -> bool:
    """Whether the council can permit a product to break it."""
    return code in POLICIES and not POLICIES[code].last


def _exemptions(review: Review) -> Iterator[tuple[Exemption, Document, str]]:
    for exemption, document, index in review.mesh.exemptions:
        yield exemption, document, f"exemptions.{index}"
