from datetime import date

import pytest

from mesh_platform.manifest.council import ExemptionsFile, PolicyFile
from mesh_platform.manifest.domain import DomainManifest
from mesh_platform.manifest.product import DataProduct, ProductInput, SourceTableInput
from mesh_platform.manifest.tree import Problem
from mesh_platform.manifest.typed import known_keys, typed
from mesh_platform.manifest.yaml_tree import read_tree

PRODUCT = """\
apiVersion: mesh.example.com/v1
kind: DataProduct
metadata:
  name: orders.order_events
  domain: orders
  owner: squad
  oncall: "@orders"
  slack_channel: "#orders"
spec:
  description: Events.
  interface:
    output_port: bigquery
    dataset: orders_prod
    table: order_events
  schema_version: "2.1.0"
  slo:
    freshness:
      target_minutes: 30
      warn_minutes: 45
      error_minutes: 90
    completeness:
      target_percent: 99.5
      warn_percent: 99
      error_percent: 97.0
  lineage:
    upstream_sources:
      - system: shop
        table: public.orders
      - product: finance.rates
"""


def product(old: str = "", new: str = "") -> tuple[DataProduct | None, list[Problem]]:
    assert old in PRODUCT
    return typed(DataProduct, read_tree(PRODUCT.replace(old, new, 1) if old else PRODUCT))


