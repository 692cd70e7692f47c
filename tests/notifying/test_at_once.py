"""Two monitors and somebody who retries, each with the warehouse closed while it sends: whoever comes late undoes
nothing."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.notifying.deliver import Way, attempted, recorded
from mesh_platform.notifying.delivery import Delivery, State
from mesh_platform.notifying.enqueue import enqueue
from mesh_platform.notifying.message import Message
from mesh_platform.notifying.notice import Kind
from mesh_platform.notifying.outbox import in_states
from mesh_platform.notifying.outcome import LONGEST_PAUSE
from mesh_platform.notifying.post import Answer
from mesh_platform.notifying.retrying import retry
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.notifying.notices import NOW, SLACK, WEBHOOK, config, environ, notice

BOTH = config(SLACK, WEBHOOK)
ANSWERS = [Answer(200), Answer(500), Answer(403), Answer(None, problem="no answer in time")]


@dataclass
class Sender:
    """One who sends: what they read, and what came of it that is not on record yet."""

    warehouse: DuckDbWarehouse
    home: Path
    read: dict[str, Delivery] = field(default_factory=dict)
    tried: dict[str, Delivery] = field(default_factory=dict)

    def send(self, answer: Answer, step: int) -> None:
        def answered(message: Message) -> Answer:
            return answer

        self.read = in_states(self.warehouse, [State.PENDING])
        way = Way(BOTH, environ("http://127.0.0.1:9"), self.home, answered)
        self.tried = attempted(self.read, way, NOW + step * LONGEST_PAUSE, 20)

    def record(self) -> None:
        recorded(self.warehouse, self.read, self.tried, self.home)


def states(warehouse: DuckDbWarehouse) -> dict[str, State]:
    return {name: d.state for name, d in in_states(warehouse, State).items()}


@pytest.mark.parametrize("seed", range(12))
def test_what_was_sent_stays_sent_and_in_the_end_everything_is(
    warehouse: DuckDbWarehouse, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    senders = [Sender(warehouse, tmp_path) for _ in range(3)]
    enqueue(warehouse, [notice(), notice(Kind.OPENED, incident="inc-2"), notice(Kind.CLOSED)], BOTH, NOW)
    before = states(warehouse)
    for step in range(30):
        sender = chance.choice(senders)
        match chance.choice(["send", "record", "retry"]):
            case "send":
                sender.send(chance.choice(ANSWERS), step)
            case "record":
                taken = {name for name, d in sender.tried.items() if d.state is State.SENT}
                sender.record()
                assert {states(warehouse)[name] for name in taken} <= {State.SENT}
            case "retry":
                retry(warehouse, (), NOW + step * LONGEST_PAUSE)
        now = states(warehouse)
        assert now.keys() == before.keys()
        assert {name for name, s in before.items() if s is State.SENT} <= {
            name for name, s in now.items() if s is State.SENT
        }
        before = now
    for step in range(31, 34):
        retry(warehouse, (), NOW + step * LONGEST_PAUSE + timedelta(minutes=1))
        senders[0].send(Answer(200), step + 1)
        senders[0].record()
    assert set(states(warehouse).values()) <= {State.SENT, State.DROPPED}
