"""The files of a project: those a person wrote, and none from outside."""

from pathlib import Path

import pytest

from mesh_platform.transformation.project import ProjectRefused, project_files


def test_links_within_the_project_are_read_as_files(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("select 1")
    (tmp_path / "b.sql").symlink_to("a.sql")
    assert project_files(tmp_path) == {"a.sql": b"select 1", "b.sql": b"select 1"}


@pytest.mark.parametrize("link", ["models/secret.sql", "models"])
def test_a_link_that_leads_out_of_the_project_is_refused_by_name(tmp_path: Path, link: str) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    (outside / "models").mkdir(parents=True)
    (outside / "models/secret.sql").write_text("x")
    (project / link).parent.mkdir(parents=True)
    (project / link).symlink_to(outside / link)
    with pytest.raises(ProjectRefused, match="leads out of the project") as refused:
        project_files(project)
    assert refused.value.path == link


def test_a_link_to_a_folder_is_refused_so_that_none_can_go_round_in_circles(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/again").symlink_to(tmp_path)
    with pytest.raises(ProjectRefused, match="stands for a folder"):
        project_files(tmp_path)


def test_a_broken_link_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "gone.sql").symlink_to("nowhere.sql")
    with pytest.raises(ProjectRefused, match="no such file"):
        project_files(tmp_path)
