"""Print what was measured: what, figure, and what stands beside it."""

import sys
from importlib import import_module

BENCHMARKS = (
    "landing", "million", "sensor", "control", "governance", "lineage", "evolution", "fuzz", "arrival", "lead_time",
    "slo",
)  # fmt: skip
"""Modules of this package with a `run()` that yields rows of (what, figure, beside)."""


def main(chosen: list[str]) -> None:
    """Run the benchmarks of these names; all without any."""
    unknown = [name for name in chosen if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"there is no benchmark `{unknown[0]}`; there are: {', '.join(BENCHMARKS)}")
    for name in chosen or BENCHMARKS:
        for what, figure, beside in import_module(f"bench.{name}").run():
            print(f"{what:<55} {figure:>18}  {beside}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
