"""Rows and tables that another version wrote, or a person spoilt: what can be told is told, and nothing is lost."""

from datetime import datetime

import pytest

from tests.monitor.watch import Watch, healthy
from tests.slo.scene import MINUTE

LATE = 91 * MINUTE
"""After the last heartbeat: freshness is broken."""


def broken(watch: Watch, now: datetime, ticks: int = 3) -> datetime:
    """An incident is open and told; the moment of the next tick."""
    healthy(watch, now)
    watch.run(now + LATE, ticks)
    return now + LATE + ticks * MINUTE


def opened(watch: Watch) -> int:
    return len(watch.scene.warehouse.query("select 1 from mesh_slo.incident_events where kind = 'opened'"))


@pytest.mark.parametrize(
    "sql",
    [
        "alter table mesh_slo.notifications drop column sent_at",
        "alter table mesh_slo.notifications drop column last_error",
        "alter table mesh_slo.incident_events drop column note",
        "alter table mesh_slo.incidents drop column merged_into",
        "alter table mesh_slo.notifications add column from_a_newer_version varchar",
        "alter table mesh_slo.incidents add column from_a_newer_version varchar",
        "alter table mesh_slo.incident_events add column from_a_newer_version varchar",
    ],
)
def test_a_table_of_another_version_is_used_as_it_is_and_gains_what_it_lacks(
    watch: Watch, now: datetime, sql: str
) -> None:
    at = broken(watch, now)
    watch.scene.warehouse.execute(sql)
    found = watch.tick(at)
    assert (found.trouble, len(found.state.open)) == (None, 1)
    watch.run(at + MINUTE, 3, watch.scene.beat)
    assert watch.heard() == ["opened", "closed"]


@pytest.mark.parametrize("change", ["notice = '{}'", "notice = 'no json'", "notice = '[]'", "state = 'later'"])
def test_a_row_of_the_outbox_that_cannot_be_read_is_left_and_counted_and_the_others_are_sent(
    watch: Watch, now: datetime, change: str
) -> None:
    at = broken(watch, now, ticks=1)
    watch.scene.warehouse.execute(
        "insert into mesh_slo.notifications by name select 'odd' as id, 0 as number, route, 'other' as incident, event,"
        " notice, 'pending' as state, attempts, created_at, next_attempt_at from (select 'webhook * MESH_WEBHOOK' as"
        " route, 'e' as event, '{}' as notice, 0 as attempts, now() as created_at, now() as next_attempt_at)"
    )
    watch.scene.warehouse.execute(f"update mesh_slo.notifications set {change} where id = 'odd'")
    odd = "select * from mesh_slo.notifications where id = 'odd'"
    before = watch.scene.warehouse.query(odd)
    for n in range(3):
        trouble = watch.tick(at + n * MINUTE).trouble
        assert trouble and "0 events of incidents and 1 rows of the outbox" in trouble
    assert watch.heard() == ["opened"]
    assert watch.scene.warehouse.query(odd) == before


def test_a_notice_that_cannot_be_read_any_more_is_not_filed_a_second_time(watch: Watch, now: datetime) -> None:
    at = broken(watch, now)
    watch.scene.warehouse.execute("update mesh_slo.notifications set notice = '{}'")
    rows = watch.scene.warehouse.query("select * from mesh_slo.notifications order by id")
    watch.told = 0
    watch.run(at, 2)
    assert watch.scene.warehouse.query("select * from mesh_slo.notifications order by id") == rows
    assert watch.heard() == ["opened"]


def test_an_event_of_a_kind_that_this_version_does_not_know_is_left_out_of_the_telling(
    watch: Watch, now: datetime
) -> None:
    at = broken(watch, now)
    watch.scene.warehouse.execute(
        "insert into mesh_slo.incident_events by name select max(seq) + 1 as seq, any_value(incident) as incident,"
        " max(happened_at) as happened_at, 'snoozed' as kind from mesh_slo.incident_events where kind = 'opened'"
    )
    found = watch.tick(at)
    assert found.trouble and "1 events of incidents and 0 rows of the outbox" in found.trouble
    assert len(found.state.open) == 1
    watch.run(at + MINUTE, 3, watch.scene.beat)
    assert watch.heard() == ["opened", "closed"]
    assert watch.tick(at + 5 * MINUTE).trouble is None  # it is over: nobody has to know any more


def test_an_incident_whose_beginning_cannot_be_read_is_opened_again(watch: Watch, now: datetime) -> None:
    at = broken(watch, now)
    watch.scene.warehouse.execute("update mesh_slo.incident_events set kind = 'begun' where kind = 'opened'")
    watch.run(at, 3)
    assert (opened(watch), watch.heard()) == (1, ["opened", "opened"])
    watch.run(at + 3 * MINUTE, 3, watch.scene.beat)
    assert watch.heard() == ["opened", "opened", "closed"]


@pytest.mark.parametrize("table", ["notifications", "incident_events", "incidents"])
def test_what_was_measured_is_known_whatever_becomes_of_incidents_and_is_told_later(
    watch: Watch, now: datetime, table: str
) -> None:
    """In the table's place is a view that nobody can write to."""
    healthy(watch, now)
    calm = watch.tick(now + MINUTE)
    watch.scene.warehouse.execute(f"alter table mesh_slo.{table} rename to aside")
    watch.scene.warehouse.execute(f"create view mesh_slo.{table} as select 1 as other")
    for n in range(2):
        found = watch.tick(now + LATE + n * MINUTE)
        assert len(found.measurements) == len(calm.measurements)
        assert found.trouble and "\n" not in found.trouble
        assert (found.told, found.pending, found.state.open) == (calm.told, {}, [])
    watch.scene.warehouse.execute(f"drop view mesh_slo.{table}")
    watch.scene.warehouse.execute(f"alter table mesh_slo.aside rename to {table}")
    watch.run(now + LATE + 2 * MINUTE, 2)
    assert watch.heard() == ["opened"]


@pytest.mark.parametrize("sql", ["drop table mesh_slo.incidents", "delete from mesh_slo.incidents"])
def test_the_rows_of_incidents_are_made_anew_where_they_were_lost(watch: Watch, now: datetime, sql: str) -> None:
    at = broken(watch, now)
    rows = watch.scene.warehouse.query("select * from mesh_slo.incidents")
    watch.scene.warehouse.execute(sql)
    watch.tick(at)
    assert watch.scene.warehouse.query("select * from mesh_slo.incidents") == rows
    watch.run(at + MINUTE, 3)
    assert (opened(watch), watch.heard()) == (1, ["opened"])
    watch.run(at + 4 * MINUTE, 3, watch.scene.beat)
    assert watch.heard() == ["opened", "closed"]
