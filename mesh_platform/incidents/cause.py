"""What the cause of an incident is called: a product by its id, a source system by its name behind a prefix."""

from mesh_platform import names


def of_system(name: str) -> str:
    """The cause that a source system is."""
    return name if name.startswith(names.SYSTEM_PREFIX) else names.SYSTEM_PREFIX + name


def system_of(cause: str) -> str | None:
    """The source system that the cause is; None for a product."""
    return cause.removeprefix(names.SYSTEM_PREFIX) if cause.startswith(names.SYSTEM_PREFIX) else None


def in_words(cause: str) -> str:
    """A product as it is called, a source system as one."""
    system = system_of(cause)
    return cause if system is None else f"source system {system}"
