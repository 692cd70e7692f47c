"""Landing zones in a bucket: the same law, told by a real object store."""

import gzip
import shutil
from errno import ENOSPC
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from google.cloud.storage import Blob

from mesh_platform.landing.batch import land_batch
from mesh_platform.landing.survey import survey
from mesh_platform.landing.zones import bucket
from mesh_platform.landing.zones.bucket import BucketRoot
from mesh_platform.landing.zones.zone import ZoneUnreachable
from tests.landing.bucket_scene import PREFIX, BucketScene
from tests.landing.scene import NOW, SYSTEM, TABLE, Scene, change, lines
from tests.landing.test_land_law import delivery, encoded

ORDERS = [change("c", "a", 10, size=1), change("u", "a", 20, size=2), change("c", "b", 30, note="x")]
ZONE = f"{SYSTEM}.{TABLE}"


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_a_bucket_and_a_folder_come_to_the_same_tables(bucket_scene: BucketScene, scene: Scene, seed: int) -> None:
    for landing in delivery(Random(seed), 18)[1]:
        for name, content in (encoded(name, records) for name, records in landing):
            scene.put(name, content)
            bucket_scene.upload(name, content)
        assert scene.counts() == bucket_scene.counts()
    assert scene.state() == bucket_scene.state()
    assert scene.changes() == bucket_scene.changes()
    assert scene.reasons() == bucket_scene.reasons()


def test_a_file_is_known_by_its_object_generation(bucket_scene: BucketScene) -> None:
    blob = bucket_scene.upload("one.jsonl", ORDERS)
    assert bucket_scene.counts() == (3, 3, 0, 0, 0)
    assert bucket_scene.counts() == (0, 0, 0, 0, 0)
    sql = "select path, generation, size, checksum is not null from mesh_landing.ledger"
    assert bucket_scene.warehouse.query(sql) == [
        (f"{SYSTEM}/{TABLE}/one.jsonl", str(blob.generation), len(lines(ORDERS)), True)
    ]


def test_a_rewritten_object_is_a_new_generation_though_its_size_is_the_same(bucket_scene: BucketScene) -> None:
    bucket_scene.upload("one.jsonl", ORDERS)
    bucket_scene.land()
    bucket_scene.upload("one.jsonl", [*ORDERS[:2], change("c", "d", 30, note="x")])
    assert bucket_scene.counts() == (3, 1, 2, 0, 0)


def test_an_object_overwritten_after_it_was_listed_is_read_as_what_it_is_now_and_only_then(
    bucket_scene: BucketScene,
) -> None:
    bucket_scene.upload("one.jsonl", ORDERS[:1])
    bucket_scene.upload("two.jsonl", ORDERS[2:])
    bucket_scene.land()
    bucket_scene.upload("one.jsonl", ORDERS[:2])
    bucket_scene.upload("three.jsonl", [change("c", "e", 50)])
    found = survey(bucket_scene.mesh, bucket_scene.environment)
    zone = next(z for z in found.files if z.table)
    new = [f for f in found.files[zone] if not f.path.endswith("two.jsonl")]
    bucket_scene.upload("one.jsonl", ORDERS)
    bucket_scene.bucket.blob(f"{PREFIX}/{SYSTEM}/{TABLE}/three.jsonl").delete()
    assert land_batch(bucket_scene.warehouse, zone, new, NOW, None, bucket_scene.home).files == 0
    assert bucket_scene.counts() == (3, 1, 2, 0, 0)


def test_a_deleted_object_changes_nothing(bucket_scene: BucketScene) -> None:
    blob = bucket_scene.upload("one.jsonl", ORDERS)
    bucket_scene.land()
    state = bucket_scene.state()
    blob.delete()
    assert bucket_scene.counts() == (0, 0, 0, 0, 0)
    assert bucket_scene.state() == state


def test_hidden_marker_and_unfinished_objects_and_made_folders_are_no_files(bucket_scene: BucketScene) -> None:
    for name in (".hidden.jsonl", "_SUCCESS", "half.jsonl.tmp", "_temporary/part.jsonl", "a/.git/x.jsonl", "", "2026/"):
        bucket_scene.upload(f"{name}", b"" if not name or name.endswith("/") else lines(ORDERS), f"{TABLE}/")
    assert bucket_scene.land().files == 0


def test_heartbeats_lie_beside_the_tables_and_other_prefixes_are_not_ours(bucket_scene: BucketScene) -> None:
    bucket_scene.upload("beat.jsonl", [{"ts_ms": 1_795_414_134_700}], "")
    bucket_scene.upload("beat.jsonl", [{"ts_ms": 1_795_414_134_800}], "__beats")
    bucket_scene.upload("other.jsonl", [{"ts_ms": 1_795_414_134_900}], "heartbeat")
    bucket_scene.bucket.blob(f"{PREFIX}-old/{SYSTEM}/{TABLE}/x.jsonl").upload_from_string(lines(ORDERS))
    bucket_scene.bucket.blob(f"{PREFIX}/{SYSTEM}/{TABLE}_old/x.jsonl").upload_from_string(lines(ORDERS))
    assert bucket_scene.counts() == (5, 0, 0, 5, 0)
    assert bucket_scene.warehouse.query("select epoch_ms(last_heartbeat_at) from mesh_landing.heartbeats") == [
        (1_795_414_134_900,)
    ]


