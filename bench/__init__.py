"""Figures beside peers and limits: `python -m bench [NAME ...]`; no test, since a busy machine fails no build."""
