"""Where a batch is made ready: a folder of its own, that goes with its process."""

import os
import signal
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.environment import EnvironmentProblem
from mesh_platform.landing.files.staging_folder import staging_folder
from tests.landing.scene import Scene, change, lines

HOLD = (
    "import sys; from pathlib import Path; from mesh_platform.landing.files.staging_folder import staging_folder\n"
    "with staging_folder(Path(sys.argv[1])) as folder:\n"
    "    (folder / '0.jsonl').write_text('a row')\n"
    "    print(folder, flush=True); sys.stdin.read()"
)


def test_what_a_killed_process_left_is_cleared_away_and_what_a_living_one_has_is_not(tmp_path: Path) -> None:
    def start() -> subprocess.Popen[str]:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], **pipes)

    with start() as killed, start() as alive:
        assert killed.stdout
        assert alive.stdout
        left, held = Path(killed.stdout.readline().strip()), Path(alive.stdout.readline().strip())
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert left.exists()
        with staging_folder(tmp_path) as ours, staging_folder(tmp_path) as another:
            assert sorted((tmp_path / "staging").iterdir()) == sorted([held, ours, another])
            assert ours.name.startswith(f"{os.getpid()}-")
        assert (held / "0.jsonl").read_text() == "a row"
        alive.communicate("")
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_landing_leaves_nothing_behind(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 1), "bad"]))
    scene.land()
    scene.land(replay=True)
    assert list((scene.home / "staging").iterdir()) == []


def test_nowhere_to_stage_is_a_sentence(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 1)]))
    (scene.home / "staging").write_text("a file")
    with pytest.raises(EnvironmentProblem, match=r"cannot stage files in `.*staging`: File exists"):
        scene.land()
    (scene.home / "staging").unlink()
    assert scene.counts() == (1, 1, 0, 0, 0)


def test_a_replay_that_cannot_be_written_leaves_everything_in_quarantine(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.put("one.jsonl", "bad\n")
    scene.land()
    real = Path.open

    def breaks(path: Path, mode: str = "r", *told: Any, **more: Any) -> Any:
        if path.suffix == ".part":
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        return real(path, mode, *told, **more)

    with monkeypatch.context() as full:
        full.setattr(Path, "open", breaks)
        report = scene.land(replay=True)
    assert "no room" in report.unreachable["shop_db.public.things"]
    assert scene.reasons() == ["not JSON"]
