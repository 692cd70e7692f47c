"""A file of a mesh that a test edits."""

from pathlib import Path


def edit(file: Path, old: str, new: str) -> None:
    """Wherever the file says `old`, which it must, it says `new`."""
    text = file.read_text()
    assert old in text, f"`{old}` is not in {file}"
    file.write_text(text.replace(old, new))
