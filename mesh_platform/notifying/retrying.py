"""A person has mended what was in the way: what was given up is sent again, what waits does not wait any longer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from mesh_platform.notifying.delivery import Delivery, State
from mesh_platform.notifying.outbox import in_states, write
from mesh_platform.warehouse.protocol import Warehouse

_AGAIN = (State.DEAD, State.PENDING)


def retry(warehouse: Warehouse, chosen: Collection[str], now: datetime) -> tuple[Delivery, ...]:
    """Make these deliveries due (all of them, where none is chosen), with as many attempts as a new one has; what has
    been overtaken meanwhile is dropped. Returns what was changed."""
    with warehouse.transaction():
        before = in_states(warehouse, [*_AGAIN, State.SENT])
        changed = renewed(before, chosen, now)
        write(warehouse, before, changed)
    return tuple(changed.values())


def renewed(known: Mapping[str, Delivery], chosen: Collection[str], now: datetime) -> dict[str, Delivery]:
    """What retrying makes of them."""
    wanted = [d for d in known.values() if d.state in _AGAIN and (d.id in chosen or not chosen)]
    return {d.id: _renewed(d, known.values(), now) for d in wanted}


def _renewed(delivery: Delivery, known: Iterable[Delivery], now: datetime) -> Delivery:
    """A notice that came after it and was taken has told more: an alert must not be opened after its end."""
    later = [d for d in known if d.line == delivery.line and d.number > delivery.number and d.state is State.SENT]
    if later:
        return replace(delivery, state=State.DROPPED)
    return replace(delivery, state=State.PENDING, attempts=0, next_attempt_at=now)
