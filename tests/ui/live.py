"""A real `mesh up` as a test's subject: started once, asked over GraphQL, stopped like a person stops it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mesh_platform.warehouse.duckdb import open_duckdb
from mesh_platform.warehouse.protocol import QueryRejected, WarehouseBusy, WarehouseUnavailable

MESH = Path(sys.executable).with_name("mesh")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class Live:
    """A running `mesh up` and what it printed so far."""

    process: subprocess.Popen[str]
    port: int
    home: Path
    root: Path
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> Mapping[str, str]:
        return variables(self.root, self.home)

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["data"]

    def stop(self, seconds: float = 40) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(seconds)


def variables(root: Path, home: Path) -> dict[str, str]:
    return {**os.environ, "MESH_ROOT": str(root), "MESH_HOME": str(home), "DO_NOT_TRACK": "1", "COLUMNS": "160"}


def start(root: Path, home: Path, *options: str, seconds: float = 240) -> Live:
    """`mesh up` on a free port, once its location answers; raises with its output if it does not."""
    port = free_port()
    process = subprocess.Popen(
        [MESH, "up", "--port", str(port), *options],
        env=variables(root, home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    live = Live(process, port, home, root)
    assert process.stdout
    threading.Thread(target=lambda: live.lines.extend(process.stdout), daemon=True).start()  # type: ignore[arg-type]
    try:
        until(lambda: loaded(live), seconds, lambda: "".join(live.lines[-60:]), alive=lambda: process.poll() is None)
    except BaseException:
        kill(live)
        raise
    return live


def kill(live: Live) -> None:
    """The end of a `mesh up` that does not end by itself."""
    if live.process.poll() is None:
        live.process.kill()
        live.process.wait(10)


def loaded(live: Live) -> bool:
    try:
        found = live.graphql("{workspaceOrError{... on Workspace{locationEntries{name loadStatus}}}}")
    except (urllib.error.URLError, ConnectionError, TimeoutError, KeyError, OSError):
        return False
    entries = found["workspaceOrError"].get("locationEntries", [])
    return bool(entries) and all(e["loadStatus"] == "LOADED" for e in entries) and bool(assets(live))


def assets(live: Live) -> list[dict[str, Any]]:
    checks = "assetChecksOrError{... on AssetChecks{checks{name executionForLatestMaterialization{status}}}}"
    query = "{assetNodes{assetKey{path} description " + checks + "}}"
    nodes: list[dict[str, Any]] = live.graphql(query)["assetNodes"]
    return nodes


def verdicts(live: Live, *path: str) -> dict[str, str]:
    """Check name → SUCCEEDED, FAILED …, for those that ran."""
    node = next(n for n in assets(live) if n["assetKey"]["path"] == list(path))
    checks = node["assetChecksOrError"].get("checks", [])
    ran = {c["name"]: c["executionForLatestMaterialization"] for c in checks}
    return {name: execution["status"] for name, execution in ran.items() if execution}


def runs(live: Live) -> list[dict[str, Any]]:
    found = live.graphql("{runsOrError(limit:30){... on Runs{results{runId status startTime tags{key value}}}}}")
    results: list[dict[str, Any]] = found["runsOrError"]["results"]
    return results


def until(
    done: Callable[[], Any],
    seconds: float,
    why: Callable[[], str] = lambda: "",
    alive: Callable[[], bool] = lambda: True,
) -> float:
    """Poll a real server until it is done; returns the seconds it took, raises at the deadline."""
    started = time.monotonic()
    while not done():
        if time.monotonic() - started > seconds or not alive():
            raise AssertionError(f"not done after {time.monotonic() - started:.0f} s\n{why()}")
        time.sleep(0.25)
    return time.monotonic() - started


def drop_order(live: Live, number: str) -> None:
    """A connector's file with one new order, in the landing zone all at once."""
    zone = live.home / "landing" / "orders_service_postgres" / "public.orders"
    zone.mkdir(parents=True, exist_ok=True)
    (zone / f"{number}.tmp").write_text(envelope(number) + "\n")
    (zone / f"{number}.tmp").rename(zone / f"{number}.jsonl")


def envelope(number: str) -> str:
    at = datetime.now(UTC)
    row = {
        "id": number, "customer_id": "c-test", "status": "PLACED", "total_amount_cents": 4200, "currency_code": "EUR",
        "channel": "web", "metadata": "{}", "created_at": at.isoformat(), "updated_at": at.isoformat(),
    }  # fmt: skip
    ms = int(at.timestamp() * 1000)
    source = {
        "version": "3.6.3.Final", "connector": "postgresql", "name": "orders_service", "ts_ms": ms, "snapshot": "false",
        "db": "orders", "sequence": json.dumps([None, str(ms * 1000)]), "schema": "public", "table": "orders",
        "txId": 1, "lsn": ms * 1000,
    }  # fmt: skip
    return json.dumps({"before": None, "after": row, "source": source, "transaction": None, "op": "c", "ts_ms": ms})


def visible(live: Live, number: str) -> bool:
    try:
        with open_duckdb(live.home / "warehouse.duckdb", read_only=True, wait=2) as warehouse:
            return bool(warehouse.query("select 1 from orders_prod.order_events where order_id = ?", [number]))
    except (WarehouseBusy, WarehouseUnavailable, QueryRejected):
        return False
