import json
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.cli.main import run
from tests.cli.git_repository import commit, git
from tests.edited_file import edit

SCHEMA = "domains/orders/order_events/schema/2.1.0.avsc"


def edited(mesh: Path, old: str, new: str) -> str:
    """A schema beside the mesh with one edit."""
    text = (mesh / SCHEMA).read_text()
    assert old in text
    file = mesh.parent / "new.avsc"
    file.write_text(text.replace(old, new))
    return str(file)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    code = run(["impact", *arguments, "--format", "json"])
    printed = capsys.readouterr()
    assert printed.err == ""
    return code, json.loads(printed.out)["impacts"]


@pytest.fixture
def committed(mesh: Path) -> Path:
    git(mesh, "init", "-q")
    commit(mesh)
    return mesh


def test_a_column_that_is_used_breaks_its_user(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = edited(mesh, '"name": "currency_code"', '"name": "currency"')
    code, (found,) = answer(capsys, "orders.order_events", "--schema", new)
    assert code == 1
    assert found["product"] == "orders.order_events"
    assert [(c["column"], c["change"], c["used_by"]) for c in found["changes"]] == [
        ("currency_code", "removed", ["finance.revenue_daily"]),
        ("currency", "added", []),
    ]
    (consumer,) = found["consumers"]
    assert consumer["product"] == "finance.revenue_daily"
    assert (consumer["owner"], consumer["oncall"], consumer["slack_channel"]) == (
        "finance-insights", "@finance-oncall", "#data-finance",
    )  # fmt: skip
    assert (consumer["effect"], consumer["breaks"], consumer["changed"]) == ("breaks", True, ["currency_code"])
    assert "channel" not in consumer["columns"]


def test_a_column_that_nobody_uses_is_said_to_be_so(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = edited(mesh, '"name": "channel"', '"name": "medium"')
    assert run(["impact", str(mesh / SCHEMA), new]) == 0
    said = capsys.readouterr().out
    assert "`channel` is removed: nobody uses it" in said
    assert "finance.revenue_daily is fine" in said
    assert "#data-finance" in said


def test_two_schemas_find_their_product_by_the_records_name(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = edited(
        mesh, '"name": "refund_cents", "type": ["null", "long"]', '"name": "refund_cents", "type": ["null", "string"]'
    )
    old = mesh.parent / "old.avsc"
    old.write_text((mesh / SCHEMA).read_text())
    code, (found,) = answer(capsys, str(old), new)
    assert (code, found["product"], found["changes"][0]["change"]) == (1, "orders.order_events", "retyped")


def test_what_changed_since_a_revision(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "--since", "HEAD") == (0, [])
    edited(committed, '"name": "currency_code"', '"name": "currency"')
    (committed / SCHEMA).write_text((committed.parent / "new.avsc").read_text())
    code, (found,) = answer(capsys, "HEAD")
    assert (code, found["product"], found["breaks"]) == (1, "orders.order_events", True)


def test_what_must_exist_uses_columns_too(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = mesh / "dbt_projects/finance/models/slo/expected_revenue_daily.sql"
    model.write_text("select channel, event_timestamp from {{ source('orders_prod', 'order_events') }}\n")
    _, (found,) = answer(
        capsys, "orders.order_events", "--schema", edited(mesh, '"name": "channel"', '"name": "medium"')
    )
    assert found["consumers"][0]["changed"] == ["channel"]


def test_a_link_in_the_commit_is_no_traceback(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (committed / "domains/orders/link").symlink_to("/etc/passwd")
    (committed / "domains/orders/up").symlink_to("../../..")
    commit(committed)
    assert answer(capsys, "--since", "HEAD") == (0, [])


def test_the_repository_is_that_of_the_mesh_whatever_a_hook_says(
    committed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert answer(capsys, "--since", "HEAD") == (0, [])


def test_what_others_changed_meanwhile_is_no_change_of_this_branch(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(committed, "branch", "ours")
    git(committed, "checkout", "-qb", "theirs")
    new = edited(committed, '"name": "currency_code"', '"name": "currency"')
    (committed / SCHEMA).write_text(Path(new).read_text())
    git(committed, "commit", "-qam", "theirs")
    git(committed, "checkout", "-q", "ours")
    assert answer(capsys, "--since", "theirs") == (0, [])


def test_a_product_that_is_gone_breaks_its_readers(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in sorted((committed / "domains/orders/order_events").rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    (committed / "domains/orders/order_events").rmdir()
    code, (found,) = answer(capsys, "--since", "HEAD")
    assert code == 1
    assert {c["product"]: c["effect"] for c in found["consumers"]} == {"finance.revenue_daily": "breaks"}
    assert found["lost"]["what"] == "removed"


@pytest.mark.parametrize("model", [None, "{% broken"])
def test_a_port_that_moves_breaks_its_readers(
    committed: Path, capsys: pytest.CaptureFixture[str], model: str | None
) -> None:
    edit(committed / "domains/orders/order_events/data-product.yaml", "dataset: orders_prod", "dataset: orders_new")
    if model:
        (committed / "dbt_projects/finance/models/products/revenue_daily.sql").write_text(model)
    code, (found,) = answer(capsys, "--since", "HEAD")
    assert (code, found["changes"], found["lost"]["what"]) == (1, [], "moved")
    assert {c["product"]: c["effect"] for c in found["consumers"]} == {"finance.revenue_daily": "breaks"}
    run(["impact", "--since", "HEAD"])
    assert "the port moves from `bigquery:orders_prod.order_events` to" in capsys.readouterr().out


def test_a_reader_that_moved_with_the_port_does_not_break(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(committed / "domains/orders/order_events/data-product.yaml", "dataset: orders_prod", "dataset: orders_new")
    for file in (committed / "dbt_projects/finance").rglob("*.*"):
        if file.is_file() and "orders_prod" in file.read_text():
            file.write_text(file.read_text().replace("orders_prod", "orders_new"))
    code, (found,) = answer(capsys, "--since", "HEAD")
    assert (code, found["consumers"][0]["effect"]) == (0, "none")


def test_a_product_without_a_schema_is_told_from_a_revision(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", "orders.order_events"]) == 2
    assert "`orders.order_events` is a product" in capsys.readouterr().err
    assert run(["impact", "orders.order_event"]) == 2
    assert "did you mean `orders.order_events`?" in capsys.readouterr().err


def test_what_is_downstream_of_a_broken_product_goes_stale(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = (mesh / "domains/finance/revenue_daily/data-product.yaml").read_text()
    further = mesh / "domains/finance/revenue_weekly"
    (further / "schema").mkdir(parents=True)
    text = manifest.replace("revenue_daily", "revenue_weekly").replace("orders.order_events", "finance.revenue_daily")
    (further / "data-product.yaml").write_text(text)
    (further / "schema/1.0.0.avsc").write_text((mesh / "domains/finance/revenue_daily/schema/1.0.0.avsc").read_text())
    model = mesh / "dbt_projects/finance/models/products/revenue_weekly.sql"
    model.write_text("select {{ platform.contract_columns() }} from {{ ref('revenue_daily') }}\n")
    new = edited(mesh, '"name": "currency_code"', '"name": "currency"')
    _, (found,) = answer(capsys, "orders.order_events", "--schema", new)
    effects = {c["product"]: (c["effect"], c["through"]) for c in found["consumers"]}
    assert effects == {
        "finance.revenue_daily": ("breaks", []),
        "finance.revenue_weekly": ("stale", ["finance.revenue_daily"]),
    }


def test_a_reader_without_a_project_cannot_be_told(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mesh / "dbt_projects/finance/models/products/revenue_daily.sql").write_text("{% broken")
    new = edited(mesh, '"name": "currency_code"', '"name": "currency"')
    code, (found,) = answer(capsys, "orders.order_events", "--schema", new)
    assert (code, found["consumers"][0]["effect"], found["consumers"][0]["columns"]) == (0, "unknown", None)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-revision"],
        ["orders.order_event", "--schema", SCHEMA],
        ["a.avsc", "b.avsc"],
        ["a", "b", "c"],
        ["orders.order_events", "--schema", "missing.avsc"],
        ["--since", "--output=x"],
    ],
)
def test_what_cannot_be_answered_is_a_sentence(
    mesh: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(["impact", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err


def test_an_illegal_schema_is_named_with_its_line(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = edited(mesh, '"type": "long", "doc": "Total', '"type": "lnog", "doc": "Total')
    assert run(["impact", "orders.order_events", "--schema", new]) == 2
    assert "new.avsc:12: SCH003" in capsys.readouterr().err
