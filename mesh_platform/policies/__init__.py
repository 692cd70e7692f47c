"""Governance as code: one rule, one function, one permanent code."""
