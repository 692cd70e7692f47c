"""Personal data that arrives by way of the models is declared where it arrives."""

from collections.abc import Iterator

from mesh_platform.manifest.document import Place
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Product
from mesh_platform.policies.carried import Carried, Carrier
from mesh_platform.policies.classification.fields import PersonalField, fields_of
from mesh_platform.policies.classification.judgement import Outcome
from mesh_platform.policies.personal_data import is_declared
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy
from mesh_platform.policies.sql.trace import How
from mesh_platform.schema.avro.place import place_of


@mesh_policy(
    "PII004",
    fix='write `"pii": true`, or its class, on the field; or end it in the model: count, compare or hash with sha256',
)
def personal_data_that_arrives_is_declared(review: Review) -> Located:
    """A new name makes nothing of a person's data less personal: what was declared where it began is declared wherever
    the models carry it, in whichever domain."""
    for product, column, found in review.once(_arrivals):
        if found.sure and found.how < How.PSEUDONYM:
            said = '; `"pii": false` does not end it' if column.overruled else ""
            yield (
                _at(product, column),
                Breach(column.shown, f"`{column.shown}` holds personal data: {_path(found)}{said}"),
            )


@mesh_policy(
    "PII005",
    level=Level.WARNING,
    fix='write `"pii": "pseudonym"` on the field, or `"pii": false`; or hash with sha256 and salt',
)
def pseudonyms_that_arrive_have_been_looked_at(review: Review) -> Located:
    """An e-mail address hashed with md5 is found again by hashing every address there is: whoever has both still has
    the person."""
    for product, column, found in review.once(_arrivals):
        if found.sure and found.how is How.PSEUDONYM and not column.overruled:
            yield _at(product, column), Breach(column.shown, f"`{column.shown}` stands for a person: {_path(found)}")


@mesh_policy(
    "PII007",
    level=Level.WARNING,
    fix='add the column to the source table\'s row schema; or write `"pii": true`, its class, or `"pii": false` here',
)
def what_no_row_schema_names_has_been_looked_at(review: Review) -> Located:
    """Whatever a source's team adds to its table lands in `_cdc_extra` before anybody has judged it: a phone number as
    well as a colour."""
    for product, column, found in review.once(_arrivals):
        if not found.sure and not column.overruled:
            said = f"`{column.shown}` holds what no row schema names, and may be personal data: {_path(found)}"
            yield _at(product, column), Breach(column.shown, said)


def _arrivals(review: Review) -> Iterator[tuple[Product, PersonalField, Carried]]:
    """Columns that nobody declared, and whose names do not say it already, with what reaches them."""
    carrier, none = Carrier(review.lineage), frozenset(review.mesh.policy.personal_data.not_personal)
    for product in review.mesh.products.values():
        fields = fields_of(product)
        declared = {f.path[0] for f in fields if is_declared(product, f) or f.judgement.outcome is Outcome.MUST}
        for field in fields:
            is_column = "." not in field.dotted and field.path[0] not in declared
            is_column = is_column and f"{product.id}.{field.dotted}" not in none
            if is_column and (found := carrier.arrival(product, field.path[0])):
                yield product, field, found


def _at(product: Product, field: PersonalField) -> Spot:
    file = product.schemas[product.manifest.spec.schema_version]
    return Spot(file.path, Place(*place_of(file.text, field.path[:1])), product.id)


def _path(found: Carried) -> str:
    return f"`{' → '.join(found.path)}`"
