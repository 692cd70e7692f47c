"""Where a mesh is served: one at a time, on a free port, with settings a person may make their own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mesh_platform.environment import EnvironmentProblem
from mesh_platform.serving.instance import write_settings, write_workspace
from mesh_platform.serving.lock import sole
from mesh_platform.serving.port import require_free

HOLDER = """
import sys
from pathlib import Path
from mesh_platform.serving.lock import sole
with sole(Path(sys.argv[1]), "mesh up"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(home: Path) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-c", HOLDER, str(home)]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_one_in_the_same_home_is_told_of_the_first(tmp_path: Path) -> None:
    first = holder(tmp_path)
    try:
        with (
            pytest.raises(EnvironmentProblem, match=rf"mesh up \(process {first.pid}\) is at work in"),
            sole(tmp_path, "mesh demo"),
        ):
            pass
        with sole(tmp_path / "other", "mesh demo"):
            pass
    finally:
        first.communicate("")
    with sole(tmp_path, "mesh demo"):
        pass


def test_who_was_stopped_leaves_no_name(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), sole(tmp_path, "mesh up"):
        raise KeyboardInterrupt
    assert (tmp_path / "mesh.lock").read_text() == ""


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    first = holder(tmp_path)
    first.kill()
    first.wait()
    with sole(tmp_path, "mesh up"):
        assert str(os.getpid()) in (tmp_path / "mesh.lock").read_text()


def test_a_home_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(EnvironmentProblem, match="cannot write to MESH_HOME"),
        sole(tmp_path / "file" / "home", "mesh up"),
    ):
        pass


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(EnvironmentProblem, match=rf"`127.0.0.1:{port}`: another program listens there; .*--port"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)


def test_an_address_that_is_none_is_a_sentence() -> None:
    with pytest.raises(EnvironmentProblem, match="cannot listen"):
        require_free("203.0.113.7", 3000)
    with pytest.raises(EnvironmentProblem, match="cannot listen"):
        require_free("no.such.host.invalid", 3000)


def test_settings_are_written_and_renewed_until_a_person_makes_them_theirs(tmp_path: Path) -> None:
    file = tmp_path / "dagster" / "dagster.yaml"
    assert write_settings(tmp_path / "dagster")
    settings = yaml.safe_load(file.read_text())
    assert settings["telemetry"] == {"enabled": False}
    assert settings["concurrency"]["pools"] == {"default_limit": 1, "granularity": "op"}
    file.write_text(file.read_text() + "# an older line of ours\n")
    assert write_settings(tmp_path / "dagster")
    assert "older line" not in file.read_text()
    file.write_text("telemetry: {enabled: true}\n")
    assert not write_settings(tmp_path / "dagster")
    assert yaml.safe_load(file.read_text()) == {"telemetry": {"enabled": True}}


def test_the_workspace_names_the_one_code_server(tmp_path: Path) -> None:
    write_workspace(tmp_path / "new" / "workspace.yaml", Path("/tmp/a b/x.sock"))
    read = yaml.safe_load((tmp_path / "new" / "workspace.yaml").read_text())
    assert read == {"load_from": [{"grpc_server": {"socket": "/tmp/a b/x.sock", "location_name": "mesh"}}]}
