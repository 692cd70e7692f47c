"""`mesh quarantine`: what could not be used is shown without values, and a person decides about it."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.environment import Environment
from tests.cli.desk import Asked, Desk
from tests.cli.test_land import mesh, mesh_land

SYSTEM = "orders_service_postgres"


def test_the_quarantine_is_shown_without_values_and_ends_by_a_decision(root: Path, tmp_path: Path) -> None:
    home, zone = tmp_path / "home", tmp_path / "home" / "landing" / "orders_service_postgres" / "public.orders"
    zone.mkdir(parents=True)
    source = {"schema": "public", "table": "orders", "lsn": 5, "ts_ms": 1795414134700}
    schema = json.loads((root / "domains" / "orders" / "sources" / "public.orders.avsc").read_text())
    secret = dict.fromkeys((f["name"] for f in schema["fields"]), "2026-11-23T12:00:00Z")
    secret["total_amount_cents"] = "eve@example.com"
    (zone / "a.jsonl").write_text(json.dumps({"op": "c", "after": secret, "source": source}) + "\nnonsense\n")
    (zone / "b.csv").write_text("id\n")
    assert mesh_land(root, home).returncode == 1
    shown = mesh(root, home, "quarantine")
    assert (shown.returncode, "eve@" in shown.stdout) == (1, False)
    assert "a.jsonl record 2: not JSON" in shown.stdout
    assert "b.csv as a whole" in shown.stdout
    assert "do: Compare the column's type" in shown.stdout
    assert "eve@" in mesh(root, home, "quarantine", "--records").stdout
    path = "orders_service_postgres/public.orders/b.csv"
    (zone / "b.csv").unlink()
    assert mesh_land(root, home, "--replay").returncode == 1
    gone = mesh(root, home, "quarantine", "dismiss", path, "--because", "a spreadsheet, put there by hand")
    assert (gone.returncode, gone.stdout) == (0, f"1 file of `{path}` dismissed\n")
    told = json.loads(mesh(root, home, "quarantine", "--table", "public.orders", "--format", "json").stdout)
    assert [(t["record"], t["kind"], t["raw"]) for t in told["quarantine"]][-1] == (2, "not JSON", "nonsense")
    assert mesh(root, home, "quarantine", "reopen", path).returncode == 0
    assert "b.csv" in mesh(root, home, "quarantine").stdout
    mesh(root, home, "quarantine", "dismiss", path, "--because", "again")
    mesh(root, home, "quarantine", "dismiss", path.replace("b.csv", "a.jsonl"), "--because", "sent anew")
    assert mesh(root, home, "quarantine").stdout == "nothing in quarantine\n"
    assert mesh_land(root, home, "--replay").returncode == 0
    assert mesh(root, home, "quarantine", "dismiss", path, "--because", "again").returncode == 1
    assert mesh(root, home, "quarantine", "dismiss", path).returncode == 2


class Sorting(Desk):
    """Where somebody puts files, lands them and asks."""

    def put(self, name: str, content: str, folder: str = "public.orders") -> str:
        """The path of a file that is put into a zone."""
        zone = Path(self.environment.landing) / SYSTEM / folder
        zone.mkdir(parents=True, exist_ok=True)
        (zone / name).write_text(content)
        return f"{SYSTEM}/{folder}/{name}"

    def quarantine(self, *arguments: str) -> Asked:
        return self.mesh("quarantine", *arguments)

    def held(self, *arguments: str) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.quarantine(*arguments, "--format", "json").json["quarantine"]
        return told


@pytest.fixture
def desk(desk: Desk) -> Sorting:
    return Sorting(desk.environment, desk.capsys)


def test_a_decision_goes_with_no_choice_of_what_to_show_and_a_typo_is_told(desk: Sorting) -> None:
    for arguments in (
        ("dismiss", "a", "--because", "b", "--system", SYSTEM),
        ("--system", SYSTEM, "dismiss", "a", "--because", "b"),
        ("reopen", "a", "--records"),
        ("dismiss", "a", "--because", " "),
        ("dismis", "a"),
    ):
        assert desk.quarantine(*arguments).code == 2
    assert "dismiss " in desk.quarantine("--help").out
    assert desk.quarantine("list").out == desk.quarantine().out == "nothing in quarantine\n"


def test_a_decision_is_told_as_json_and_in_what_it_was_about(desk: Sorting) -> None:
    path, whole = desk.put("a.jsonl", "one\ntwo\n"), desk.put("b.csv", "id\n")
    desk.mesh("land")
    assert desk.quarantine("dismiss", whole, "--because", "no") == (0, f"1 file of `{whole}` dismissed\n", "")
    assert desk.quarantine("reopen", whole) == (0, f"1 file of `{whole}` reopened\n", "")
    asked = desk.quarantine("dismiss", path, "--because", "no", "--format", "json")
    assert (asked.code, asked.json) == (0, {"path": path, "dismissed": 2})
    asked = desk.quarantine("dismiss", path, "--because", "no", "--format", "json")
    assert (asked.code, asked.json) == (1, {"path": path, "dismissed": 0})
    asked = desk.quarantine("reopen", path, "--format", "json")
    assert (asked.code, asked.json) == (0, {"path": path, "reopened": 2})


def test_what_was_dismissed_is_listed_with_when_and_why(desk: Sorting) -> None:
    path, other = desk.put("a.jsonl", "nonsense\n" * 5), desk.put("b.csv", "id\n")
    desk.mesh("land")
    assert desk.quarantine("--dismissed") == (0, "nothing was dismissed\n", "")
    desk.quarantine("dismiss", path, "--because", "sent\n anew")
    shown = desk.quarantine("--dismissed")
    assert shown.code == 0
    assert re.search(r"public.orders: not JSON, 5 records dismissed 20[-0-9]+ [:0-9]+ UTC: sent anew\n", shown.out)
    assert f"  {path} record 3: not JSON\n  and 2 more" in shown.out
    assert (other in shown.out, "do:" in shown.out) == (False, False)
    held = desk.held("--dismissed")
    assert [(h["record"], h["dismissed_because"]) for h in held] == [(n, "sent anew") for n in range(1, 6)]
    assert [h["dismissed_because"] for h in desk.held()] == [None]


def test_a_name_that_a_terminal_would_obey_is_shown_escaped(desk: Sorting) -> None:
    path = desk.put("a\x1b[2J\nb.csv", "id\n", folder="cafe\x07")
    desk.mesh("land")
    for asked in (desk.quarantine(), desk.quarantine("dismiss", path, "--because", "no")):
        assert not re.search(r"[\x07\x1b]|J\n", asked.out)
        assert r"cafe\x07/a\x1b[2J\nb.csv" in asked.out
    assert r"a\x1b[2J\nb.csv" in desk.quarantine("--dismissed").out


def test_a_name_that_is_not_known_is_a_usage_mistake_with_a_hint(desk: Sorting) -> None:
    desk.put("a.jsonl", "nonsense\n")
    desk.mesh("land")
    for arguments, hint in (
        (("--system", "orders_service_postgre"), f"did you mean `{SYSTEM}`?"),
        (("--system", "\udcff"), r"there is no source system `\xff`"),
        (("--table", "orders"), "did you mean `public.orders`?"),
        (("--table", "x"), "there are: public.orders, public.returns"),
        (("--system", SYSTEM, "--table", "x"), "there is no source table `x`"),
    ):
        for command in ("quarantine", "land"):
            asked = desk.mesh(command, *arguments)
            assert (asked.code, hint in asked.err) == (2, True), asked
    assert desk.quarantine("--system", SYSTEM, "--table", "public.returns").out == "nothing in quarantine\n"


def test_what_is_declared_no_longer_can_be_asked_for(desk: Sorting, environment: Environment) -> None:
    desk.put("a.jsonl", "nonsense\n", folder="elsewhere")
    desk.put("b.jsonl", "nonsense\n")
    desk.mesh("land")
    shutil.rmtree(environment.root / "domains" / "orders")
    assert "elsewhere/a.jsonl" in desk.quarantine("--system", SYSTEM).out
    for table in ("elsewhere", "public.orders"):
        assert len(desk.held("--table", table)) == 1


def test_a_path_is_taken_as_it_is_on_disk_as_the_ledger_has_it_and_as_it_is_shown(desk: Sorting) -> None:
    names = ("b\udcff.csv", r"c\xff.csv", "d\n.csv")
    on_disk = [desk.put(name, "id\n", folder="caf\udce9") for name in names]
    in_ledger = [rf"{SYSTEM}/caf\xe9/" + name for name in (r"b\xff.csv", r"c\\xff.csv", "d\n.csv")]
    shown = [*in_ledger[:2], in_ledger[2].replace("\n", r"\n")]
    desk.mesh("land")
    assert {h["path"] for h in desk.held()} == set(in_ledger)
    for spelled in (on_disk, in_ledger, shown):
        for path, known in zip(spelled, in_ledger, strict=True):
            done = desk.quarantine("dismiss", path, "--because", "by \udcff", "--format", "json")
            assert done.json == {"path": known, "dismissed": 1}
            assert desk.quarantine("reopen", path).code == 0
    desk.quarantine("dismiss", on_disk[0], "--because", "by \udcff")
    assert r"UTC: by \xff" in desk.quarantine("--dismissed").out
    for table in ("caf\udce9", r"caf\xe9"):
        assert len(desk.held("--table", table)) == 2
    assert r"no source table `x\xff`" in desk.quarantine("--table", "x\udcff").err
    assert desk.quarantine("reopen", "x\udcff") == (1, "nothing of `x\\xff` reopened\n", "")
    assert desk.quarantine("dismiss", "x\udcff", "--because", "y").code == 1
