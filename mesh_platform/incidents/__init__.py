"""From how the promises stand, tick by tick, to incidents that open, gather their symptoms and close by themselves."""
