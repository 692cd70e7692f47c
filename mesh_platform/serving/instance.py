"""The Dagster instance of a mesh: its settings file and its code location, written without asking Dagster."""

from pathlib import Path
from typing import Final

from mesh_platform import names

SETTINGS: Final = Path(__file__).with_name("dagster.yaml")


def write_settings(dagster_home: Path) -> bool:
    """Write dagster.yaml where there is none, or only ours; False when a person's own was left as it is."""
    text = SETTINGS.read_text()
    file = dagster_home / "dagster.yaml"
    if file.exists() and not file.read_text().startswith(text.splitlines()[0]):
        return False
    dagster_home.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return True


def write_workspace(file: Path, socket: Path) -> None:
    """A workspace of the one code server that listens at `socket`, shared by the UI and the daemon."""
    lines = ["load_from:", "  - grpc_server:", f'      socket: "{socket}"', f"      location_name: {names.LOCATION}"]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n")