def test_an_object_is_read_as_it_is_stored_whatever_encoding_it_claims(bucket_scene: BucketScene) -> None:
    packed = gzip.compress(lines(ORDERS))
    bucket_scene.upload("one.jsonl.gz", packed, content_encoding="gzip")
    bucket_scene.upload("two.jsonl", packed, content_encoding="gzip")
    assert bucket_scene.counts() == (6, 3, 3, 0, 0)


def test_more_objects_than_a_page_holds_are_all_found(bucket_scene: BucketScene, store: Any) -> None:
    blob = bucket_scene.upload("0.jsonl", ORDERS)
    first = store.folder / blob.bucket.name / blob.name
    for n in range(1, 2_345):
        shutil.copy2(first, first.with_name(f"{n}.jsonl"))
    root = BucketRoot(blob.bucket.name, PREFIX)
    assert [page.num_items for page in root._list(f"{SYSTEM}/{TABLE}", deep=True).pages] == [1000, 1000, 345]
    assert len({f.path for f in root.files(SYSTEM, TABLE)}) == 2_345


def test_a_bucket_that_is_not_there_is_a_sentence(bucket_scene: BucketScene) -> None:
    bucket_scene.landing = "gs://no-such-bucket/zones"
    report = bucket_scene.land()
    assert set(report.unreachable) == {ZONE, SYSTEM}
    assert report.unreachable[ZONE].startswith("there is no bucket `no-such-bucket`")


def test_a_bucket_that_does_not_answer_is_asked_once_and_soon_given_up(
    bucket_scene: BucketScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")
    monkeypatch.setattr(bucket, "_LIST_SECONDS", 0.5)
    report = bucket_scene.land()
    assert "does not answer" in report.unreachable[ZONE]
    assert report.unreachable[SYSTEM] == report.unreachable[ZONE]


def test_without_credentials_the_sentence_says_so(bucket_scene: BucketScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    assert bucket_scene.land().unreachable[ZONE].startswith("no credentials for Google Cloud: File /nowhere/key.json")


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (requests.exceptions.ConnectionError("connection reset by peer"), "connection reset by peer"),
        (OSError(ENOSPC, "No space left on device"), "no room for temporary files"),
    ],
    ids=["an outage", "a full disk"],
)
def test_files_that_cannot_be_brought_now_are_left_for_the_next_time(
    bucket_scene: BucketScene, monkeypatch: pytest.MonkeyPatch, problem: Exception, told: str
) -> None:
    for n in range(20):
        bucket_scene.upload(f"{n}.jsonl", [change("c", f"k{n}", 10 + n)])

    def breaks(*_: object, **__: object) -> None:
        raise problem

    with monkeypatch.context() as broken:
        broken.setattr(Blob, "download_to_filename", breaks)
        report = bucket_scene.land()
    assert report.rows.read == 0
    assert told in report.unreachable[ZONE]
    assert bucket_scene.warehouse.query("select count(*) from mesh_landing.ledger") == [(0,)]
    assert bucket_scene.counts() == (20, 20, 0, 0, 0)


class Listing(list[Any]):
    """What the store says of names that the emulator, which keeps objects as files, cannot hold."""

    def __init__(self, *names: str, prefixes: tuple[str, ...] = ()) -> None:
        told = {"generation": 1, "size": 1, "updated": NOW}
        super().__init__(SimpleNamespace(name=f"{PREFIX}/{SYSTEM}/{name}", **told) for name in names)
        self.prefixes = {f"{PREFIX}/{SYSTEM}/{p}" for p in prefixes}


def test_an_object_with_an_empty_step_in_its_name_is_an_object(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("a//one.jsonl", "/two.jsonl", "a//", "", ".a//three.jsonl")
    monkeypatch.setattr(BucketRoot, "_list", lambda *_, **__: Listing(*(f"{TABLE}/{n}" for n in names)))
    found = BucketRoot("b", PREFIX).files(SYSTEM, TABLE)
    assert [f.path for f in found] == [f"{ZONE.replace('.', '/', 1)}/{n}" for n in ("/two.jsonl", "a//one.jsonl")]


def test_objects_below_a_folder_without_a_name_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BucketRoot, "_list", lambda *_, **__: Listing(prefixes=("/", "beats/")))
    root = BucketRoot("b", PREFIX)
    assert root.folders(SYSTEM) == ["beats"]
    with pytest.raises(ZoneUnreachable, match="`shop_db//`"):
        root.files(SYSTEM, "")
