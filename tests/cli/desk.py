"""Where somebody asks `mesh` something, and what it comes to."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from mesh_platform.cli.main import run
from mesh_platform.environment import Environment


class Asked(NamedTuple):
    """What one command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Desk:
    """Commands run in this process, on a mesh of its own."""

    environment: Environment
    capsys: pytest.CaptureFixture[str]

    def mesh(self, *arguments: str) -> Asked:
        self.capsys.readouterr()
        code = run([*arguments])
        return Asked(code, *self.capsys.readouterr())
