"""From bad promises to incidents: confirmed, one for one cause, closed by recovery."""

from datetime import timedelta
from itertools import pairwise

import pytest

from mesh_platform.incidents.event import Kind
from tests.incidents.scenario import PAGE, TICKET, TOLD, Story, minute, says

TEN = tuple(f"shop.mart_{n}" for n in range(10))


def test_bad_at_one_tick_is_a_suspicion_and_at_two_an_incident() -> None:
    story = Story()
    assert story.tick(0, says("a.one", "page")) == [Kind.SUSPECTED]
    assert story.open == []
    assert story.tick(1, says("a.one", "page")) == [Kind.OPENED, Kind.JOINED]
    assert (story.only.cause, story.only.severity, story.only.reason) == ("a.one", PAGE, "a.one freshness is page")
    assert story.tick(2, says("a.one", "page")) == []


def test_a_blip_opens_nothing() -> None:
    story = Story()
    for at, word in enumerate(["page", "good", "page", "good", "good"]):
        story.tick(at, says("a.one", word))
    assert story.state.incidents == {}
    assert story.heard() == []


def test_good_at_two_ticks_closes_as_of_the_first() -> None:
    story = Story()
    for at, word in enumerate(["page", "page", "good", "page", "good", "good"]):
        story.tick(at, says("a.one", word))
    assert story.only.state == "closed"
    assert (story.only.restored_at, story.only.closed_at) == (minute(4), minute(5))
    assert story.heard() == [("opened", "a.one"), ("closed", "a.one")]


@pytest.mark.parametrize("words", ["page unknown page", "page page good unknown good", "unknown page unknown page"])
def test_unknown_ticks_are_as_if_they_had_not_been(words: str) -> None:
    with_gaps, without = Story(), Story()
    for at, word in enumerate(words.split()):
        kinds = with_gaps.tick(at, says("a.one", word))
        if word == "unknown":
            assert kinds == []
        else:
            assert without.tick(at, says("a.one", word)) == kinds
    assert with_gaps.state == without.state


def test_ticks_an_hour_apart_work_alike() -> None:
    story = Story()
    for at, word in enumerate(["page", "page", "good", "good"]):
        story.tick(60 * at, says("a.one", word))
    assert story.only.time_to_restore == timedelta(hours=2)


def test_times_come_from_what_was_recorded() -> None:
    story = Story()
    story.tick(10, says("a.one", "page", began=minute(4)))
    story.tick(11, says("a.one", "page", began=minute(4)))
    story.tick(20, says("a.one", "good"))
    story.tick(21, says("a.one", "good"))
    assert story.only.time_to_detect == timedelta(minutes=7)
    assert story.only.time_to_restore == timedelta(minutes=16)
    assert story.only.time_to_acknowledge is None


@pytest.mark.parametrize(("pause", "incidents"), [(5, 1), (30, 1), (31, 2), (300, 2)])
def test_the_same_cause_within_the_grace_time_reopens(pause: int, incidents: int) -> None:
    story = Story()
    for at, word in enumerate(["page", "page", "good", "good"]):
        story.tick(at, says("a.one", word))
    back = 3 + pause
    story.tick(back - 1, says("a.one", "page"))
    story.tick(back, says("a.one", "page"))
    assert len(story.state.incidents) == incidents
    assert story.heard()[-1] == ("reopened" if incidents == 1 else "opened", "a.one")
    assert len(story.open) == 1


def test_a_reopened_incident_calls_for_somebody_anew() -> None:
    from mesh_platform.incidents.event import Event

    story = Story()
    story.tick(0, says("a.one", "page"))
    story.tick(1, says("a.one", "page"))
    story.events.append(Event(story.only.id, minute(3), Kind.ACKNOWLEDGED, by="orders-oncall"))
    assert (story.only.acknowledged_by, story.only.time_to_acknowledge) == ("orders-oncall", timedelta(minutes=2))
    for at, word in enumerate(["good", "good", "page", "page"], 4):
        story.tick(at, says("a.one", word))
    assert (story.only.state, story.only.acknowledged_by) == ("open", None)


def test_an_incident_that_keeps_coming_back_is_believed_later_and_later() -> None:
    """Good until it closes, bad until it is reopened: the most that it can be told."""
    story, word = Story(), "page"
    for at in range(8 * 60):
        kinds = story.tick(at, says("a.one", word))
        word = "good" if {Kind.OPENED, Kind.REOPENED} & set(kinds) else "page" if Kind.CLOSED in kinds else word
    told = [(e.kind.value, int((e.at - minute(0)).total_seconds() / 60)) for e in story.events if e.kind in TOLD]
    first = [("opened", 1), ("closed", 3), ("reopened", 5), ("closed", 11), ("reopened", 13), ("closed", 24)]
    assert told[:10] == [*first, ("reopened", 26), ("closed", 47), ("reopened", 49), ("closed", 80)]
    assert {later - earlier for (_, earlier), (_, later) in pairwise(told[9::2])} == {33}
    assert len(story.state.incidents) == 1


