"""The events of a product by bucket: what is asked of the warehouse, what it answers, and what of that is kept."""
