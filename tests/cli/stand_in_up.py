"""`mesh up` and `mesh demo` with programs that stand in for Dagster: started, watched and stopped like the real ones.

    python -m tests.cli.stand_in_up {up|demo} ARGUMENTS

Every program writes its process into MESH_HOME/pids. What differs is said by STAND_IN_* variables.
"""

import os
import sys
from pathlib import Path

from mesh_platform.cli import up
from mesh_platform.cli.main import main
from mesh_platform.environment import Environment
from mesh_platform.serving import commands
from mesh_platform.serving.commands import log_file, variables
from mesh_platform.serving.family import Command

HERE = """
import os, sys, time, subprocess
open(os.path.join(os.environ["MESH_HOME"], "pids"), "a").write(f"{os.getpid()} {sys.argv[1]}\\n")
"""
FOREVER = HERE + "time.sleep(600)"
WITH_CHILD = HERE + "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
CODE_SERVER = WITH_CHILD + "open(sys.argv[2], 'w').close(); time.sleep(600)"
DYING = HERE + "print('this is the end'); sys.exit(3)"
UI = (
    HERE
    + """
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200); self.end_headers()
        entry = {"name": "mesh", "loadStatus": "LOADED", "locationOrLoadError": {"__typename": "RepositoryLocation"}}
        self.wfile.write(json.dumps({"data": {"workspaceOrError": {"locationEntries": [entry]}}}).encode())
HTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
"""
)
RUN_ALL = (
    HERE
    + """
import json
def tell(**event): print(json.dumps(event), flush=True)
tell(event="start", steps=1, run_id="r1")
tell(event="step", name="orders landing", status="started", message="", seconds=0.0)
if os.environ.get("STAND_IN_HANGS"): time.sleep(600)
ok = not os.environ.get("STAND_IN_FAILS")
print("a line of the log", file=sys.stderr)
tell(event="step", name="orders landing", status="succeeded" if ok else "failed", message="12 rows", seconds=0.5)
tell(event="end", status="success" if ok else "failure", run_id="r1")
if ok: open(os.path.join(os.environ["MESH_HOME"], "ran"), "a").write("once\\n")
sys.exit(not ok)
"""
)


def program(environment: Environment, name: str, code: str, *arguments: str, piped: bool = False) -> Command:
    argv = [sys.executable, "-I", "-c", code, name, *arguments]
    return Command(name, argv, variables(environment, os.environ), log_file(environment, name), piped)


def stand_in() -> None:
    up.DAYS = 0.1
    daemon = DYING if os.environ.get("STAND_IN_DAEMON_DIES") else FOREVER
    commands.run_all = lambda e: program(e, "run", RUN_ALL, piped=True)
    commands.recover = lambda e: program(e, "recover", HERE)
    commands.code_server = lambda e, socket: program(e, "definitions", CODE_SERVER, str(socket))
    commands.webserver = lambda e, workspace, host, port: program(e, "ui", UI, str(port))
    commands.daemon = lambda e, workspace: program(e, "daemon", daemon)
    commands.watcher = lambda e, url: program(e, "watch", FOREVER)
    commands.shop = lambda e, real=False: program(e, "shop", FOREVER)


def pids(home: Path) -> dict[str, int]:
    """What has been started so far, by name."""
    file = home / "pids"
    lines = file.read_text().splitlines() if file.exists() else []
    return {name: int(pid) for pid, name in (line.split() for line in lines)}


if __name__ == "__main__":
    stand_in()
    main()
