"""What a change is to blame for: findings in the files it touches, and those elsewhere that were not there before."""

from collections import Counter
from collections.abc import Iterable, Sequence

from mesh_platform.manifest.finding import Finding


def caused(findings: Sequence[Finding], before: Iterable[Finding], changed: frozenset[str]) -> tuple[Finding, ...]:
    """Those of the findings that stand in a changed file, or that the mesh did not have before.

    A finding is the same one wherever its line has moved to.
    """
    old = Counter(map(_sameness, before))
    return tuple(f for f in findings if f.path in changed or not _was_there(f, old))


def _was_there(finding: Finding, old: Counter[tuple[object, ...]]) -> bool:
    key = _sameness(finding)
    old[key] -= 1
    return old[key] >= 0


def _sameness(f: Finding) -> tuple[object, ...]:
    return f.code, f.level, f.path, f.product, f.key, f.message, f.exempted
