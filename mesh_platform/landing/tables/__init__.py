"""The change log and the current state of a source table, and how they follow its row schema."""
