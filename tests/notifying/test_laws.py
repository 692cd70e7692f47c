"""Whatever happens in whichever order: told once, in order, and the end is heard by whoever heard of the beginning."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.manifest.notifications import Notifications, Route, RouteKind
from mesh_platform.notifying.delivery import TOLD, Delivery, State
from mesh_platform.notifying.due import due
from mesh_platform.notifying.filing import filed, kept_back, released
from mesh_platform.notifying.notice import ENDS, Kind, Notice, as_text, from_text
from mesh_platform.notifying.outcome import LONGEST_PAUSE, after
from mesh_platform.notifying.post import Answer
from mesh_platform.slo.measurement import Severity
from tests.notifying.notices import NOW, PAGERDUTY, SLACK, WEBHOOK, config, muted, notice

OPEN = config(SLACK, PAGERDUTY, WEBHOOK)
QUIET = config(SLACK, PAGERDUTY, WEBHOOK, mutes=(muted(date(2030, 1, 1)),))
TEXT = st.text(max_size=30)
MOMENT = st.datetimes(timezones=st.just(NOW.tzinfo))  # type: ignore[arg-type]


@dataclass
class Post:
    """An outbox that lives in memory, and what came out of it."""

    outbox: dict[str, Delivery] = field(default_factory=dict)
    told: list[Delivery] = field(default_factory=list)
    now = NOW

    def file(self, notice: Notice, rules: Notifications) -> None:
        self.outbox = filed(self.outbox, notice, rules, len(self.outbox) + 1, self.now)

    def send(self, answer: Answer) -> None:
        self.now += LONGEST_PAUSE
        pending = [d for d in self.outbox.values() if d.state is State.PENDING]
        for deliveries in due(pending, self.now).values():
            for delivery in deliveries:
                tried = after(delivery, answer, self.now)
                self.outbox[delivery.id] = tried
                if tried.state is State.SENT:
                    self.told.append(delivery)
                if tried.state is State.PENDING:
                    break


STEPS = st.lists(
    st.tuples(
        st.sampled_from(Kind),
        st.sampled_from(["inc-1", "inc-2"]),
        st.sampled_from(Severity),
        st.booleans(),
        st.sampled_from([None, Answer(200), Answer(500), Answer(None)]),
    ),
    max_size=25,
)


def lived(steps: list[tuple[Kind, str, Severity, bool, Answer | None]], times: int = 1) -> Post:
    post = Post()
    for number, (kind, incident, severity, quiet, answer) in enumerate(steps):
        for _ in range(times):
            post.file(notice(kind, number, incident, severity=severity), QUIET if quiet else OPEN)
        if not quiet:
            post.outbox = released(post.outbox, OPEN, post.now)
        if answer:
            post.send(answer)
    return post


@given(STEPS)
def test_nothing_is_told_twice_nothing_out_of_order_and_no_end_without_a_beginning(
    steps: list[tuple[Kind, str, Severity, bool, Answer | None]],
) -> None:
    post = lived(steps)
    post.outbox = released(post.outbox, OPEN, post.now)
    for _ in range(30):
        post.send(Answer(200))
    assert len({(d.notice.id, d.route) for d in post.told}) == len(post.told)
    for line in {d.line for d in post.told}:
        told = [d for d in post.told if d.line == line]
        assert [d.number for d in told] == sorted(d.number for d in told)
        assert not any({a.notice.kind, b.notice.kind} <= ENDS for a, b in pairwise(told))
    assert not [d for d in post.outbox.values() if d.state in (State.PENDING, State.HELD)]


@given(STEPS)
def test_whoever_heard_of_an_incident_hears_of_its_end(
    steps: list[tuple[Kind, str, Severity, bool, Answer | None]],
) -> None:
    post = lived([*steps, *[(Kind.CLOSED, i, Severity.PAGE, True, None) for i in ("inc-1", "inc-2")]])
    post.outbox = released(post.outbox, OPEN, post.now)
    for _ in range(30):
        post.send(Answer(200))
    last = {d.line: d.notice.kind for d in post.told}
    dead = {d.line for d in post.outbox.values() if d.state is State.DEAD}
    assert all(kind in ENDS for line, kind in last.items() if line not in dead)


@given(STEPS)
def test_what_is_kept_back_from_everybody_is_open_for_nobody_and_one_call_makes_it_heard(
    steps: list[tuple[Kind, str, Severity, bool, Answer | None]],
) -> None:
    post = lived(steps)
    for incident in kept_back(post.outbox):
        lines = [d for d in post.outbox.values() if d.notice.incident == incident]
        told = {d.route: d for d in lines if d.state not in (State.HELD, State.DROPPED)}
        assert all(d.notice.kind in ENDS for d in told.values())
        post.file(notice(Kind.OPENED, 99, incident), OPEN)
        assert incident not in kept_back(post.outbox)
        assert [d for d in post.outbox.values() if d.notice.incident == incident and d.state is State.PENDING]


TEAMS = ("orders", "finance", "stock")
ROUTES = config(
    SLACK,
    *(Route(to=f"@{team}", kind=RouteKind.WEBHOOK, url_from=f"MESH_WEBHOOK_{team.upper()}") for team in TEAMS),
)
QUIET_ROUTES = replace(ROUTES, mutes=dict(enumerate([muted(date(2030, 1, 1))])))


@given(st.lists(st.tuples(st.sampled_from(TEAMS), st.sampled_from(["opened", "moved", "closed"]), st.booleans())))
def test_whoever_was_called_for_a_promise_has_an_open_incident_until_it_is_over(
    steps: list[tuple[str, str, bool]],
) -> None:
    """Each team has an incident of its own, which may move into that of the next, and that one into its next."""
    post, number = Post(), 0

    def say(kind: Kind, team: str, quiet: bool, **changes: str) -> None:
        nonlocal number
        number += 1
        post.file(notice(kind, number, team, **{"oncall": f"@{team}", **changes}), QUIET_ROUTES if quiet else ROUTES)

    def follow(team: str, incident: str) -> bool:
        lines = [d for d in post.outbox.values() if team.upper() in d.route and d.notice.incident == incident]
        told = [d for d in lines if d.state in TOLD]
        return bool(told) and told[-1].opens

    for team, what, quiet in steps:
        heir = TEAMS[(TEAMS.index(team) + 1) % len(TEAMS)]
        if what == "opened":
            say(Kind.OPENED, team, quiet=False)
        elif what == "closed":
            say(Kind.CLOSED, team, quiet)
        elif what == "moved":
            concerned = [of for of in TEAMS if follow(of, team)]
            for of in concerned:
                say(Kind.OPENED, heir, quiet, oncall=f"@{of}", continues=team)
            say(Kind.MOVED, team, quiet)
            assert all(follow(of, heir) and not follow(of, team) for of in concerned)
    for team in TEAMS:
        say(Kind.CLOSED, team, quiet=True)
    assert not [(of, team) for of in TEAMS for team in TEAMS if follow(of, team)]


@given(STEPS, st.integers(2, 3))
def test_filing_again_changes_nothing(steps: list[tuple[Kind, str, Severity, bool, Answer | None]], times: int) -> None:
    assert lived(steps).outbox == lived(steps, times).outbox


@given(
    st.builds(
        Notice,
        id=TEXT,
        incident=TEXT,
        kind=st.sampled_from(Kind),
        severity=st.sampled_from(Severity),
        product=TEXT,
        cause=TEXT,
        sli=TEXT,
        symptoms=st.lists(TEXT).map(tuple),
        reason=TEXT,
        at=MOMENT,
        began_at=st.none() | MOMENT,
        last_good_at=st.none() | MOMENT,
        owner=TEXT,
        oncall=TEXT,
        channel=TEXT,
        links=st.dictionaries(TEXT, TEXT),
        blast_radius=st.lists(TEXT).map(tuple),
        goes_on_as=st.lists(TEXT).map(tuple),
        continues=st.none() | TEXT,
    )
)
def test_a_notice_is_read_as_it_was_written(told: Notice) -> None:
    assert from_text(as_text(told)) == told


@given(st.integers(1, 40), st.sampled_from([None, "5", "100000", "soon"]))
def test_the_pause_grows_and_ends(attempts: int, wish: str | None) -> None:
    tried = Delivery("a", 1, "r", notice(), State.PENDING, attempts - 1, NOW, NOW)
    done = after(tried, Answer(503, wish), NOW)
    assert done.state is (State.PENDING if attempts < 10 else State.DEAD)
    if done.state is State.PENDING:
        assert NOW + timedelta(minutes=1) <= done.next_attempt_at <= NOW + timedelta(hours=6)
