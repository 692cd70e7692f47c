"""Personal data is declared where it is."""

from collections.abc import Iterator, Sequence

from mesh_platform.manifest.document import Place
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Domain, Mesh, Product, TextFile
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.policies.classification.classes import misspelt
from mesh_platform.policies.classification.fields import PersonalField, fields_of, personal_fields
from mesh_platform.policies.classification.judgement import Outcome
from mesh_platform.policies.registry import Breach, Breaches, Located, Review, Spot, mesh_policy, policy
from mesh_platform.schema.avro.place import place_of
from mesh_platform.schema.history import current, row_schema
from mesh_platform.schema.table.record import RecordSchema


@policy("PII001", fix="name the column as the schema does")
def declared_personal_data_is_in_the_schema(product: Product, mesh: Mesh) -> Breaches:
    """A declaration that misses its column leaves the column undeclared."""
    schema, sensitivity = current(product), product.manifest.spec.sensitivity
    known = [f.dotted for f in fields_of(product)] if schema else list(sensitivity.pii_columns)
    for index, name in enumerate(sensitivity.pii_columns):
        if name not in known:
            yield Breach(
                f"spec.sensitivity.pii_columns.{index}",
                f"`{name}` is no column of the schema{did_you_mean(name, known)}",
            )


@mesh_policy(
    "PII002", fix='write `"pii": true`, or its class, on the field, or name it in `spec.sensitivity.pii_columns`'
)
def personal_data_is_declared(review: Review) -> Located:
    """Who reads a product must know that it holds persons' data before they copy, join or keep it; so must whoever
    is asked to delete it. A name that says e-mail is taken at its word: only the council can say that it is none."""
    for product, found in _undeclared(review.mesh, Outcome.MUST):
        said = '; `"pii": false` answers a question, and this is none' if found.overruled else ""
        fix = (
            f'write `"pii": "{found.judgement.kind}"` on the field, or name `{found.dotted}` in'
            " `spec.sensitivity.pii_columns`; if it is none, rename it, or ask the council to list it"
            f" as `not_personal` (`{product.id}.{found.dotted}`)"
        )
        yield _at(product, found), Breach(found.shown, f"`{found.shown}` is personal data: {_why(found)}{said}", fix)


@mesh_policy(
    "PII003",
    level=Level.WARNING,
    fix='write `"pii": true`, or its class, on the field; or `"pii": false` if it is none',
)
def possible_personal_data_has_been_looked_at(review: Review) -> Located:
    """A name that may stand for a person's data is decided by a person, once, and in the schema, where everyone sees
    the answer."""
    for product, found in _undeclared(review.mesh, Outcome.REVIEW):
        if not found.overruled:
            fix = (
                f'write `"pii": "{found.judgement.kind}"` on the field, or name `{found.dotted}` in'
                ' `spec.sensitivity.pii_columns`; or write `"pii": false` if it is none'
            )
            yield (
                _at(product, found),
                Breach(found.shown, f"`{found.shown}` may be personal data: {_why(found)}", fix),
            )


@mesh_policy("PII006", level=Level.WARNING, fix='write `"pii": true`, or its class, on the field')
def landed_personal_data_is_marked(review: Review) -> Located:
    """A landed table is private, so nothing leaks yet; but what is marked where it lands is followed through every
    model from there, whatever it is renamed to. A name that says e-mail is followed without a mark too, and
    `"pii": false` does not end that: only the council can say, of a product's column, that it is none."""
    for domain in review.mesh.domains.values():
        for file, found in _landed(domain):
            if found.judgement.outcome is Outcome.MUST and not found.marked:
                spot = Spot(file.path, Place(*place_of(file.text, found.path)))
                said = '; `"pii": false` answers a question, and this is none' if found.overruled else ""
                yield spot, Breach(found.shown, f"`{found.shown}` is personal data: {_why(found)}{said}")


@mesh_policy("PII008", level=Level.WARNING, fix="write the class as the platform knows it, or give yours another name")
def class_of_personal_data_is_spelt_as_it_is_known(review: Review) -> Located:
    """Who looks for every e-mail address finds none under `emial`. A class of one's own is allowed; a slip of
    the pen hides what it marks."""
    for product in review.mesh.products.values():
        if schema := current(product):
            file = product.schemas[product.manifest.spec.schema_version]
            yield from _misspelt(file, personal_fields(schema), product.id)
    for domain in review.mesh.domains.values():
        for file, schema in _row_schemas(domain):
            yield from _misspelt(file, personal_fields(schema))


def _misspelt(file: TextFile, fields: Sequence[PersonalField], product: str | None = None) -> Located:
    """Once for what is marked, not again for what is in it."""
    said: list[str] = []
    for found in fields:
        meant = misspelt(found.marked) if found.marked else None
        if meant and not any(found.dotted.startswith(f"{outer}.") for outer in said):
            said.append(found.dotted)
            spot = Spot(file.path, Place(*place_of(file.text, found.path, "pii")), product)
            message = f"`{found.shown}` is marked `{found.marked}`, which is no known class; did you mean `{meant}`?"
            yield (
                spot,
                Breach(found.shown, message, f'write `"pii": "{meant}"`; a class of your own needs another name'),
            )


def is_declared(product: Product, found: PersonalField) -> bool:
    """Whether the schema marks it, or the manifest names it or what it is part of."""
    named = product.manifest.spec.sensitivity.pii_columns
    return bool(found.marked) or any(found.dotted == n or found.dotted.startswith(f"{n}.") for n in named)


def _undeclared(mesh: Mesh, outcome: Outcome) -> Iterator[tuple[Product, PersonalField]]:
    none = frozenset(mesh.policy.personal_data.not_personal)
    for product in mesh.products.values():
        for found in fields_of(product):
            judged = found.judgement.outcome is outcome and f"{product.id}.{found.dotted}" not in none
            if judged and not is_declared(product, found):
                yield product, found


def _landed(domain: Domain) -> Iterator[tuple[TextFile, PersonalField]]:
    for file, schema in _row_schemas(domain):
        yield from ((file, found) for found in personal_fields(schema))


def _row_schemas(domain: Domain) -> Iterator[tuple[TextFile, RecordSchema]]:
    seen: set[str] = set()
    for _, table in domain.source_tables:
        schema = row_schema(domain, table.name)
        if schema and table.row_schema not in seen:
            seen.add(table.row_schema)
            yield domain.row_schemas[table.row_schema], schema


def _at(product: Product, found: PersonalField) -> Spot:
    file = product.schemas[product.manifest.spec.schema_version]
    return Spot(file.path, Place(*place_of(file.text, found.path)), product.id)


def _why(found: PersonalField) -> str:
    return f"{found.judgement.evidence} ({found.judgement.kind})"
