"""All routes at once, each in its own order, within one budget of time: a dead endpoint holds up nobody but itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Final

from mesh_platform.notifying.delivery import Delivery
from mesh_platform.notifying.outcome import passing
from mesh_platform.notifying.post import Answer

BUDGET_SECONDS: Final = 5.0
"""Of a whole tick's sending."""
_AT_ONCE: Final = 32
"""Requests under way; what is left over is still due at the next tick."""

Tell = Callable[[Delivery], Answer]


@dataclass(frozen=True)
class _Told:
    """Progress of one delivery; without an answer, it has begun."""

    delivery: Delivery
    answer: Answer | None


def send(
    routes: Mapping[str, Sequence[Delivery]],
    tell: Tell,
    budget: float = BUDGET_SECONDS,
    clock: Callable[[], float] = monotonic,
) -> dict[str, Answer]:
    """Delivery id → how it was answered, of those that were begun; one that has not come back in time was not taken."""
    until = clock() + budget
    waiting: SimpleQueue[Sequence[Delivery]] = SimpleQueue()
    for deliveries in routes.values():
        waiting.put(deliveries)
    heard: SimpleQueue[_Told | None] = SimpleQueue()
    workers = min(len(routes), _AT_ONCE)
    for _ in range(workers):  # as daemons: one that hangs must not keep the process from ending
        Thread(target=_work, args=(waiting, heard, tell, until, clock), name="mesh-notifying", daemon=True).start()
    return _gathered(heard, workers, until, clock)


def _work(
    waiting: "SimpleQueue[Sequence[Delivery]]",
    heard: "SimpleQueue[_Told | None]",
    tell: Tell,
    until: float,
    clock: Callable[[], float],
) -> None:
    try:
        while clock() < until:
            _tell_in_order(waiting.get_nowait(), heard, tell, until, clock)
    except Empty:
        pass
    finally:
        heard.put(None)


def _tell_in_order(
    deliveries: Sequence[Delivery],
    heard: "SimpleQueue[_Told | None]",
    tell: Tell,
    until: float,
    clock: Callable[[], float],
) -> None:
    """Whoever does not take one now is not asked for the next: an endpoint that is down costs one wait a tick."""
    for delivery in deliveries:
        if clock() >= until:
            return
        heard.put(_Told(delivery, None))
        answer = _told(tell, delivery)
        heard.put(_Told(delivery, answer))
        if not 200 <= (answer.status or 0) < 300 and passing(answer):
            return


def _told(tell: Tell, delivery: Delivery) -> Answer:
    try:
        return tell(delivery)
    except Exception as problem:  # noqa: BLE001  whatever it is, it must cost the other routes nothing
        return Answer(None, problem=f"it could not be sent ({type(problem).__name__})")


def _gathered(
    heard: "SimpleQueue[_Told | None]", workers: int, until: float, clock: Callable[[], float]
) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    while workers:
        try:
            told = heard.get(timeout=max(0.0, until - clock()))
        except Empty:
            break
        if told is None:
            workers -= 1
        else:
            answers[told.delivery.id] = told.answer or Answer(None, problem="no answer in time")
    return answers
