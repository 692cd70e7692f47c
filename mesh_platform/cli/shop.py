"""`mesh shop`: the demo shop, trading until it is stopped."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import click

from mesh_platform.cli.source import SHOP, source_option, trade_for_real
from mesh_platform.demo.state import state_file
from mesh_platform.demo.trade import EVERY_SECONDS, trade
from mesh_platform.environment import read_environment


@click.command()
@click.option("--every", type=click.FloatRange(1), default=EVERY_SECONDS, show_default=True, help="Seconds.")
@source_option
def shop(every: float, source: str) -> None:
    """Deliver what happened in the demo shop since it was last open, and go on as it happens.

    `mesh up` does this by itself. Only where `mesh demo` filled the landing zone: real data gets no invented orders.
    """
    environment = read_environment(os.environ)
    stopped = threading.Event()
    try:
        if source != SHOP:
            trade_for_real(environment, lambda: datetime.now(UTC), stopped.wait)
            return
        trade(Path(environment.landing), state_file(environment.home), lambda: datetime.now(UTC), stopped.wait, every)
    except KeyboardInterrupt:
        click.echo("the shop is closed")
