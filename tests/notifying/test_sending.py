"""The budget of time holds whatever an endpoint does, and each route keeps its order."""

from threading import Event

from mesh_platform.notifying.delivery import Delivery, State
from mesh_platform.notifying.post import Answer
from mesh_platform.notifying.sending import send
from tests.notifying.notices import NOW, notice

OK, DOWN, REFUSED = Answer(200), Answer(500, problem="down"), Answer(400, problem="refused")


def delivery(route: str, number: int) -> Delivery:
    return Delivery(f"{route}{number}", number, route, notice(), State.PENDING, 0, NOW, NOW)


def routes(*names: str) -> dict[str, list[Delivery]]:
    return {name: [delivery(name, number) for number in range(3)] for name in names}


def test_what_does_not_come_back_in_time_was_not_taken() -> None:
    over = Event()

    def hangs(_: Delivery) -> Answer:
        over.wait(60)
        return OK

    answers = send(routes("a"), hangs, budget=0.05)
    over.set()
    assert answers == {"a0": Answer(None, problem="no answer in time")}


def test_nothing_is_begun_after_the_time_is_over() -> None:
    ticks = iter(range(100))
    answers = send(routes("a"), lambda _: OK, budget=3.5, clock=lambda: next(ticks))
    assert set(answers) < {"a0", "a1", "a2"}


def test_without_time_nothing_is_begun() -> None:
    assert send(routes("a", "b"), lambda _: OK, budget=0) == {}


def test_a_route_that_is_down_is_asked_once_and_one_that_refuses_goes_on() -> None:
    answers = send(routes("a", "b"), lambda d: DOWN if d.route == "a" else REFUSED)
    assert answers == {"a0": DOWN, "b0": REFUSED, "b1": REFUSED, "b2": REFUSED}


def test_more_routes_than_are_told_at_once_are_all_told() -> None:
    many = routes(*[f"r{n}-" for n in range(100)])
    assert len(send(many, lambda _: OK, budget=60)) == 300


def test_one_that_raises_costs_no_other() -> None:
    def raises(d: Delivery) -> Answer:
        if d.route == "a":
            raise OSError("secret")
        return OK

    answers = send(routes("a", "b"), raises)
    assert answers["a0"] == Answer(None, problem="it could not be sent (OSError)")
    assert all(answers[f"b{n}"] == OK for n in range(3))
