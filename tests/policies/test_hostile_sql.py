"""Models and properties that no one would write: a finding each, none stops the others, none takes long."""

import json
import time
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern, govern_files
from tests.policies.test_fixtures import HERE, laid_over_base

ALIASES = [b"- &a%d [%s]\n" % (i, b",".join([b"*a%d" % (i - 1)] * 9)) for i in range(1, 30)]
HOSTILE = {
    "bytes.sql": bytes(range(256)) * 10,
    "deep.sql": b"select " + b"(" * 50_000 + b"1" + b")" * 50_000,
    "wide.sql": b"select " + b",".join(b"a%d" % i for i in range(60_000)) + b" from {{ ref('x') }}",
    "braces.sql": b"{{ " * 20_000,
    "ifs.sql": b"{% if x %}" * 3_000 + b"{% endif %}" * 3_000,
    "unions.sql": b" union all ".join([b"select a from {{ ref('x') }}"] * 3_000),
    "loops.sql": b"{% for i in range(99999) %}" * 5 + b"{% endfor %}" * 5,
    "doubling.sql": b"with a0 as (select * from t)"
    + b"".join(b", a%d as (select * from a%d x, a%d y)" % (i, i - 1, i - 1) for i in range(1, 30))
    + b" select * from a29",
    "excluded.sql": b"with a0 as (select * from {{ ref('x') }})" + b"".join(
        b", a%d as (select x.* exclude (b%d), y.* exclude (c%d) from a%d x, a%d y)" % (i, i, i, i - 1, i - 1)
        for i in range(1, 30)) + b" select * from a29",
    "either.sql": b"select " + b",".join(b"x%d" % i for i in range(2_000)) + b" from "
    + b",".join(b"t%d" % i for i in range(1_000)),
    "lateral.sql": b"select a as b0" + b"".join(b", b%d||b%d as b%d" % (i, i, i + 1) for i in range(3_000))
    + b" from t",
    "types.sql": b"select " + b"decimal(" * 60 + b"1" + b")" * 60,
    "recursive.sql": b"with recursive r as (" * 30 + b"select 1" + b" union all select 1) select * from r" * 30,
    "round.sql": b"{% for a in range(9000) %}{% for b in range(99999) if false %}{% endfor %}{% endfor %}",
    "batch.sql": b"{{ [1]|batch(200000000, 'x') }}",
    "flow.yml": b"sources: " + b"[" * 500_000,
    "dashes.yml": b"sources:\n" + b"- " * 400_000,
    "aliases.yml": b"sources:\n- &a0 [x]\n" + b"".join(ALIASES),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_a_finding_in_time(name: str, tmp_path: Path) -> None:
    root = laid_over_base(HERE / "PII004" / "bad", tmp_path / "root")
    (root / "dbt_projects/sales/models/staging" / name).write_bytes(HOSTILE[name])
    environment = Environment(root, tmp_path / "home", Target.DUCKDB, str(tmp_path / "landing"))
    started = time.process_time()
    found = govern_files(gather(root), environment, date(2026, 11, 23))
    assert time.process_time() - started < 5
    assert len([f for f in found if f.code == "PII004"]) == 2
    assert name == "aliases.yml" or any(f.path.endswith(name) for f in found)


def test_of_a_thousand_findings_in_one_schema_two_hundred_are_told(tmp_path: Path) -> None:
    root = laid_over_base(HERE / "PII002" / "good", tmp_path / "root")
    file = root / "domains/sales/orders/schema/1.1.0.avsc"
    schema = json.loads(file.read_text())
    schema["fields"] += [{"name": f"email_{i}", "type": ["null", "string"], "default": None} for i in range(1_000)]
    file.write_text(json.dumps(schema, indent=2))
    started = time.process_time()
    found = govern(gather(root), date(2026, 11, 23))
    assert time.process_time() - started < 2
    told = [f for f in found if f.code == "PII002"]
    assert len({(f.line, f.key) for f in told}) == len(told) == 201
    assert [f.message for f in told if "more than" in f.message] == ["breaks this policy in more than `200` places"]
