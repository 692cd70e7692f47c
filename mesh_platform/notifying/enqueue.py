"""From the notices of a tick to what is to be sent: once for every route, held while nobody is to be told."""

from collections.abc import Sequence
from datetime import datetime

from mesh_platform import names
from mesh_platform.manifest.notifications import Notifications
from mesh_platform.notifying.delivery import Delivery, State
from mesh_platform.notifying.filing import filed, kept_back, released
from mesh_platform.notifying.notice import Notice
from mesh_platform.notifying.outbox import about, ensure_outbox, in_states, next_number, write
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import any_of


def enqueue(
    warehouse: Warehouse, notices: Sequence[Notice], config: Notifications, now: datetime
) -> tuple[Delivery, ...]:
    """File the notices, in the order in which they happened, and release what silence has ended for.

    To be called at every tick, also without a notice. The same notice twice is filed once. Returns what was put in
    or changed.
    """
    ensure_outbox(warehouse)
    notices = _new(warehouse, notices)
    with warehouse.transaction():
        before = about(warehouse, {notice.incident for notice in notices})
        after, number = dict(before), next_number(warehouse)
        for notice in notices:
            after = filed(after, notice, config, number + len(after) - len(before), now)
        after = released(after, config, now)
        write(warehouse, before, after)
    return tuple(d for name, d in after.items() if before.get(name) != d)


def _new(warehouse: Warehouse, notices: Sequence[Notice]) -> list[Notice]:
    """Those that were not filed before; so a history that is told again costs one question."""
    ids = any_of(notice.id for notice in notices)
    asked = f"select distinct event from {names.NOTIFICATIONS} where event in {ids}"
    known = {event for (event,) in warehouse.query(asked)} if notices else set()
    return [notice for notice in notices if notice.id not in known]


def unheard(warehouse: Warehouse) -> frozenset[str]:
    """The incidents that silence keeps from everybody: something of them is held, and they are open for nobody.

    To be asked after `enqueue`, which makes the table and releases what need not be held any longer.
    """
    held = {d.notice.incident for d in in_states(warehouse, [State.HELD]).values()}
    return kept_back(about(warehouse, held)) if held else frozenset()
