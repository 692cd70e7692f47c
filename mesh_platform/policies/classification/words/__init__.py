"""What the words in columns' names mean: knowledge only, no reasoning."""


def listed(text: str) -> frozenset[str]:
    """The words of a text, whatever is between them."""
    return frozenset(text.split())
