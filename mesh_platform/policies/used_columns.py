"""A change breaks nobody who uses what changes."""

from mesh_platform.manifest.document import FIRST_LINE, Place
from mesh_platform.manifest.mesh import Product
from mesh_platform.policies.impact.blast_radius import readers, used_columns
from mesh_platform.policies.impact.column_change import Change, ColumnChange, column_changes
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy
from mesh_platform.schema.avro.place import place_of
from mesh_platform.schema.evolution.version import read_version
from mesh_platform.schema.history import current, history


@mesh_policy(
    "CON010", fix="keep the column; publish the change as a new product beside this one and let its users move"
)
def change_breaks_no_column_that_is_used(review: Review) -> Located:
    """Whatever the rules for versions allow, a query that uses a column stops when the column goes or becomes another:
    the producer learns it here, from the consumers' own SQL, and not from them."""
    for product in review.mesh.products.values():
        for change in newest_changes(product):
            if change.breaks:
                for reader in readers(review.lineage, product.id):
                    if change.column.lower() in (used_columns(review.lineage, reader, product.id) or ()):
                        yield _spot(product, change), _breach(change, reader)


def newest_changes(product: Product) -> tuple[ColumnChange, ...]:
    """What the manifest's version changes of the columns of the version before it."""
    new, mine = current(product), read_version(product.manifest.spec.schema_version)
    earlier = {
        v: s
        for text, s in history(product).items()
        if (v := read_version(text)) and mine and v.precedence < mine.precedence
    }
    if new is None or not earlier:
        return ()
    return column_changes(earlier[max(earlier, key=lambda v: v.precedence)], new)


def _breach(change: ColumnChange, reader: Product) -> Breach:
    people = reader.manifest.metadata
    return Breach(
        change.column,
        f"{change.message}; `{reader.id}` uses it (`{people.owner}`, `{people.slack_channel}`)",
        f"keep `{change.column}`, or move `{reader.id}` first: ask `{people.slack_channel}`",
    )


def _spot(product: Product, change: ColumnChange) -> Spot:
    file = product.schemas[product.manifest.spec.schema_version]
    place = FIRST_LINE if change.change is Change.REMOVED else Place(*place_of(file.text, (change.column,)))
    return Spot(file.path, place, product.id)
