"""What each SLI means, in a sentence and in SQL, and each other check; `mesh explain` prints these."""

from typing import Final, NamedTuple


class Definition(NamedTuple):
    """The meaning of an SLI and the query that is its truth."""

    meaning: str
    sql: str


DEFINITIONS: Final[dict[str, Definition]] = {
    "freshness": Definition(
        "lag = now - T. T is the event time of the oldest landed change that is not yet in the publication; if there is"
        " none, the later of the last landed event and the last heartbeat of the source system. Of several inputs"
        " the oldest T counts; an input that is a product counts with its own T. Neither event nor heartbeat: unknown."
        " An event vouches for no more than the moment it landed; one without a time waits since it landed. At a past"
        " moment only what had landed by then counts, of the heartbeats those of `mesh_landing.heartbeats_by_minute`.",
        """select i.product, i.system,
       min(least(coalesce(l.first_event_at, l.landed_at), l.landed_at))
           filter (where l.rows_applied > 0 and l.revision > p.through_revision) as oldest_unpublished,
       greatest(max(least(l.last_event_at, l.landed_at)) filter (where l.last_event_at is not null),
           max(h.last_heartbeat_at)) as alive_at
from inputs i
left join last_publication p    using (product)
left join mesh_landing.ledger l using (system, source_table)
left join mesh_landing.heartbeats h using (system)
group by i.product, i.system""",
    ),
    "latency": Definition(
        "of the events that happened, the share that consumers could read within `freshness.target_minutes` of their"
        " happening, counted in buckets of five minutes of event time. A bucket counts once that time has passed since"
        " its end. The share over `slo.window_days` is held against `slo.objective_percent`; the rest is the error"
        " budget, and burning it too fast alerts. An event counts as visible since the first publication that showed"
        " it, whatever republishes it; what happened before the product was first published was not promised and is not"
        " counted. Without a model of the expected events those that are published are counted.",
        """select sum(good) as good, sum(total) as total
from mesh_slo.measurements
where product = ? and sli = 'latency'
  and bucket > (select min(published_at) from mesh_slo.publications where product = ?)  -- promised from then on
  and bucket >= now() - to_days(28) and bucket + interval 5 minute <= now() - to_minutes(30)  -- window, target
-- a bucket's counts are
select count(*) as total, count(*) filter (p._mesh_published_at <= e.event_time + to_minutes(30)) as good
from <expected> e left join <published> p using (key)""",
    ),
    "completeness": Definition(
        "of the events the sources say must exist (the model named by slo.completeness.expected), the share that is in"
        " the published product, counted in buckets of five minutes of event time. A bucket counts once"
        " `freshness.error_minutes` have passed since its end and the source was heard in it or later; an event that"
        " comes after all is counted then. Its objective is `slo.completeness.target_percent`. At a past moment only"
        " what was published by then counts.",
        """select sum(good) as good, sum(total) as total
from mesh_slo.measurements
where product = ? and sli = 'completeness'
  and bucket >= now() - to_days(28) and bucket + interval 5 minute <= now() - to_minutes(90)  -- window, error
-- a bucket's counts are
select count(*) as total, count(p.key) as good
from <expected> e left join (select distinct key from <published> where _mesh_published_at <= now()) p using (key)""",
    ),
    "accuracy": Definition(
        "of the product's dbt tests, the share that passed when they last ran; they run with every refresh and at least"
        " as often as slo.accuracy.run_frequency says.",
        """select count(*) filter (where status = 'pass') as good, count(*) as total
from mesh_slo.audits
where product = ? and audited_at = (select max(audited_at) from mesh_slo.audits where product = ?)""",
    ),
}

CHECKS: Final = {
    "contract": "The port shows exactly the schema's columns, in order, each of its type.",
    "governance": "The manifest, schema and models keep the council's policies; the same rules as `mesh validate`.",
    "landing": "Nothing of the table is in quarantine, and nothing that the source counts is missing.",
}
"""What the checks mean that measure no promise."""
