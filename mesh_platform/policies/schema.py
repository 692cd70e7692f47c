"""Every published schema is legal Avro and can be a table."""

from collections.abc import Iterator
from functools import lru_cache

from mesh_platform.manifest.document import Place
from mesh_platform.manifest.mesh import Mesh, TextFile
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy
from mesh_platform.schema.avro.problem import SchemaInvalid, SchemaProblem
from mesh_platform.schema.table.record import read_record


@mesh_policy("SCH001", fix="correct the JSON at the named line")
def schema_is_json(review: Review) -> Located:
    """A schema that is no JSON, or that says a key twice, has no one meaning."""
    return _breaches("SCH001", review.mesh)


@mesh_policy("SCH002", fix="use letters, digits and `_`, no digit first, and each name once")
def schema_names_are_legal(review: Review) -> Located:
    """Names become columns, classes and fields in every reader's language; most parsers let wrong ones pass, and
    the next does not."""
    return _breaches("SCH002", review.mesh)


@mesh_policy("SCH003", fix="use a type that Avro knows, or define it first")
def schema_types_are_known(review: Review) -> Located:
    """A type that is not defined, or not completely, cannot be read by anyone."""
    return _breaches("SCH003", review.mesh)


@mesh_policy("SCH004", fix="write a default of the field's type; for a union, of its first type")
def schema_defaults_are_values_of_their_type(review: Review) -> Located:
    """A default is what an old record gets in a new reader; a wrong one fails there, long after the review."""
    return _breaches("SCH004", review.mesh)


@mesh_policy("SCH005", fix="write a logical type that Avro has, on the base that Avro defines for it")
def schema_logical_types_are_right(review: Review) -> Located:
    """A logical type on the wrong base is silently ignored: a time becomes a number without a unit."""
    return _breaches("SCH005", review.mesh)


@mesh_policy("SCH006", fix="list each symbol once, as a legal name, and the default among them")
def schema_enums_are_legal(review: Review) -> Located:
    """An enum that repeats a symbol, or defaults to none of them, means something else to each parser."""
    return _breaches("SCH006", review.mesh)


@mesh_policy("SCH007", fix="flatten the union, and name each type once")
def schema_unions_are_unambiguous(review: Review) -> Located:
    """Which branch a value belongs to must follow from the value."""
    return _breaches("SCH007", review.mesh)


@mesh_policy("SCH008", fix="give the record columns, and each column one type that a table has, or one and null")
def schema_can_be_a_table(review: Review) -> Located:
    """Consumers read a table: what has no column type, or contains itself, never reaches them."""
    return _breaches("SCH008", review.mesh)


@mesh_policy("SCH009", fix="rename the column")
def schema_columns_have_names_of_their_own(review: Review) -> Located:
    """Columns that differ in case only are one to a warehouse; `_mesh_…`, `_cdc_…` and `rowid` are taken."""
    return _breaches("SCH009", review.mesh)


@mesh_policy("SCH010", fix='write `"pii": true`, the class of the data, as `"pii": "email"`, or `"pii": false`')
def schema_marks_personal_data_plainly(review: Review) -> Located:
    """A mark that cannot be understood protects nobody."""
    return _breaches("SCH010", review.mesh)


def _breaches(code: str, mesh: Mesh) -> Located:
    for file, product in _files(mesh):
        for problem in _problems(file.text):
            if problem.code == code:
                yield (
                    Spot(file.path, Place(problem.line, problem.column), product),
                    Breach(problem.path, problem.message),
                )


def _files(mesh: Mesh) -> Iterator[tuple[TextFile, str | None]]:
    for product in mesh.products.values():
        yield from ((file, product.id) for file in product.schemas.values())
    for domain in mesh.domains.values():
        yield from ((file, None) for file in domain.row_schemas.values())


@lru_cache(maxsize=8192)
def _problems(text: str) -> tuple[SchemaProblem, ...]:
    try:
        read_record(text)
    except SchemaInvalid as invalid:
        return invalid.problems
    return ()
