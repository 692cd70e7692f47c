"""What can be wrong with the files of a dbt project: permanent codes, why they matter, and what to do."""

from dataclasses import dataclass
from typing import Final

from mesh_platform.manifest.finding import Level


@dataclass(frozen=True)
class DriftRule:
    """A kind of drift: a permanent code, why it matters, and what to do."""

    code: str
    title: str
    rationale: str
    fix: str
    level: Level = Level.ERROR


UNKNOWN_COLUMN: Final = DriftRule(
    "DBT101",
    "properties name only columns of the schema",
    "A column that the schema does not have is not in the product; a test on it would never run.",
    "remove the column, or add it to a new schema version",
)
OTHER_TYPE: Final = DriftRule(
    "DBT102",
    "the schema decides the type",
    "The schema decides a column's type; a second one in the dbt project can only be wrong.",
    "remove `data_type`: it is generated from the schema",
)
NO_CONTRACT: Final = DriftRule(
    "DBT103",
    "the contract is on",
    "A product without its contract could be published with other columns than it promises.",
    "remove `contract`: every product is under the contract of its schema version",
)
NO_HEADER: Final = DriftRule(
    "DBT104",
    "a product's rows tell their batch",
    "Every row of a product tells its batch and its revision; a model that does not is refused when it runs.",
    "select `{{ platform.contract_columns() }}, {{ platform.data_product_header() }}` at the end of the model",
    Level.WARNING,
)
UNDESCRIBED: Final = DriftRule(
    "DBT005",
    "every model is described",
    "Whoever has to mend a model at night reads its description first.",
    "write an entry with a `description` in a properties file beside the model",
    Level.WARNING,
)
UNKEYED: Final = DriftRule(
    "DBT006",
    "a product's key is tested",
    "Rows that nothing tells apart can be counted twice, and no audit would hold the batch back.",
    "give a column the tests `unique` and `not_null`, or the model `platform.unique_together`",
    Level.WARNING,
)
STALE: Final = DriftRule(
    "DBT900",
    "what runs is what is written",
    "The mesh runs on prepared dbt artifacts; when the files have moved on, what runs is not what is written.",
    "run `mesh prepare` and reload the location; `mesh up` does so by itself",
    Level.WARNING,
)
UNPARSED: Final = DriftRule(
    "DBT100",
    "the project parses",
    "A dbt project that does not parse costs its own domain its refreshes; what was prepared before stays.",
    "correct the project; the message is dbt's own",
)
_ALL: Final = (UNDESCRIBED, UNKEYED, UNPARSED, UNKNOWN_COLUMN, OTHER_TYPE, NO_CONTRACT, NO_HEADER, STALE)
RULES: Final = {rule.code: rule for rule in _ALL}
