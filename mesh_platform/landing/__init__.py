"""CDC files: zones, ledger, envelopes, change log, current state, quarantine."""
