"""Law 3: whatever stands in a file's place is a finding there, within two seconds, and stops nothing else."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.cli.formats import as_github, as_json, as_junit
from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.report import report, source_lines
from mesh_platform.policies.govern import govern_files

TODAY = date(2026, 11, 23)
SECONDS = 10.0
"""Of CPU: nothing here takes two on a quiet machine; what takes ten has no bound."""
MANIFEST = "domains/orders/order_events/data-product.yaml"
EXEMPTION = "{policy: SLO001, product: orders.order_events, until: 2027-01-01, granted_by: c, reason: r}"
CONTROL = [
    MANIFEST,
    "domains/orders/domain.yaml",
    *[f"domains/{f}.yaml" for f in ("policy", "exemptions", "notifications")],
]
PROJECT = ["dbt_project.yml", "packages.yml", "models/products/order_events.yml", "models/products/order_events.sql"]
FILES = [
    *CONTROL,
    "domains/orders/order_events/schema/2.1.0.avsc",
    "domains/orders/sources/public.orders.avsc",
    *[f"dbt_projects/orders/{path}" for path in PROJECT],
]


def written(content: bytes | str) -> Callable[[Path], object]:
    return lambda file: file.write_bytes(content.encode() if isinstance(content, str) else content)


def edited(*replacements: tuple[str, str], end: str = "") -> Callable[[Path], object]:
    def edit(file: Path) -> None:
        text = file.read_text()
        for old, new in replacements:
            text = text.replace(old, new)
        file.write_text(text + end)

    return edit


def instead(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def put(file: Path) -> None:
        file.unlink()
        make(file)

    return put


def listen(file: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(file.parent)
        socket.socket(socket.AF_UNIX).bind(file.name)


NOT_FILES: dict[str, Callable[[Path], object]] = {
    "a pipe nobody writes to": instead(os.mkfifo),
    "a socket": instead(listen),
    "a folder": instead(Path.mkdir),
    "a dangling link": instead(lambda f: f.symlink_to("nowhere")),
    "a loop": instead(lambda f: f.symlink_to(f.name)),
    "an endless device": instead(lambda f: f.symlink_to("/dev/zero")),
    "a link that climbs out": instead(lambda f: f.symlink_to("../" * 12 + "etc/hostname")),
    "utf-16": lambda f: f.write_bytes(f.read_text().encode("utf-16")),
    "latin-1": lambda f: f.write_bytes(f.read_bytes() + b"# caf\xe9\n"),
    "a gigabyte": lambda f: os.truncate(f, 1 << 30),
}
CONTENTS: dict[str, Callable[[Path], object]] = {
    "random bytes": written(bytes(range(256)) * 1000),
    "a tower of brackets": written("[" * 400_000),
    "a tower of mappings": written("{a: " * 100_000),
    "a staircase": written("".join(" " * i + "a:\n" for i in range(900))),
    "a bomb": written("a: &a [x,x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(100))),
    "half a megabyte of keys": written("".join(f"k{i}: {i}\n" for i in range(40_000))),
    "one key for ever": written("a: 1\n" * 100_000),
    "a list": written("- 1\n" * 125_000),
    "a table of json": written('{"a": [' + ",".join('{"b": "c"}' for _ in range(10_000)) + "]}"),
    "no numbers": edited(("99.5", ".nan"), (": 30", ": -.inf"), ('"long"', "NaN"), ("7\n", "NaN\n")),
    "booleans for numbers": edited((": 30", ": true"), ("team_size: 7", "team_size: yes"), ("120", "false")),
    "huge numbers": edited((": 30", ": " + "9" * 5000), ("team_size: 7", "team_size: 1e999"), ("120", "9" * 30)),
    "odd dates": edited(end="\nlifecycle: {deprecated_on: 0000-00-00, retires_on: 99999-13-45}\n"),
    "mark and windows line ends": lambda f: f.write_bytes(b"\xef\xbb\xbf" + f.read_bytes().replace(b"\n", b"\r\n")),
    "tabs": edited(("  ", "\t")),
    "ten thousand lines": edited(end="\n" * 10_000),
    "ten thousand unknown keys": edited(end="".join(f"unknown_{i}: {i}\n" for i in range(10_000))),
    "hundreds of oddities": edited(end="".join(f"odd{i}: &a{i} !!x {i}\n" for i in range(600))),
    "thousands of exemptions": written("exemptions:\n" + f"  - {EXEMPTION}\n" * 4_000),
    "thousands of broken exemptions": written("exemptions:\n" + "  - {policy: 1, product: x}\n" * 10_000),
    "thousands of levels": written("levels:\n" + "".join(f"  SLO{i}: warning\n" for i in range(20_000))),
    "thousands of upstreams": edited(("upstream_sources:\n", "upstream_sources:\n" + "      - product: a.b\n" * 9_999)),
    "thousands of columns": edited(end="  sensitivity: {pii_columns: [" + ", ".join(map(str, range(9_999))) + "]}\n"),
    "a cron of a mile": edited(end="  refresh: {schedule: '" + "1," * 100_000 + "1 * * * *'}\n"),
    "a version of a mile": edited(("2.1.0", "1." * 100_000)),
    "odd properties": written("models:\n  - ? [a]\n    : b\n    name: [x]\n  - &a [*a]\n  - {name: m, tests: [[u]]}\n"),
}  # fmt: skip


@pytest.fixture
def too_slow() -> Iterator[None]:
    """What waits for ever fails, and does not wait."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def judged(root: Path) -> tuple[Finding, ...]:
    """All findings, printed in every form, within the time there is; of this process, for the machine may be busy."""
    started = time.process_time()
    mesh = gather(root)
    found = govern_files(mesh, Environment(root, root.parent / "home", Target.DUCKDB, "landing"), TODAY)
    assert time.process_time() - started < SECONDS
    assert list(report(found, source_lines(root))) or not found
    assert as_json(found, 0, 0, 0, 0.0) and as_junit(found, []) and (as_github(found) or not found)
    assert len({*mesh.products, *mesh.quarantined}) == 2
    assert "finance.revenue_daily" in mesh.products
    assert all(f.line >= 1 and f.column >= 1 and f.message and f.fix and "\n" not in f.message for f in found)
    return found


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("way", NOT_FILES)
def test_what_is_no_file_is_a_finding_in_its_place(root: Path, path: str, way: str, too_slow: None) -> None:
    NOT_FILES[way](root / path)
    # a row schema is told of where its domain names it
    assert {path, "domains/orders/domain.yaml" if "/sources/" in path else path} & {f.path for f in judged(root)}


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("way", CONTENTS)
def test_no_content_stops_the_mesh_or_makes_it_wait(root: Path, path: str, way: str, too_slow: None) -> None:
    CONTENTS[way](root / path)
    judged(root)


