"""Identity is the path: asset keys, and names that Dagster accepts."""

import re

import dagster as dg

_NOT_TAG = re.compile(r"[^A-Za-z0-9_.-]")


def landed_key(domain: str, table: str) -> dg.AssetKey:
    """A landed source table; `table` without the source's schema name."""
    return dg.AssetKey([domain, "cdc", table])


def model_key(domain: str, layer: str, model: str) -> dg.AssetKey:
    """A dbt model that is not a product."""
    return dg.AssetKey([domain, layer, model])


def product_key(product_id: str) -> dg.AssetKey:
    """A data product: one asset, `orders/order_events`."""
    return dg.AssetKey(product_id.split(".", 1))


def product_id(key: dg.AssetKey) -> str:
    """The product an asset key of two parts stands for."""
    return ".".join(key.path)


def tag_value(text: str) -> str:
    """The text as Dagster lets a tag's value be: at most 63 letters, digits, `_`, `.` and `-`."""
    return _NOT_TAG.sub("-", text)[:63].strip("-.")


def owners(team: str) -> list[str]:
    """The owning team as Dagster writes owners."""
    slug = tag_value(team)
    return [f"team:{slug}"] if slug else []
