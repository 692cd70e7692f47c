"""The `mesh` command; it never imports an orchestrator."""
