"""dbt projects made ready: contracts generated from the schemas, everything parsed ahead, addressed by content."""