def test_hundreds_of_mistakes_are_told_each_at_its_line(root: Path) -> None:
    text = (root / MANIFEST).read_text()
    (root / MANIFEST).write_text(text + "".join(f"odd{i}: {i}\n" for i in range(900)))
    first = text.count("\n") + 1
    found = {(f.line, f.key) for f in judged(root) if f.path == MANIFEST}
    assert {(first + i, f"odd{i}") for i in range(900)} <= found


def test_more_mistakes_than_anybody_reads_end_in_one_sentence(root: Path) -> None:
    (root / MANIFEST).write_text("".join(f"odd{i}: {i}\n" for i in range(9_000)))
    found = [f for f in judged(root) if f.path == MANIFEST]
    assert len(found) == 1000
    assert sum("more than `1000` mistakes" in f.message for f in found) == 1


def test_a_hundred_thousand_exemptions_are_one_finding(root: Path) -> None:
    (root / "domains/exemptions.yaml").write_text("exemptions:\n" + f"  - {EXEMPTION}\n" * 100_000)
    (found,) = judged(root)
    assert (found.path, found.code) == ("domains/exemptions.yaml", "MAN002")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
@pytest.mark.parametrize("path", CONTROL)
def test_a_file_that_may_not_be_read_is_a_finding(root: Path, path: str) -> None:
    (root / path).chmod(0)
    assert path in {f.path for f in judged(root)}
