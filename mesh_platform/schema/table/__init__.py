"""A record schema as a table of a warehouse."""
