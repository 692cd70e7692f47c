"""Personal data is declared where it is."""

from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.policies.registry import Breach, Breaches, policy
from mesh_platform.schema.history import current


@policy("PII001", fix="name the column as the schema does")
def declared_personal_data_is_in_the_schema(product: Product, mesh: Mesh) -> Breaches:
    """A declaration that misses its column leaves the column undeclared."""
    schema, sensitivity = current(product), product.manifest.spec.sensitivity
    columns = [column.name for column in schema.columns] if schema else list(sensitivity.pii_columns)
    for index, name in enumerate(sensitivity.pii_columns):
        if name not in columns:
            yield Breach(
                f"spec.sensitivity.pii_columns.{index}",
                f"`{name}` is no column of the schema{did_you_mean(name, columns)}",
            )
