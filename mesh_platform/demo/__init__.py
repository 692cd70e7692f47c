"""The demo shop: an orders service that never was, writing what Debezium would have written of it.

Nothing here is part of a mesh at work. The shop stands where a source system stands: it knows nothing of landing,
tables or products, only its own two tables and the folder its change records are delivered to.
"""
