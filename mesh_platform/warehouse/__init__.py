"""DuckDB and BigQuery behind one small protocol and a dialect of a few words of SQL."""