def test_what_alternates_quickly_is_told_three_times_a_night() -> None:
    story = Story()
    for at in range(8 * 60):
        story.tick(at, says("a.one", "page" if at % 6 < 3 else "good"))
    assert [kind for kind, _ in story.heard()] == ["opened", "closed", "reopened"]
    assert story.only.open


def test_after_a_reopening_it_was_restored_at_the_first_good_tick_all_the_same() -> None:
    story = Story()
    for at, word in enumerate(["page", "page", "good", "good", "page", "page", *["good"] * 10]):
        story.tick(at, says("a.one", word))
    assert (story.only.restored_at, story.only.closed_at) == (minute(6), minute(11))
    assert story.only.time_to_restore == timedelta(minutes=6)
    assert story.only.reopened == 1


def test_a_relapse_while_it_waits_to_close_is_nobodys_business_and_the_wait_begins_anew() -> None:
    story = Story()
    words = ["page", "page", "good", "good", "page", "page", *["good"] * 4, "page", *["good"] * 6]
    kinds = [story.tick(at, says("a.one", word)) for at, word in enumerate(words)]
    assert kinds[10] == [Kind.RELAPSED]
    assert kinds[11:] == [[Kind.RECOVERING], [], [], [], [], [Kind.LEFT, Kind.CLOSED]]
    assert story.only.restored_at == minute(11)


def test_lost_ticks_do_not_lengthen_the_wait() -> None:
    story = Story()
    for at, word in [(0, "page"), (1, "page"), (2, "good"), (3, "good"), (4, "page"), (5, "page"), (6, "good")]:
        story.tick(at, says("a.one", word))
    assert story.tick(9, says("a.one", "unknown")) == []
    assert story.tick(60, says("a.one", "good")) == [Kind.LEFT, Kind.CLOSED]
    assert story.only.restored_at == minute(6)


def test_an_incident_after_the_grace_time_starts_with_no_patience_again() -> None:
    story = Story()
    for at, word in enumerate(["page", "page", "good", "good", "page", "page", *["good"] * 6]):
        story.tick(at, says("a.one", word))
    for at, word in enumerate(["page", "page", "good", "good"], 60):
        story.tick(at, says("a.one", word))
    assert [i.reopened for i in story.state.incidents.values()] == [1, 0]
    assert story.open == []


def test_a_ticket_escalates_when_a_page_is_confirmed() -> None:
    story = Story()
    kinds = [story.tick(at, says("a.one", w)) for at, w in enumerate(["ticket", "ticket", "page", "page", "ticket"])]
    assert kinds[2:] == [[Kind.SUSPECTED], [Kind.JOINED, Kind.ESCALATED], []]
    assert story.only.severity == PAGE


def test_a_page_for_one_tick_escalates_nothing() -> None:
    story = Story()
    kinds = [story.tick(at, says("a.one", w)) for at, w in enumerate(["ticket", "ticket", "page", "ticket", "ticket"])]
    assert kinds[2:] == [[Kind.SUSPECTED], [Kind.CLEARED], []]
    assert story.only.severity == TICKET


def test_two_broken_promises_of_a_product_are_one_incident() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a.one", "page"), says("a.one", "ticket", "accuracy"))
    assert set(story.state.symptoms) == {("a.one", "freshness"), ("a.one", "accuracy")}
    story.tick(2, says("a.one", "good"), says("a.one", "ticket", "accuracy"))
    story.tick(3, says("a.one", "good"), says("a.one", "ticket", "accuracy"))
    assert [i.state for i in story.state.incidents.values()] == ["open"]


def test_ten_products_failing_from_one_upstream_are_one_incident_with_all_symptoms() -> None:
    story = Story()
    bad = [says("shop.orders", "page"), *(says(p, "page", of=["shop.orders"]) for p in TEN)]
    for at in range(3):
        story.tick(at, *bad)
    assert story.heard() == [("opened", "shop.orders")]
    assert story.only.reason == "shop.orders freshness is page"
    assert len(story.state.symptoms) == 11
    good = [says("shop.orders", "good"), *(says(p, "good", of=["shop.orders"]) for p in TEN)]
    story.tick(3, says("shop.orders", "good"), *bad[1:])
    story.tick(4, *good[:6], *bad[6:])
    story.tick(5, *good)
    story.tick(6, *good)
    assert story.heard() == [("opened", "shop.orders"), ("closed", "shop.orders")]
    assert story.only.restored_at == minute(5)


