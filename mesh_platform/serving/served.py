"""Whether the mesh's definitions are still served: the process that holds them can die while its parent lives on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mesh_platform import names
from mesh_platform.serving.ui import locations, reload

MOST: Final = 3
"""So many deaths are mended; one more within the time below is a fault that starting anew does not mend."""
WITHIN_SECONDS: Final = 600.0


class Flapping(Exception):
    """It dies again and again."""


@dataclass
class Served:
    """Watches over the location at a UI's URL, and remembers when it was lost."""

    url: str
    clock: Callable[[], float] = time.monotonic
    lost: list[float] = field(default_factory=list)

    def look(self) -> str | None:
        """What became of the definitions, if their process was gone. Raises NoAnswer, and Flapping."""
        if not any(location.unreachable for location in locations(self.url)):
            return None
        now = self.clock()
        self.lost = [*(at for at in self.lost if now - at < WITHIN_SECONDS), now]
        if len(self.lost) > MOST:
            raise Flapping(f"ended `{len(self.lost)}` times within {WITHIN_SECONDS / 60:.0f} min")
        location = reload(self.url, names.LOCATION)
        became = "it was started anew" if location.loaded else f"starting it anew failed: {location.problem}"
        return f"the process that serves the definitions had ended; {became}"