def test_a_manifest_becomes_a_frozen_value_with_its_defaults() -> None:
    value, problems = product()
    assert problems == []
    assert value is not None
    assert value.slo.completeness.warn_percent == 99.0
    assert value.slo.objective_percent == 99.0
    assert value.spec.lineage.upstream_sources == (
        SourceTableInput(system="shop", table="public.orders"),
        ProductInput(product="finance.rates"),
    )
    assert isinstance(hash(value), int)


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "message"),
    [
        ("target_minutes: 30", 'target_minutes: "30"', "MAN008", 18, "is the text `30`; it must be a whole number"),
        ("target_minutes: 30", "target_minutes: 30.5", "MAN008", 18, "is `30.5`; it must be a whole number"),
        ("target_minutes: 30", "target_minutes: 30.0", "MAN008", 18, "is `30.0`; it must be a whole number"),
        ("target_minutes: 30", "target_minutes: true", "MAN008", 18, "is `true`; it must be a whole number"),
        ("target_minutes: 30", "target_minutes: 0", "MAN009", 18, "is `0`; it must be greater than `0`"),
        ("target_minutes: 30", "target_minutes: -5", "MAN009", 18, "is `-5`; it must be greater than `0`"),
        ("target_minutes: 30", "target_minutes: [30]", "MAN008", 18, "is a list; it must be a whole number"),
        ("target_minutes: 30", "target_minutes:", "MAN006", 18, "`spec.slo.freshness.target_minutes` is empty"),
        ("      target_minutes: 30\n", "", "MAN006", 17, "`spec.slo.freshness.target_minutes` is missing"),
        ("target_percent: 99.5", "target_percent: 100.5", "MAN009", 22, "is `100.5`; it must be at most `100.0`"),
        ("target_percent: 99.5", "target_percent: '99.5'", "MAN008", 22, "is the text `99.5`; it must be a number"),
        ("schema_version: \"2.1.0\"", "schema_version: 2.1", "MAN008", 15, "is `2.1`; it must be text"),
        ("owner: squad", "owner: '  '", "MAN006", 6, "`metadata.owner` is empty"),
        ("owner: squad", "owner: 7", "MAN008", 6, "is `7`; it must be text"),
        ("owner: squad", "owner: squad\n  onwer: x", "MAN007", 7, "no known key; did you mean `owner`?"),
        ("owner: squad", "owner: squad\n  onwer:", "MAN007", 7, "no known key; did you mean `owner`?"),
        ("kind: DataProduct", "kind: Dataproduct", "MAN009", 2, "`kind` is `Dataproduct`; it must be `DataProduct`"),
        ("output_port: bigquery", "output_port: bigtable", "MAN009", 12, "must be `bigquery` or `duckdb`"),
        ("output_port: bigquery", "output_port: 3", "MAN008", 12, "is `3`; it must be `bigquery` or `duckdb`"),
        ("  slo:", "  slo: none\n  slow:", "MAN008", 16, "`spec.slo` is the text `none`; it must be a mapping"),
        ("apiVersion: mesh.example.com/v1", "apiVersion: mesh/v2", "MAN009", 1, "must match"),
        ("      - product: finance.rates", "      - sytem: x", "MAN009", 29, "is no upstream: it has `sytem`"),
        ("      - product: finance.rates", "      - {system: x, product: y}", "MAN009", 29, "both a product and"),
        ("      - product: finance.rates", "      - finance.rates", "MAN009", 29, "it is the text `finance.rates`"),
        ("      - product: finance.rates", "      - {system: x}", "MAN006", 29, "sources.1.table` is missing"),
        ("      - product: finance.rates", "      - {product: a.b, since: 1}", "MAN007", 29, "no known key"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_with_its_line_and_in_plain_words(
    old: str, new: str, code: str, line: int, message: str
) -> None:
    value, problems = product(old, new)
    assert value is None
    found = next(p for p in problems if p.code == code and p.place.line == line)
    assert message in found.message
    assert found.fix


def test_all_mistakes_of_a_file_are_found_at_once() -> None:
    text = (
        PRODUCT.replace("  owner: squad\n", "")
        .replace("minutes: 45", "minutes: no")
        .replace("kind: Data", "kind: &x Data")
    )
    _, problems = typed(DataProduct, read_tree(text.replace("  slo:", "  slo:\n    freshnes: {}")))
    assert [(p.code, p.key) for p in problems] == [
        ("MAN004", "kind"),
        ("MAN006", "metadata.owner"),
        ("MAN008", "spec.slo.freshness.warn_minutes"),
        ("MAN007", "spec.slo.freshnes"),
    ]


def test_a_key_that_was_refused_is_complained_of_once() -> None:
    _, problems = product("owner: squad", "owner: *squad")
    assert [(p.code, p.key) for p in problems] == [("MAN004", "metadata.owner")]


def test_an_empty_list_is_no_lineage() -> None:
    _, problems = typed(
        DataProduct, read_tree(PRODUCT.partition("    upstream_sources:")[0] + "    upstream_sources: []\n")
    )
    assert [(p.code, p.message) for p in problems] == [("MAN006", "`spec.lineage.upstream_sources` is an empty list")]


@pytest.mark.parametrize("text", ["3", "- a\n", "just text", "[]"])
def test_a_file_that_is_no_mapping_says_so(text: str) -> None:
    _, problems = typed(PolicyFile, read_tree(text))
    assert [p.code for p in problems] == ["MAN008"]
    assert problems[0].message.startswith("the file is ")


def test_dates_are_dates_whether_quoted_or_not() -> None:
    entry = "exemptions:\n  - {policy: SLO001, product: a.b, until: %s, granted_by: c, reason: d}\n"
    for written in ("2027-01-31", '"2027-01-31"'):
        value, _ = typed(ExemptionsFile, read_tree(entry % written))
        assert value is not None
        assert value.exemptions[0].until == date(2027, 1, 31)


@pytest.mark.parametrize(
    "written", ["2027-02-30", "soon", "20270131", "31.01.2027", "1798675200", "2027-01-31T12:00:00"]
)
def test_what_is_no_date_is_refused(written: str) -> None:
    entry = f"exemptions:\n  - {{policy: SLO001, product: a.b, until: {written}, granted_by: c, reason: d}}\n"
    value, problems = typed(ExemptionsFile, read_tree(entry))
    assert value is None
    assert [(p.code, p.key) for p in problems] == [("MAN008", "exemptions.0.until")]


def test_a_level_without_a_value_is_empty() -> None:
    _, problems = typed(PolicyFile, read_tree("levels: {SLO001: }\n"))
    assert [(p.code, p.key) for p in problems] == [("MAN006", "levels.SLO001")]


def test_off_is_a_level_and_no_truth_value() -> None:
    value, _ = typed(PolicyFile, read_tree("levels: {SLO001: off}\n"))
    assert value is not None
    assert value.levels["SLO001"] == "off"


def test_a_key_is_written_as_the_format_says_and_not_as_the_code_calls_it() -> None:
    table = "{name: public.orders, primary_key: [id], row_schema: a.avsc}"
    text = f"spec: {{source_systems: [{{name: s, connector: debezium, tables: [{table}]}}]}}"
    _, problems = typed(DomainManifest, read_tree(text))
    assert ("MAN007", "spec.source_systems.0.tables.0.row_schema") in [(p.code, p.key) for p in problems]
    assert ("MAN006", "spec.source_systems.0.tables.0.schema") in [(p.code, p.key) for p in problems]


def test_the_keys_that_may_stand_somewhere_are_known() -> None:
    assert known_keys(DomainManifest, ("spec", "source_systems", 3, "tables", 0)) == ["name", "primary_key", "schema"]
    assert known_keys(PolicyFile, ("levels",)) is None
    assert known_keys(DataProduct, ("nowhere", 1)) is None


def test_a_merge_key_is_an_unknown_key_and_named_as_it_is_written() -> None:
    _, problems = typed(PolicyFile, read_tree("levels: {SLO001: off}\n<<: {a: 1}\n"))
    assert [(p.code, p.key, p.place.line) for p in problems] == [("MAN007", "<<", 2)]


@pytest.mark.parametrize(("written", "meant"), [("1.0", "1.0.0"), ("2.1", "2.1.0"), ("3", "3.0.0"), ("-1e9", "1.0.0")])
def test_a_version_that_is_a_number_is_told_as_the_version_it_means(written: str, meant: str) -> None:
    _, (problem,) = product('schema_version: "2.1.0"', f"schema_version: {written}")
    assert (problem.code, problem.fix) == ("MAN008", f'write all three numbers, in quotes: `"{meant}"`')


def test_a_file_of_aliases_is_told_of_what_they_are_and_not_of_all_that_it_lacks() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True))
    for text in (bomb, f"{bomb}<<: *h\n", "a: " + "[" * 500):
        value, problems = typed(DataProduct, read_tree(text))
        assert value is None
        assert problems
        assert not {p.code for p in problems} & {"MAN006"}
