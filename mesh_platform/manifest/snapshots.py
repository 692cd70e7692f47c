"""A dbt snapshot as what it is to a reader: a table made by a query."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from mesh_platform.manifest.mesh import TextFile
from mesh_platform.manifest.plain_text import printable
from mesh_platform.manifest.yaml_tree import read_tree

_SNAPSHOT: Final = re.compile(r"\{%-?\s*snapshot\s+(\w+)\s*-?%\}(.*?)\{%-?\s*endsnapshot\s*-?%\}", re.DOTALL)


def snapshots_in(files: Iterable[TextFile | None]) -> dict[str, TextFile]:
    """Snapshot → its file with nothing left of it but the snapshot's query, each at its line."""
    found: dict[str, TextFile] = {}
    for file in filter(None, files):
        for block in _SNAPSHOT.finditer(file.text):
            before = re.sub(r"[^\n]", "", file.text[: block.start(2)])
            found.setdefault(printable(block[1]), TextFile(file.path, before + block[2]))
    return found


def named_snapshots(file: TextFile) -> Iterator[tuple[str, TextFile]]:
    """(snapshot, its query) of those that a properties file makes of a relation each."""
    said = read_tree(file.text).value if "snapshots" in file.text else None
    entries = said.get("snapshots") if isinstance(said, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        relation = entry.get("relation") if isinstance(entry, dict) else None
        if isinstance(relation, str):
            before = "\n" * file.text.count("\n", 0, max(file.text.find(relation), 0))
            query = f"{before}select * from {{{{ {relation} }}}}"
            yield printable(str(entry.get("name", ""))), TextFile(file.path, query)
