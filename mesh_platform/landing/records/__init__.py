"""What is remembered of landing: the ledger, quarantine, heartbeats, transactions; and what they say of its health."""
