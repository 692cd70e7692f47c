"""What is wrong, where, and what to do about it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from mesh_platform import names


class Level(StrEnum):
    """How much a finding matters: an error fails the command, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """Something wrong at `path:line`, with a permanent code and a fix."""

    path: str
    """Relative to MESH_ROOT, with forward slashes."""
    line: int
    """1-based."""
    column: int
    """1-based."""
    code: str
    level: Level
    message: str
    fix: str
    key: str = ""
    """The dotted key it is about, as `spec.slo.freshness.target_minutes`."""
    product: str | None = None
    """The product it is about, `domain.name`; None for a domain's or the council's file."""
    exempted: bool = False

    @property
    def order(self) -> tuple[str, int, int, str, str, str]:
        """Sorts by place, then by code; a total order, so that two runs print the same."""
        return self.path, self.line, self.column, self.code, self.key, self.message

    @property
    def counts(self) -> bool:
        """Whether it decides the exit code."""
        return self.level is Level.ERROR and not self.exempted

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.message}\n  fix: {self.fix}"

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def failing(findings: Iterable[Finding]) -> list[Finding]:
    """Those that decide the exit code."""
    return [f for f in findings if f.counts]


def domain_of(path: str) -> str | None:
    """The domain whose folder or dbt project holds this path; None for what is the council's or the platform's."""
    top, _, rest = path.partition("/")
    domain = rest.partition("/")[0]
    is_one = top in (names.DOMAINS_FOLDER, names.DBT_FOLDER) and domain != names.PLATFORM_PACKAGE
    return domain if is_one and domain and not domain.endswith((".yaml", ".yml")) else None