def test_a_silent_source_system_is_the_cause_of_all_that_it_feeds() -> None:
    story = Story()
    for at in range(2):
        story.tick(
            at,
            says("a.one", "page", of=["system:erp"], silent="erp"),
            says("b.two", "page", of=["system:erp"], silent="system:erp"),
            says("c.three", "page", of=["a.one"]),
        )
    assert story.heard() == [("opened", "system:erp")]
    assert len(story.state.symptoms) == 3


def test_the_farthest_upstream_counts_also_across_a_product_that_keeps_its_promise() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a", "page"), says("b", "good", of=["a"]), says("c", "page", of=["b"]))
    assert story.heard() == [("opened", "a")]


def test_wrong_values_and_a_broken_port_are_the_products_own_doing() -> None:
    story = Story()
    for at in range(2):
        story.tick(
            at, says("a", "page"), says("b", "page", "accuracy", of=["a"]), says("c", "page", "contract", of=["a"])
        )
    assert {i.cause for i in story.open} == {"a", "b", "c"}


def test_a_failed_audit_upstream_explains_staleness_downstream() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a", "page", "accuracy"), says("b", "page", of=["a"]))
    assert story.heard() == [("opened", "a")]


def test_a_spent_budget_upstream_does_not_hide_a_page_downstream() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a", "ticket"), says("b", "page", of=["a"]), says("c", "ticket", of=["a"]))
    assert {i.cause: i.severity for i in story.open} == {"a": TICKET, "b": PAGE}
    assert story.state.symptoms[("c", "freshness")].incident == next(i.id for i in story.open if i.cause == "a")


def test_when_the_cause_shows_later_its_symptoms_go_over_to_it() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a", "good"), says("b", "page", of=["a"]), says("c", "page", of=["a"]))
    assert {i.cause for i in story.open} == {"b", "c"}
    both = [says("a", "page"), says("b", "page", of=["a"]), says("c", "page", of=["a"])]
    assert story.tick(2, *both) == [Kind.SUSPECTED]
    story.tick(3, *both)
    assert [i.cause for i in story.open] == ["a"]
    assert story.heard()[2:] == [("opened", "a"), ("merged", "a"), ("merged", "a")]
    assert len(story.state.symptoms_of(story.open[0].id)) == 3
    assert {i.merged_into for i in story.state.incidents.values()} == {None, story.open[0].id}


def test_a_blip_upstream_moves_nothing() -> None:
    story = Story()
    for at, word in enumerate(["good", "good", "page", "good"]):
        story.tick(at, says("a", word), says("b", "page", of=["a"]))
    assert story.heard() == [("opened", "b")]


def test_what_does_not_recover_with_its_cause_becomes_its_own_incident_after_the_grace_time() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a", "page"), says("b", "page", of=["a"]), says("c", "page", of=["b"]))
    for at in (2, 3, 20, 32):
        story.tick(at, says("a", "good"), says("b", "page", of=["a"]), says("c", "page", of=["b"]))
    assert story.heard() == [("opened", "a")]
    assert story.events[-1].kind is Kind.OUTLIVED
    story.tick(33, says("a", "good"), says("b", "page", of=["a"]), says("c", "page", of=["b"]))
    assert story.heard()[1:] == [("opened", "b"), ("closed", "a")]
    assert len(story.state.symptoms) == 2


def test_a_product_that_left_the_mesh_takes_its_incident_along() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a", "page"), says("b", "good"))
    story.tick(2, says("b", "good"))
    story.tick(3, says("b", "good"))
    assert story.only.state == "closed"
    assert story.events[-1].reason == "the product is no longer in the mesh"


def test_a_promise_that_is_no_longer_made_is_not_broken() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a", "page", "completeness"), says("a", "good"))
    story.tick(2, says("a", "good"))
    story.tick(3, says("a", "good"))
    assert (story.only.state, story.events[-1].reason) == ("closed", "`completeness` is no longer promised")


def test_products_that_feed_each_other_have_one_incident() -> None:
    story = Story()
    for at in range(4):
        story.tick(at, says("a", "page", of=["b"]), says("b", "page", of=["a"]), says("c", "page", of=["b"]))
    assert story.heard() == [("opened", "a")]
    assert len(story.state.symptoms) == 3


def test_a_clock_that_goes_back_confirms_nothing() -> None:
    story = Story()
    assert story.tick(5, says("a", "page")) == [Kind.SUSPECTED]
    assert story.tick(4, says("a", "page")) == []
    assert story.tick(6, says("a", "page")) == [Kind.OPENED, Kind.JOINED]


def test_of_two_conditions_of_one_promise_the_worse_counts() -> None:
    story = Story()
    for at in range(2):
        story.tick(at, says("a", "ticket"), says("a", "page"), says("a", "good"))
    assert story.only.severity == PAGE
