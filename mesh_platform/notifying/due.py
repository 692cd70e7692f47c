"""What is to be sent now, and in which order."""

from collections.abc import Iterable
from datetime import datetime

from mesh_platform.notifying.delivery import Delivery


def due(pending: Iterable[Delivery], now: datetime) -> dict[str, list[Delivery]]:
    """Route → its deliveries that are due, first what happened first.

    Nothing overtakes an earlier notice of its incident on the same route, or an alert would be opened after its end.
    """
    waiting: set[tuple[str, str]] = set()
    found: dict[str, list[Delivery]] = {}
    for delivery in sorted(pending, key=lambda d: d.number):
        if delivery.next_attempt_at > now or delivery.line in waiting:
            waiting.add(delivery.line)
        else:
            found.setdefault(delivery.route, []).append(delivery)
    return dict(sorted(found.items(), key=lambda item: item[1][0].attempts))
