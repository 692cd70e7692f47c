"""Whoever answers for a broken promise is told, once for every change of the incident, whatever is down meanwhile."""
