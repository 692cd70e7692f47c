"""How landing stands: one look at all tables of a domain, in levels and in words."""

from datetime import UTC, datetime, timedelta

from mesh_platform.landing.records.health import PATIENCE, Health, health, sentence
from tests.landing.scene import NOW, TABLE, THING, Scene, change, envelope, lines, mesh_of
from tests.landing.test_gap import ENDED, META, THREE, ended

ZONE = f"shop_db.{TABLE}"


def told(scene: Scene, zone: str = ZONE) -> Health:
    return health(scene.mesh, scene.warehouse, "shop", {})[zone]


def test_a_table_in_order_passes_and_says_so(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10)]))
    scene.land()
    assert told(scene).level(NOW) == "pass"
    assert sentence(told(scene)) == "nothing in quarantine, nothing missing"


def test_records_warn_and_whole_files_fail_with_places_and_no_values(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, size="jane"), change("c", "b", 20, size="joe"), "nonsense"]))
    scene.land()
    found = told(scene)
    assert (found.level(NOW), found.records, found.files) == ("warn", 3, 0)
    assert [(h.kind, h.rows) for h in found.held] == [("a value does not fit", 2), ("not JSON", 1)]
    assert [(p.path, p.record) for p in found.held[0].places] == [(f"shop_db/{TABLE}/one.jsonl", n) for n in (1, 2)]
    assert "jane" not in repr(found)
    scene.put("two.avro", b"no container")
    scene.land()
    assert told(scene).level(NOW) == "error"
    assert sentence(told(scene)) == "1 file in quarantine; 3 records in quarantine"


def test_what_was_replayed_is_no_longer_held_against_the_table(scene: Scene) -> None:
    scene.mesh = mesh_of([{**c, "type": ["null", "int"]} if c["name"] == "size" else c for c in THING])
    scene.put("one.jsonl", lines([change("c", "a", 10, size=10**12)]))
    scene.land()
    assert told(scene).level(NOW) == "warn"
    scene.mesh = mesh_of()
    scene.land(replay=True)
    assert told(scene).level(NOW) == "pass"


def test_quarantine_beside_the_tables_folders_is_told_on_every_table_of_the_system(scene: Scene) -> None:
    scene.mesh = mesh_of(more={"public.others": THING})
    scene.put("one.jsonl", "nonsense\n", folder="elsewhere")
    scene.land()
    for zone in (ZONE, "shop_db.public.others"):
        assert told(scene, zone).level(NOW) == "warn"
        assert sentence(told(scene, zone)) == "1 record in quarantine beside the tables' folders"


def test_an_incomplete_transaction_warns_and_fails_after_an_hour(scene: Scene) -> None:
    scene.put("one.jsonl", lines(THREE[:1]))
    scene.put("end.jsonl", lines([ended("7:1", public__things=3)]), folder=META)
    scene.land()
    assert told(scene).level(ENDED + timedelta(minutes=1)) == "warn"
    assert told(scene).level(ENDED + PATIENCE + timedelta(seconds=1)) == "error"
    assert sentence(told(scene)) == "1 incomplete transaction, 2 changes missing since 2026-11-23 06:08 UTC"


def test_a_missing_range_of_offsets_only_warns(scene: Scene) -> None:
    scene.put("t+0+0.jsonl", lines([change("c", "a", 10)]))
    scene.put("t+0+5.jsonl", lines([change("c", "b", 20)]))
    scene.land()
    assert told(scene).level(datetime(2100, 1, 1, tzinfo=UTC)) == "warn"
    assert sentence(told(scene)).startswith("1 missing range of offsets, 4 changes missing since ")


def test_undeclared_columns_are_named_and_no_fault(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, weight="heavy", colour="red"), change("c", "b", 20, weight=5)]))
    scene.land()
    assert told(scene).level(NOW) == "pass"
    assert sentence(told(scene)) == "undeclared columns arrive: `colour`, `weight`"
    assert [(u.column, u.changes) for u in told(scene).undeclared] == [("colour", 1), ("weight", 2)]
    scene.mesh = mesh_of([*THING, {"name": "weight", "type": ["null", "long"], "default": None}])
    scene.land()
    wanted = "undeclared columns arrive: `colour`; values that do not fit are kept beside the row: `weight`"
    assert sentence(told(scene)) == wanted


def test_a_zone_that_is_not_landed_fails_with_the_reason(scene: Scene) -> None:
    scene.land()
    found = health(scene.mesh, scene.warehouse, "shop", {ZONE: "Permission denied"})[ZONE]
    assert found.level(NOW) == "error"
    assert sentence(found) == "its files stay where they are: Permission denied"


def test_a_table_that_has_no_tables_yet_is_in_order(scene: Scene) -> None:
    scene.land()
    scene.mesh = mesh_of(more={"public.others": THING})
    assert told(scene, "shop_db.public.others").level(NOW) == "pass"


def test_a_thousand_tables_are_one_query_a_question(scene: Scene) -> None:
    scene.mesh = mesh_of(more={f"public.t{n}": THING for n in range(20)})
    scene.put("one.jsonl", lines([envelope("c", 1, after={"id": "x"}, table="t3")]), folder="public.t3")
    scene.land()
    asked: list[str] = []
    real = scene.warehouse.query
    scene.warehouse.query = lambda sql, p=(): (asked.append(sql), real(sql, p))[1]  # type: ignore[method-assign]
    assert len(health(scene.mesh, scene.warehouse, "shop", {})) == 21
    assert len(asked) == 5


def test_of_many_undeclared_columns_the_first_are_named_and_the_rest_are_counted(scene: Scene) -> None:
    wide = {f"c{n:05}{'x' * 100 * (n == 0)}": n for n in range(2_000)}
    scene.put("one.jsonl", lines([change("c", "a", 10, **wide)]))
    scene.land()
    said = sentence(told(scene))
    assert said.startswith(f"undeclared columns arrive: `c00000{'x' * 54}…`, `c00001`, ")
    assert said.endswith(", `c00009` and 1,990 more")
