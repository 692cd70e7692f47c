"""A Dagster code location that turns data-product.yaml manifests into running, governed, measured data products."""
