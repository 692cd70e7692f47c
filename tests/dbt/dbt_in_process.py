"""dbt in the test's own process: its import is paid once, and a project is parsed once."""

from pathlib import Path
from typing import Any

from mesh_platform.environment import Environment, Target
from mesh_platform.transformation.profile import profile


def parse(project: Path) -> Any:
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner().invoke(["--quiet", "parse", "--project-dir", str(project), "--profiles-dir", str(project)])
    assert outcome.success, outcome.exception
    return outcome.result


def run_dbt(project: Path, work: Path, manifest: Any, arguments: tuple[str, ...]) -> Any:
    """dbt in this process, without parsing again, with the profile and the artifacts of `work`."""
    from dbt.cli.main import dbtRunner

    places = ["--project-dir", str(project), "--profiles-dir", str(work), "--log-path", str(work / "logs")]
    return dbtRunner(manifest=manifest).invoke(["--quiet", *arguments, *places, "--target-path", str(work / "target")])


def work_folder(home: Path, domain: str) -> Path:
    """A folder with the domain's profile for a warehouse in `home`."""
    work = home / domain
    work.mkdir(parents=True, exist_ok=True)
    environment = Environment(root=home, home=home, target=Target.DUCKDB, landing="")
    (work / "profiles.yml").write_text(profile(environment, domain))
    return work
