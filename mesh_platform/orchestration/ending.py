"""What the Dagster UI says of a product whose end is announced: the days, and what to read instead."""

from typing import Any

import dagster as dg

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.orchestration.keys import product_key


def ending_description(product: Product) -> str:
    """The description, after a first line that says that the product ends."""
    description, lifecycle = product.manifest.spec.description, product.manifest.spec.lifecycle
    if lifecycle is None:
        return description
    last = f"last day {lifecycle.retires_on}" if lifecycle.retires_on else "no last day yet"
    instead = f"read {_link(lifecycle.successor)} instead" if lifecycle.successor else "no successor"
    return f"**Deprecated on {lifecycle.deprecated_on}**, {last}; {instead}.\n\n{description}"


def ending_tags(product: Product) -> dict[str, str]:
    """By which a person finds what ends; none for a product that stays."""
    lifecycle = product.manifest.spec.lifecycle
    said = {
        names.TAG_DEPRECATED_ON: lifecycle and lifecycle.deprecated_on,
        names.TAG_RETIRES_ON: lifecycle and lifecycle.retires_on,
        names.TAG_SUCCESSOR: lifecycle and lifecycle.successor,
    }
    return {tag: str(value) for tag, value in said.items() if value}


def ending_metadata(product: Product) -> dict[str, Any]:
    """The days and, as a link, the successor; nothing for a product that stays."""
    lifecycle = product.manifest.spec.lifecycle
    if lifecycle is None:
        return {}
    successor = lifecycle.successor
    return {
        "deprecated on": str(lifecycle.deprecated_on),
        **({"last day": str(lifecycle.retires_on)} if lifecycle.retires_on else {}),
        **({"successor": dg.MetadataValue.asset(product_key(successor))} if successor else {}),
    }


def _link(product: str) -> str:
    return f"[{product}](/assets/{'/'.join(product_key(product).path)})"
