"""From a promise to one set-based query, a measurement and a verdict."""
