"""What the check of a product says: its own findings first, those of its domain beside them, and the gist at once."""

import dagster as dg

from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.orchestration.governance import governance_result

PRODUCT = "sales.orders"
MANIFEST = "domains/sales/orders/data-product.yaml"
DOMAIN = "domains/sales/domain.yaml"


def finding(path: str, product: str | None, level: Level = Level.ERROR, exempted: bool = False) -> Finding:
    return Finding(path, 7, 1, "SLO001", level, "`130` is too late", "lower it", product=product, exempted=exempted)


def shown(result: dg.AssetCheckResult) -> str:
    table = result.metadata.get("findings")
    return str(table.value) if table else ""


def test_an_error_of_the_domain_fails_its_products_as_a_warning() -> None:
    result = governance_result(PRODUCT, [finding(DOMAIN, None)])
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "| error | of the domain `sales` |" in shown(result)
    assert "| `130` is too late | lower it |" in shown(result)
    assert (result.metadata["errors"].value, result.metadata["of the domain"].value) == (0.0, 1.0)
    assert result.description == (
        "1 error, 0 warnings of the domain. First: SLO001 at domains/sales/domain.yaml:7 (of the domain): "
        "`130` is too late. Fix: lower it."
    )


def test_a_warning_of_the_domain_is_shown_and_fails_nothing() -> None:
    result = governance_result(PRODUCT, [finding("domains/sales/sources/a.avsc", None, Level.WARNING)])
    assert result.passed
    assert "of the domain `sales`" in shown(result)


def test_its_own_error_comes_first_and_is_an_error() -> None:
    both = [finding(DOMAIN, None), finding(MANIFEST, PRODUCT)]
    result = governance_result(PRODUCT, both)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert shown(result).index("sales.orders") < shown(result).index("of the domain")
    assert str(result.description).startswith(
        "1 error, 0 warnings; 1 error, 0 warnings of the domain. First: SLO001 at"
    )
    assert result.metadata["errors"].value == 1.0


def test_what_is_wrong_in_the_dbt_project_is_each_products() -> None:
    result = governance_result(PRODUCT, [finding("dbt_projects/sales/dbt_project.yml", None)])
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)


def test_others_files_are_not_shown() -> None:
    paths = ("domains/salesman/domain.yaml", "domains/policy.yaml", "dbt_projects/platform/macros/a.sql")
    others = [finding(path, None) for path in paths]
    result = governance_result(PRODUCT, [*others, finding("domains/sales/carts/data-product.yaml", "sales.carts")])
    assert (result.passed, result.description, shown(result)) == (True, "no finding", "")


def test_what_is_permitted_is_counted_and_not_told_first() -> None:
    result = governance_result(PRODUCT, [finding(MANIFEST, PRODUCT, exempted=True)])
    assert (result.passed, result.description) == (True, "0 errors, 0 warnings, 1 exempted")
