"""From lines to changes: the SQL that tells what a line is, and decodes its row."""
