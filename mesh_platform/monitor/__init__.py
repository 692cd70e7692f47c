"""One tick: every promise judged, incidents told of it, people told of them."""
