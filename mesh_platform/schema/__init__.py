"""Avro as the contract of a table: strict parse, columns, warehouse types, the history of versions."""
