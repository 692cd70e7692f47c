"""All domains and products below a root as one Mesh; what cannot be read is quarantined and never stops the rest."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.council_files import read_exemptions, read_policy
from mesh_platform.manifest.dbt_models import read_dbt_models, read_macros
from mesh_platform.manifest.document import Place
from mesh_platform.manifest.domain_folder import DomainFolder, read_domain
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.folder import Entry, Root, below, entries, is_folder, root_at
from mesh_platform.manifest.mesh import DbtModels, Mesh, Quarantined
from mesh_platform.manifest.notifications_file import read_notifications
from mesh_platform.manifest.reading import finding
from mesh_platform.manifest.tree import Problem

_COUNCIL: Final = re.compile(r"(policy|policies|exemptions?|notifications?)\.ya?ml", re.IGNORECASE)
_RIGHT: Final = {n[:3]: n for n in (names.POLICY_FILE, names.EXEMPTIONS_FILE, names.NOTIFICATIONS_FILE)}
"""How a name begins → the file that was meant."""

_NO_MESH: Final = (
    f"point {names.ENV_ROOT} at the folder that holds `{names.DOMAINS_FOLDER}/`, and see that it may be read"
)


def gather(root: Path, beside: Mesh | None = None, same: Collection[str] = ()) -> Mesh:
    """The mesh below this folder. Never raises for what a user wrote, or failed to write.

    Of the domains that are the `same` in the mesh `beside`, nothing is read.
    """
    home = root_at(root)
    top = Entry("", "", str(home.folder))
    folder = below(top, names.DOMAINS_FOLDER)
    found, problems = entries(home, folder)
    read = [read_domain(home, entry) for entry in found if is_folder(entry) and entry.name not in same]
    if beside and same:
        read = sorted([*read, *_shared(beside, same)], key=lambda d: d.name)
    policy, policy_document, policy_findings = read_policy(home, folder)
    exemptions, exemption_findings = read_exemptions(home, folder)
    notifications, notification_findings = read_notifications(home, folder)
    council = [*policy_findings, *exemption_findings, *notification_findings]
    quarantined = _told_apart(q for d in read for q in d.quarantined)
    own = [finding(replace(p, fix=_NO_MESH), folder.path) for p in problems] + _misnamed(found)
    theirs = [f for d in read for f in d.findings] + [f for q in quarantined for f in q.findings]
    return Mesh(
        domains={d.name: d.domain for d in read if d.domain},
        products={p.id: p for d in read for p in d.products},
        quarantined={q.id: q for q in quarantined},
        policy=policy,
        policy_document=policy_document,
        exemptions=exemptions,
        notifications=notifications,
        dbt=_dbt(home, top, read, {d: m for d, m in beside.dbt.items() if d in same} if beside else {}),
        macros=read_macros(home, below(below(top, names.DBT_FOLDER), names.PLATFORM_PACKAGE)),
        findings=tuple(sorted([*own, *council, *theirs], key=lambda f: f.order)),
    )


def _shared(beside: Mesh, same: Collection[str]) -> Iterator[DomainFolder]:
    """Domains as they stand in another mesh, in which reading found nothing wrong with them."""
    for name in same:
        yield DomainFolder(name, beside.domains.get(name), beside.by_domain.get(name, ()), (), ())


def _dbt(root: Root, top: Entry, read: Sequence[DomainFolder], known: Mapping[str, DbtModels]) -> dict[str, DbtModels]:
    folder = below(top, names.DBT_FOLDER)
    projects = {d.name: known.get(d.name) or read_dbt_models(root, below(folder, d.name)) for d in read}
    return {name: models for name, models in projects.items() if models is not None}


def _told_apart(quarantined: Iterable[Quarantined]) -> list[Quarantined]:
    """Folder names that cannot be names may look alike once they are made printable; none may hide another."""
    apart: dict[str, Quarantined] = {}
    for item in quarantined:
        name, count = item.id, 1
        while name in apart:
            count += 1
            name = f"{item.id}-{count}"
        apart[name] = replace(item, id=name, findings=tuple(replace(f, product=name) for f in item.findings))
    return list(apart.values())


def _misnamed(found: Sequence[Entry]) -> list[Finding]:
    """Files of the whole mesh that would be passed over because of their name."""
    read = {names.POLICY_FILE, names.EXEMPTIONS_FILE, names.NOTIFICATIONS_FILE}
    strays = [e for e in found if _COUNCIL.fullmatch(e.name) and e.name not in read]
    return [finding(_stray(e.name), e.path) for e in strays]


def _stray(name: str) -> Problem:
    right = _RIGHT[name.lower()[:3]]
    return Problem("MAN012", Place(1, 1), f"`{name}` is not read; the file is `{right}`", f"rename it to `{right}`")
