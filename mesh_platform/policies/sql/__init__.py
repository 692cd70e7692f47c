"""Where the columns of a model come from: its SQL rendered, parsed and followed, without dbt."""
